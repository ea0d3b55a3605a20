"""POST /api/count: a text's training pairs, counted while it arrives."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from app.checkpoint import Checkpoint
from app.count import Count, Counter, Document, Vocabulary, check_not_empty, vocabulary
from app.documents import Reader
from app.language import _, number
from app.sentences import InputError, TooLargeError
from app.settings import CHECKPOINTS
from app.web.allowance import UPLOAD
from app.web.schemas import CountResponse, DocumentInfo, ErrorResponse, VocabularyInfo
from app.web.services import Services, services
from app.web.upload import MAX_UPLOAD, Body, Form

MAX_UNPACKED = 5 * MAX_UPLOAD  # bytes; English text packs to a third
LONGEST = 60.0  # seconds of counting one text; 20 MB of English take half of that
SLICE = 0.02  # seconds of counting, after which others have their turn
TYPED = "text.txt"  # what a text goes by that is no file
FIRST = 10  # documents that are told one by one

router = APIRouter(prefix="/api", tags=["api"])


class BusyError(InputError):
    """More texts are being counted than may be at once."""

    status = 503


@dataclass(frozen=True)
class Counted:
    """A text that was counted."""

    name: str  # of the file; empty where there was none
    size: int  # bytes, unpacked
    count: Count
    first: tuple[Document, ...]  # the first documents
    by: Vocabulary


class _Counting:
    """A form's text on its way through the counter."""

    def __init__(self, content_type: str | None, by: Vocabulary, whole: bool) -> None:
        self.form, self.by, self.whole = Form(content_type), by, whole
        self.name, self.called = "", ""  # of the text, and what messages call it
        self.seconds = 0.0  # of work so far
        self.first: list[Document] = []

    def feed(self, data: bytes) -> Iterator[None]:
        """Count more bytes of the form; whoever does may pause at each yield."""
        for name, some in self.form.feed(data):
            if not self.called:
                self.name, self.called = name, name or _("What you typed")
                self.reader = Reader(name or TYPED, self.whole, MAX_UNPACKED, called=self.called)
                self.counter = Counter(self.by.tokenizer, self.called, self.reader)
            yield from self._counted(self.counter.feed(some))

    def end(self) -> Iterator[None]:
        """The same after the last bytes."""
        self.form.end()
        yield from self._counted(self.counter.end())
        check_not_empty(self.called, self.counter.total)

    def _counted(self, documents: Iterator[Document | None]) -> Iterator[None]:
        for document in documents:
            if document and len(self.first) < FIRST:
                self.first.append(document)
            yield

    def result(self) -> Counted:
        return Counted(self.name, self.reader.size, self.counter.total, tuple(self.first), self.by)


async def count_upload(request: Request, whole: bool) -> Counted:
    """Count the text that a request's form holds; see `Form` and `Body` for what is raised."""
    known, body = services(request), Body(request)
    try:
        known.allowance.charge(request, UPLOAD)
        if known.uploads.locked():
            raise BusyError("busy", _("Too many texts are being counted at this moment. Try again in a minute."))
        async with known.uploads:
            counting = _Counting(request.headers.get("content-type"), _vocabulary(known), whole)
            async for data in body:
                await _take_turns(known, counting, counting.feed(data))
            await _take_turns(known, counting, counting.end())
            return counting.result()
    except InputError:
        await body.drain()
        raise


def _vocabulary(known: Services) -> Vocabulary:
    model = known.predictor.model
    if isinstance(model, Checkpoint) and model.tokenizer.cuts_words:
        return Vocabulary(model.name, model.tokenizer)
    return vocabulary(CHECKPOINTS / "tiny")


async def _take_turns(known: Services, counting: _Counting, work: Iterator[None]) -> None:
    """Do some work in a thread, a slice at a time, while no other text's is done: the rest of the app stays quick."""
    is_done = False
    while not is_done:
        async with known.counting:
            began = time.monotonic()
            is_done = await run_in_threadpool(_slice, work)
            counting.seconds += time.monotonic() - began
        if known.is_ending.is_set():
            raise BusyError("server_ends", _("The server is about to end or to start anew. Try again in a minute."))
        if counting.seconds > LONGEST:
            raise TooLargeError(
                "too_long_to_count",
                _(
                    "Counting the text takes longer than %(seconds)s s, which is the limit. Send a part of it, or "
                    "count it on your own machine: python -m app count."
                )
                % {"seconds": number(LONGEST, ".0f")},
                limit=int(LONGEST),
            )


def _slice(work: Iterator[None]) -> bool:
    """Whether the work was finished within its time."""
    until = time.monotonic() + SLICE
    return all(time.monotonic() < until for _ in work)


@router.post(
    "/count",
    summary="A text's training pairs, counted",
    response_description="Documents, tokens and pairs",
    response_model=CountResponse,
    responses={
        408: {"model": ErrorResponse, "description": "The text did not arrive in time"},
        413: {"model": ErrorResponse, "description": "The text is too large"},
        422: {"model": ErrorResponse, "description": "The text cannot be used"},
        429: {"model": ErrorResponse, "description": "Too many requests came from one address"},
        503: {"model": ErrorResponse, "description": "Too many texts are being counted"},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "file": {
                                "type": "string",
                                "format": "binary",
                                "description": "A .txt (documents parted by blank lines), .md (one document), .jsonl "
                                "(an object a line, its document in the field “text”) or a .gz of one of these, in "
                                "UTF-8: 20 MB at most, and 100 MB unpacked.",
                            },
                            "text": {
                                "type": "string",
                                "description": "Or a text, its documents parted by blank lines.",
                            },
                        },
                    }
                }
            },
        }
    },
)
async def count(
    request: Request,
    whole: Annotated[bool, Query(description="Take a .txt or a typed text as one document.")] = False,
) -> CountResponse | Response:
    """Count a file's or a typed text's documents, their tokens and Σ (T − 1) over them, while it arrives.

    Nothing of the text is kept. Since it is counted as it comes, the progress of sending it is that of counting it.
    """
    try:
        return _response(await count_upload(request, whole))
    except ClientDisconnect:
        return Response(status_code=499)


def _response(found: Counted) -> CountResponse:
    return CountResponse(
        name=found.name or TYPED,
        bytes=found.size,
        vocabulary=VocabularyInfo(name=found.by.name, vocab_size=found.by.tokenizer.vocab_size),
        documents=found.count.documents,
        tokens=found.count.tokens,
        pairs=found.count.pairs,
        stream_pairs=found.count.stream_pairs,
        first=[DocumentInfo.model_validate(document, from_attributes=True) for document in found.first],
    )
