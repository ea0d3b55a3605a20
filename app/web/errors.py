"""The one place that turns an exception into an answer: JSON for programs, a page for people."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.types import Scope

from app.language import _
from app.sentences import InputError
from app.web.journal import route
from app.web.render import Page, frame
from app.web.schemas import ErrorDetail, ErrorResponse

logger = logging.getLogger("freelabels.errors")


def add_error_handlers(app: FastAPI, headers: Mapping[str, str]) -> None:
    """Register the answers to every kind of failure; headers: what every answer's headers say."""

    @app.exception_handler(InputError)
    async def refused(request: Request, error: InputError) -> Response:
        return refusal(request, error)

    @app.exception_handler(ClientDisconnect)
    async def left(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=499)  # nobody reads it, and nothing is wrong on our side

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return _answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, _first(error))

    @app.exception_handler(HTTPException)
    async def known(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        answered = _answered(request) if status == HTTPStatus.METHOD_NOT_ALLOWED else []
        message = {
            HTTPStatus.NOT_FOUND: _("There is nothing at %(path)s.") % {"path": request.url.path[:200]},
            HTTPStatus.METHOD_NOT_ALLOWED: _("%(method)s is not answered here. Try %(answered)s.")
            % {"method": request.method, "answered": ", ".join(answered)},
        }.get(status, f"{status.phrase}.")
        detail = ErrorDetail(code=status.phrase.lower().replace(" ", "_"), message=message)
        response = _answer(request, status, detail)
        response.headers.update(error.headers or {})
        if answered:
            response.headers["Allow"] = ", ".join([*answered, *(["HEAD"] if "GET" in answered else [])])
        return response

    @app.exception_handler(Exception)
    async def unknown(request: Request, error: Exception) -> Response:
        # The visitor's text stays out of the log: the route says where, the trace says what.
        logger.error("no answer to %s", route(request.scope), exc_info=error)
        message = _("Something went wrong on our side. Reload, or try another sentence.")
        detail = ErrorDetail(code="internal_error", message=message)
        response = _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, detail)
        response.headers.update(headers)  # Starlette answers this one outside of all middleware
        return response


def _answered(request: Request) -> list[str]:
    """The methods that a path is answered by, of all its routes; HEAD, which `app.web.delivery` answers, apart."""
    routes = request.app.routes
    scopes = {method: {**request.scope, "method": method} for method in ("GET", "POST")}
    return [m for m, scope in scopes.items() if any(route.matches(scope)[0] == Match.FULL for route in routes)]


def is_for_programs(scope: Scope) -> bool:
    """Whether a request is one of programs, whose errors are JSON."""
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return path.startswith(("/api/", "/oembed", "/openapi", "/healthz", "/readyz"))


def refusal(request: Request, error: InputError) -> Response:
    """What answers an input that cannot be used."""
    detail = ErrorDetail(code=error.code, message=error.message, limit=error.limit, actual=error.actual)
    response = _answer(request, HTTPStatus(error.status), detail)
    response.headers.update(error.headers)
    return response


def _answer(request: Request, status: HTTPStatus, detail: ErrorDetail) -> Response:
    if is_for_programs(request.scope):
        return JSONResponse(ErrorResponse(error=detail).model_dump(exclude_none=True), status)
    template = "_fragments/error.html" if "hx-request" in request.headers else "error.html"
    headers = {"Vary": "HX-Request"}
    page = Page.of(template, status, headers, message=detail.message, status_code=int(status), **frame(request))
    return page.response(request)


def _first(error: RequestValidationError) -> ErrorDetail:
    """The first complaint about the query, in our words."""
    found = error.errors()[0]
    name, limits = str(found["loc"][-1]), found.get("ctx", {})
    if found["type"] == "missing":
        message = _("The parameter “%(name)s” is missing. Add ?%(name)s=…") % {"name": name}
        return ErrorDetail(code=f"missing_{name}", message=message)
    given = str(found["input"])[:40]
    limit = next((value for value in limits.values() if isinstance(value, int)), None)
    message = {
        "greater_than_equal": _("The parameter “%(name)s” is “%(value)s”; it must be at least %(limit)s."),
        "less_than_equal": _("The parameter “%(name)s” is “%(value)s”; it must be at most %(limit)s."),
        "int_parsing": _("The parameter “%(name)s” is “%(value)s”; it must be a whole number."),
        "bool_parsing": _("The parameter “%(name)s” is “%(value)s”; it must be true or false."),
    }.get(found["type"], _("The parameter “%(name)s” is “%(value)s”, which cannot be used."))
    message %= {"name": name, "value": given, "limit": limit}
    return ErrorDetail(code=f"invalid_{name}", message=message, limit=limit, actual=given)
