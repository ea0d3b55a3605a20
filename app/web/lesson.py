"""/lesson: steps and a coda, together or each alone at /lesson/NAME, with an instrument in each."""

import time
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.embedding import hiding
from app.language import _
from app.lesson.finetuning import Finetuned, next_run, runs_of, written
from app.lesson.state import LessonState, read
from app.lesson.view import PARTS, LessonView
from app.lesson.view_scale import CountedView, counted_view
from app.lesson.whole import lesson
from app.sentences import InputError
from app.state import shown_as
from app.web.allowance import MADE
from app.web.count import count_upload
from app.web.finetune import result
from app.web.render import Page, frame, is_embedded, root_path
from app.web.runs import RunError
from app.web.services import services
from app.web.stage import Asked, sentence_of, stepped
from app.web.upload import MAX_UPLOAD


async def page(request: Request) -> Response:
    """The whole page: the lesson, or one part of it."""
    return _timed(request, "/lesson") or await services(request).pages.get(request, _page)


async def fragment(request: Request) -> Response:
    """The same for htmx, which puts it in the page's place and pushes the page's own URL."""
    return _timed(request, "/lesson/panel") or await services(request).pages.get(request, _fragment)


async def begin(request: Request) -> Response:
    """Start the clock of the first instrument: the page with its first text, and the time in the URL."""
    return _to(request, "/lesson", _begun(request))


async def begin_fragment(request: Request) -> Response:
    """The same for htmx."""
    return _to(request, "/lesson/panel", _begun(request))


def _begun(request: Request) -> str:
    return _asked(request, begun=f"{time.time():.3f}", labels="", seconds="")


def _timed(request: Request, place: str) -> Response | None:
    """Where the last label was just given, the way on, with the time that all took; else None."""
    state, messages = state_of(request)
    if messages or not state.is_just_done:
        return None
    stopped = state.stopped(time.time())
    return _to(request, place, _asked(request, begun="", labels=stopped.labels, seconds=stopped.seconds))


def _asked(request: Request, **changes: str) -> str:
    """A request's query with some values changed, and without those that are empty then."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in changes]
    return urlencode([*kept, *((name, value) for name, value in changes.items() if value)], safe=",")


def _to(request: Request, place: str, query: str, anchor: str = "labels") -> Response:
    part = _part(request)
    address = f"{root_path(request)}{place}{f'/{part}' if part else ''}?{query}"
    return RedirectResponse(f"{address}#{anchor}", 303, headers={"Cache-Control": "no-store"})


def _page(request: Request) -> Page:
    view, status = _view(request, _part(request))
    return Page.of("lesson.html", status, _kept(request), lesson=view, **_frame(request))


def _fragment(request: Request) -> Page:
    view, status = _view(request, _part(request))
    address = f"{root_path(request)}/lesson{view.path}?{request.url.query}"
    name = "HX-Replace-Url" if is_embedded(request) else "HX-Push-Url"  # as the stage has it
    headers = {name: quote(address, safe="/?&=%+!$'()*,;:@"), **_kept(request)}
    return Page.of("_fragments/lesson_with_title.html", status, headers, lesson=view, **frame(request))


def _kept(request: Request) -> dict[str, str]:
    """The header of a page that must not be kept, since a run that it names is not yet known; else none."""
    is_whole = all(services(request).runs.ends(run) for run in runs_of(state_of(request)[0].runs))
    return {} if is_whole else {"Cache-Control": "no-store"}


async def run(request: Request) -> Response:
    """Finetune for those without scripts: the way on to the fifth part, once both networks have learnt."""
    services(request).allowance.charge(request, MADE)
    state, messages = state_of(request)
    if messages:
        return await page(request)
    runs = runs_of(state.runs)
    asked = next_run(runs, state.task, int(state.examples))
    try:
        if await result(request, asked) is None:
            return Response(status_code=499)
    except RunError as error:
        return await _answered(request, "lesson.html", _part(request), error.status, run_error=error.message)
    return _to(request, "/lesson", _asked(request, runs=written((*runs, asked))), "finetune")


async def count(request: Request) -> Response:
    """A reader's text, counted while it arrives: the fourth part with what was found."""
    return await _counted(request, "lesson.html")


async def count_fragment(request: Request) -> Response:
    """The same for a script, which puts it in its place."""
    return await _counted(request, "_fragments/lesson/counted.html")


async def _counted(request: Request, template: str) -> Response:
    try:
        upload = await count_upload(request, whole=False)
        found = counted_view(upload.name or _("your text"), upload.count, upload.first)
        return await _answered(request, template, "scale", counted=found)
    except InputError as error:
        return await _answered(request, template, "scale", error.status, count_error=error.message)


async def _answered(request: Request, template: str, part: str, status: int = 200, **found: Any) -> Response:
    """A page that is this request's alone."""
    view, _status = await run_in_threadpool(_view, request, part, **found)
    page = Page.of(template, status, {"Cache-Control": "no-store"}, lesson=view, view=view.scale, **_frame(request))
    return page.response(request)


def _frame(request: Request) -> dict[str, Any]:
    return {**frame(request), "model": services(request).predictor.model.name}


def _view(
    request: Request, part: str, counted: CountedView | None = None, count_error: str = "", run_error: str = ""
) -> tuple[LessonView, int]:
    known = services(request)
    state, messages = state_of(request)
    refused = list(messages)
    wrong = {"wage"} if request.query_params.get("wage", state.wage) != state.wage else set()
    try:
        analysis = known.predictor.analyze(state.sentence)
    except InputError as error:
        refused.append(error.message)
        wrong.add("sentence")
        analysis = known.predictor.analyze(known.bank.opening)
    state, messages = stepped(request, state, len(analysis.predictions), is_embedded(request))
    refused.extend(messages)
    view = lesson(
        known.predictor,
        analysis,
        state,
        part,
        " ".join(refused),
        wrong=frozenset(wrong),
        megabytes=MAX_UPLOAD >> 20,
        card=known.card,
        bitter=known.bitter,
        finetuned=Finetuned(
            known.curve, known.card, {ran: known.runs.ends(ran) for ran in runs_of(state.runs)}, run_error
        ),
        counted=counted,
        count_error=count_error,
    )
    return view, 422 if refused else 200


def read_part(request: Request) -> tuple[str, Asked]:
    """The part that the address names, and what its query asks for, with the wishes of a page that embeds it.

    InputError where its sentence cannot be cut. A clock that runs is left out: it is one reader's own.
    """
    part = _part(request)
    state, messages = state_of(request, has_wishes=True)
    if not state.seconds:
        state = replace(state, begun="", labels="")
    analysis = services(request).predictor.analyze(state.sentence)
    state, more = stepped(request, state, len(analysis.predictions), has_wishes=True)
    return part, Asked(state, analysis, {}, (*messages, *more))


def state_of(request: Request, *, has_wishes: bool = False) -> tuple[LessonState, tuple[str, ...]]:
    """What a request's query says, and a message for each part of it that cannot be; has_wishes: see `read_query`."""
    asked, has_wishes = request.query_params, has_wishes or is_embedded(request)
    state, refused = shown_as(LessonState(sentence_of(request)), asked)
    state, more = read(state, asked)
    state, unknown = hiding(state, asked.getlist("hide")) if has_wishes else (state, ())
    return state, (*refused, *more, *unknown)


def _part(request: Request) -> str:
    """The part that the address names; empty for all."""
    part: str = request.path_params.get("part", "")
    if part and part not in PARTS:
        raise HTTPException(404)
    return part


async def limits(request: Request) -> Response:
    """What the lesson does not show."""
    return await services(request).pages.get(request, lambda asked: Page.of("limits.html", **frame(asked)))


# A part alone: what an embedded page can have.
parts = [
    Route("/lesson/begin/panel/{part}", begin_fragment),
    Route("/lesson/begin/{part}", begin),
    Route("/lesson/count", count, methods=["POST"]),
    Route("/lesson/count/panel", count_fragment, methods=["POST"]),
    Route("/lesson/panel/{part}", fragment),
    Route("/lesson/run/{part}", run),
    Route("/lesson/{part}", page),
]
routes = [
    Route("/lesson", page),
    Route("/lesson/run", run),
    Route("/lesson/begin", begin),
    Route("/lesson/begin/panel", begin_fragment),
    Route("/lesson/limits", limits),
    Route("/lesson/panel", fragment),
    *parts,
]
