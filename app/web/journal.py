"""What is written down of each request: its id, route, status and time.

Never a text, and so never a query, nor the words of an error: both may hold what a visitor typed.
"""

import json
import logging
import re
import time
import traceback
from secrets import token_hex
from types import TracebackType
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from app.web.metrics import Metrics

logger = logging.getLogger("freelabels.requests")
ID = re.compile(r"[0-9A-Za-z._-]{8,64}")  # of a proxy's, which may have given the request an id already
FIELDS = ("request", "method", "route", "status", "milliseconds")  # what a request's line says, in this order


class Journal:
    """ASGI middleware, the outermost: it names a request, times it, and writes its line when the answer is sent."""

    def __init__(self, app: ASGIApp, metrics: "Metrics | None" = None, has_proxy: bool = False) -> None:
        """has_proxy: whether one before the app names requests; a visitor's own name would be text in the log."""
        self.app, self.metrics, self.has_proxy = app, metrics, has_proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the request's id."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "") if self.has_proxy else ""
        name = given if ID.fullmatch(given) else token_hex(8)
        began, status = time.perf_counter(), 500  # unless an answer is begun

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(raw=message["headers"])["X-Request-ID"] = name
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        finally:
            seconds = time.perf_counter() - began
            values = (name, scope["method"], route(scope), status, round(1e3 * seconds, 1))
            logger.info("%s %s %s %s %s ms", *values, extra=dict(zip(FIELDS, values, strict=True)))
            if self.metrics:
                self.metrics.count(scope["method"], route(scope), status, seconds)


def route(scope: Scope) -> str:
    """The pattern of the route that a request met, “-” where it met none: its own path may hold anything."""
    met = scope.get("endpoint")
    routes = (
        route for route in scope["app"].routes if met in (getattr(route, "endpoint", None), getattr(route, "app", None))
    )
    found = scope.get("route") or (next(routes, None) if met else None)  # FastAPI names its own routes only
    return getattr(found, "path", "-")


class _Wordless(logging.Formatter):
    """A trace without the errors' messages, which may quote a visitor's text: the types and the places say enough."""

    def formatException(  # noqa: N802  # logging's own name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        lines, error = ["Traceback (most recent call last):\n"], ei[1]
        while error is not None:
            lines += [*traceback.format_tb(error.__traceback__), f"{type(error).__name__}\n"]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "".join(lines).rstrip()


class AsText(_Wordless):
    """A line for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")


class AsJson(_Wordless):
    """A line of JSON for programs; a request's fields stand beside its time and level."""

    def format(self, record: logging.LogRecord) -> str:
        """A record as one line."""
        said: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        fields = {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        said |= fields or {"message": record.getMessage()}
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def configuration(log_format: str) -> dict[str, Any]:
    """What `logging.config.dictConfig` takes, for the server's own messages and ours: all to standard error."""
    # Who calls, in which thread, is looked up for each line otherwise, and none says it (Python's Logging HOWTO).
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    formatter = {"text": AsText, "json": AsJson}[log_format]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {name: {"level": "INFO"} for name in ("uvicorn", "freelabels")},
    }
