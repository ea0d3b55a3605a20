"""/share: the present view of the stage, or of a part of the lesson, to hand out; also as a panel on the stage."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.language import _
from app.sentences import InputError
from app.view_share import HEIGHT, HIGHEST, LOWEST, ShareView, share_view
from app.web.allowance import MADE
from app.web.language import check_language
from app.web.lesson import read_part
from app.web.public import public_url
from app.web.render import Page, frame, root_path
from app.web.services import services
from app.web.stage import Asked, read_query, step_of


async def page(request: Request) -> Response:
    """All that there is to hand out, on a page of its own."""
    return await _answer(request, "share.html", {})


async def panel(request: Request) -> Response:
    """The same for htmx, which puts it on the stage; where it replaces the page's, the page's address follows."""
    page = f"{root_path(request)}/share{_path(request)}"
    is_on_page = request.headers.get("HX-Current-URL", "").partition("?")[0].endswith(page)
    address = {"HX-Replace-Url": f"{page}?{request.url.query}"} if is_on_page else {}
    return await _answer(request, "_fragments/share.html", {"Vary": "HX-Current-URL", **address})


async def _answer(request: Request, template: str, headers: dict[str, str]) -> Response:
    check_language(request)
    services(request).allowance.charge(request, MADE)
    part, asked = await run_in_threadpool(_read, request)
    if step := _nearest(request, asked):
        return RedirectResponse(f"?{request.url.include_query_params(step=step).query}", 303)
    view = await run_in_threadpool(_view, request, part, asked)
    # Not among the kept pages: its addresses are of the host that was asked.
    answer = Page.of(template, 422 if view.error else 200, headers, share=view, **frame(request))
    return answer.response(request)


def _path(request: Request) -> str:
    """What is handed out, as a path of the app's; empty for the stage."""
    return f"/lesson/{request.path_params['part']}" if "part" in request.path_params else ""


def _read(request: Request) -> tuple[str, Asked]:
    return read_part(request) if _path(request) else ("", read_query(request, has_wishes=True))


def _nearest(request: Request, asked: Asked) -> int | None:
    """The step to hand out where the panel's fields have left out the one named; None where nothing is to be moved."""
    state, n_steps = asked.state, len(asked.analysis.predictions)
    try:
        step = step_of(request.query_params.get("step", str(state.start)), n_steps)
    except InputError:
        return None
    nearest = min(max(step, state.start), state.end or n_steps)
    return nearest if nearest != step else None


def _view(request: Request, part: str, asked: Asked) -> ShareView:
    refused, height = list(asked.refused), HEIGHT
    try:
        height = _height(request.query_params.get("height") or str(HEIGHT))
    except InputError as error:
        refused.append(error.message)
    return share_view(
        asked.state,
        part,
        len(asked.analysis.predictions),
        height,
        lambda path: public_url(request, path),
        " ".join(refused),
        is_framed=request.app.state.settings.frame_ancestors != "none",
    )


def _height(text: str) -> int:
    height = int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
    if not LOWEST <= height <= HIGHEST:
        message = _("The height is “%(value)s”, but can be %(low)s to %(high)s pixels.")
        raise InputError(
            "invalid_height", message % {"value": text[:40], "low": LOWEST, "high": HIGHEST}, actual=text[:40]
        )
    return height


routes = [
    Route("/share", page),
    Route("/share/panel", panel),
    Route("/share/lesson/{part}", page),
    Route("/share/panel/lesson/{part}", panel),
]
