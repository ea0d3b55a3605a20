"""/lesson/run/events: a run of the fifth part as it goes, each event a fragment in place of the one before.

Without scripts, /lesson/run of app.web.lesson answers once it is over.
"""

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.finetune.training import Run
from app.language import language
from app.lesson.finetuning import Ends, next_run, runs_of, written
from app.lesson.view_run import LiveView, later, live_view
from app.sentences import InputError
from app.web.allowance import MADE
from app.web.finetune import owner_of
from app.web.lesson import state_of
from app.web.render import root_path, templates
from app.web.runs import RunError, Waiting
from app.web.services import services

router = APIRouter(prefix="/lesson/run/events", include_in_schema=False)


def asked(request: Request) -> tuple[Run, str]:
    """The run that a query asks for, and the lesson's runs with it; InputError where there is no such one."""
    services(request).allowance.charge(request, MADE)
    state, messages = state_of(request)
    if messages:
        raise InputError("invalid_query", " ".join(messages))
    runs = runs_of(state.runs)
    run = next_run(runs, state.task, int(state.examples))
    return run, written((*runs, run))


@router.get("", response_class=EventSourceResponse)
@router.get("/{part}", response_class=EventSourceResponse)
async def events(request: Request, asked: Annotated[tuple[Run, str], Depends(asked)]) -> AsyncIterator[ServerSentEvent]:
    """The run's place in line, its progress, and at the end what fetches the lesson with its result."""
    run, runs = asked
    known = services(request).runs
    heard: Ends = {}
    if not known.ends(run):
        try:
            async with aclosing(known.follow(run, owner_of(request))) as told:
                async for event in told:
                    heard = heard if isinstance(event, Waiting) else later(heard, event)
                    position = event.position if isinstance(event, Waiting) else 0
                    yield _fragment(request, live_view(heard, position))
        except RunError as error:
            yield _fragment(request, LiveView(error=error.message))
            return
    yield _fragment(request, LiveView(runs=runs))


def _fragment(request: Request, live: LiveView) -> ServerSentEvent:
    part = request.path_params.get("part", "")
    return _rendered(live, f"/{part}" if part else "", root_path(request), language().code)


@lru_cache(500)
def _rendered(live: LiveView, path: str, root: str, code: str) -> ServerSentEvent:
    """Rendered once for a whole hall that watches the same run, in the language of that code."""
    html = templates.get_template("_fragments/lesson/run.html").render(live=live, path=path, root=root)
    return ServerSentEvent(raw_data=html)
