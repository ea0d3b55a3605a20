"""/api/finetune: a finetuning run while it goes, by server-sent events; and `result`, for whoever waits for its end."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.finetune.labelled import TASKS
from app.finetune.training import FIRST_SEED, MOST_LABELS, SEEDS, Learner, Progress, Run
from app.web.allowance import MADE
from app.web.runs import RunError, Waiting
from app.web.schemas import ErrorResponse
from app.web.services import services

NO_RETRY = 24 * 3600 * 1000  # ms: after the end, a browser that does not close the stream asks again tomorrow

REFUSED = {"application/json": {"schema": {"$ref": f"#/components/schemas/{ErrorResponse.__name__}"}}}
EXAMPLE = """event: waiting
data: {"position": 1}

event: progress
data: {"network": "pretrained", "step": 0, "n_steps": 50, "loss": null, "accuracy": 0.52, "test_loss": 0.69}
id: 1

event: done
data: {}"""

router = APIRouter(prefix="/api", tags=["api"])


def asked(
    request: Request,
    task: Annotated[
        str, Query(description=" or ".join(TASKS), openapi_examples={"indoors or outdoors": {"value": "place"}})
    ],
    labels: Annotated[
        int, Query(ge=0, le=MOST_LABELS, description="How many labelled sentences the networks learn from.")
    ] = 50,
    seed: Annotated[
        int, Query(ge=1, le=SEEDS, description="Fixes which sentences are drawn and what random weights are.")
    ] = FIRST_SEED,
    shuffled: Annotated[
        bool, Query(description="Whether the sentences' labels are dealt out anew among them.")
    ] = False,
) -> Run:
    """The run that a query names."""
    services(request).allowance.charge(request, MADE)
    return Run(task, labels, seed, shuffled)


@router.get(
    "/finetune",
    summary="Finetune on labelled sentences, and watch",
    response_class=EventSourceResponse,
    responses={
        200: {"description": "Events while it goes", "content": {"text/event-stream": {"example": EXAMPLE}}},
        422: {"description": "There is no such run", "content": REFUSED},
        429: {"description": "Too many requests came from one address", "content": REFUSED},
    },
)
async def finetune(request: Request, run: Annotated[Run, Depends(asked)]) -> AsyncIterator[ServerSentEvent]:
    """Finetune the pretrained network and the same one from random weights on the same sentences, for real.

    Beside them, “words” are these sentences' words, counted: naive Bayes.

    Events: `waiting` with a position in line, where 1 is next and 0 begins; `progress` after each step, with the loss
    of its batch and now and then the accuracy and the loss over 200 test sentences; at the end `done`, or `failed` with
    a code and a message. A run is shared by all who ask for it, kept once it is finished, and given up when nobody
    listens.
    """
    heard = request.headers.get("last-event-id", "")  # sent by a browser whose stream broke: it goes on from there
    after = int(heard) if heard.isascii() and heard.isdigit() and len(heard) < 6 else 0
    try:
        async with aclosing(services(request).runs.follow(run, owner_of(request), after)) as events:
            async for event in events:
                if isinstance(event, Waiting):
                    yield ServerSentEvent(event="waiting", data=asdict(event))
                else:
                    after += 1
                    yield ServerSentEvent(event="progress", data=asdict(event), id=str(after))
    except RunError as error:
        yield ServerSentEvent(event="failed", data={"code": error.code, "message": error.message}, retry=NO_RETRY)
    else:
        yield ServerSentEvent(event="done", data={}, retry=NO_RETRY)


async def result(request: Request, run: Run) -> dict[Learner, Progress] | None:
    """How each network ended, once the run has; RunError where it cannot be had, None where whoever asked has left."""
    ends: dict[Learner, Progress] = {}
    async with aclosing(services(request).runs.follow(run, owner_of(request))) as events:
        async for event in events:
            if await request.is_disconnected():
                return None
            if not isinstance(event, Waiting):
                ends[event.network] = event
    return ends


def owner_of(request: Request) -> str:
    """Whose turn in line a request takes: the visitor's address."""
    return request.client.host if request.client else ""
