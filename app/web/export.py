"""/export: a text's pairs as a file, by a form; and the same as /api/export for programs."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from app.export import FORMATS, MAX_EXPORT, NUMBERS, PAIR, Export, format_of
from app.language import _
from app.sentences import MAX_CHARACTERS, InputError, check_text
from app.view_export import export_view
from app.web.allowance import MADE
from app.web.assets import content
from app.web.language import check_language
from app.web.limits import not_utf8
from app.web.render import Page, frame
from app.web.schemas import ErrorResponse
from app.web.services import Services, services
from app.web.stage import sentence_of
from app.web.upload import broken

NO_STORE = {"Cache-Control": "no-store"}

router = APIRouter(prefix="/api", tags=["api"], dependencies=[Depends(check_language)])


# --- The page ------------------------------------------------------------------------------------------------------


async def page(request: Request) -> Response:
    """The form, and what the files hold."""
    check_language(request)
    return await services(request).pages.get(request, _asked)


async def download(request: Request) -> Response:
    """The file that the form asks for, or the form with what is wrong in it."""
    check_language(request)
    asked: Mapping[str, str] = {}
    try:
        asked = await _form(request)
        return await _streamed(request, asked.get("text", "").strip(), asked.get("format", ""), "numbers" in asked)
    except InputError as error:
        return _page(request, asked.get("text", ""), asked, error).response(request)


def _asked(request: Request) -> Page:
    text = sentence_of(request)
    try:
        check_text(text, MAX_EXPORT)
    except InputError as error:
        return _page(request, text, error=error)
    return _page(request, text)


def _page(request: Request, text: str, asked: Mapping[str, str] | None = None, error: InputError | None = None) -> Page:
    status, headers = (error.status, NO_STORE) if error else (200, {})
    chosen, has_numbers = (asked.get("format", ""), "numbers" in asked) if asked else (next(iter(FORMATS)), True)
    snippet = content("train.py").decode()
    view = export_view(text, chosen, has_numbers, snippet, error.message if error else "")
    return Page.of("export.html", status, headers, export=view, **frame(request))


async def _form(request: Request) -> Mapping[str, str]:
    """A form's fields; none where the body is no form, or one with files in it."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    wrong = not_utf8(await request.body())
    if wrong:
        message = _("The form holds bytes that are no text, %(bytes)s; it must be UTF-8. Type the text anew.")
        raise InputError("not_utf8", message % {"bytes": wrong})
    try:
        async with request.form() as form:
            return {name: value for name, value in form.items() if isinstance(value, str)}
    except HTTPException as error:  # of more fields than Starlette reads
        raise broken(error.detail) from error


# --- The file ------------------------------------------------------------------------------------------------------


async def _streamed(request: Request, text: str, name: str, has_numbers: bool) -> Response:
    """The file as it is written, since it may be large."""
    known, format_ = services(request), format_of(name)
    export = await _cut(request, text, has_numbers, MAX_EXPORT)
    headers = _disposition(export, name) | NO_STORE
    return StreamingResponse(_written(known, export, name), media_type=format_.media_type, headers=headers)


async def _cut(request: Request, text: str, has_numbers: bool, most: int) -> Export:
    """The text as pairs to write, once whoever asks has paid for the work; InputError where it is none to cut."""
    known = services(request)
    known.allowance.charge(request, MADE)
    export = await run_in_threadpool(Export, known.predictor.model, text, has_numbers, most)
    if has_numbers:
        known.allowance.charge(request, MADE * export.n_windows)
    return export


async def _written(known: Services, export: Export, name: str) -> AsyncIterator[bytes]:
    """The file's bytes. Windows of all texts take turns, so that the rest of the app stays quick."""
    chunks = FORMATS[name].write(export)
    while True:
        async with known.exporting:
            chunk = await run_in_threadpool(next, chunks, None)
        if chunk is None:
            return
        if chunk:
            yield chunk


def _disposition(export: Export, name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{export.name}.{name}"'}


# --- The API -------------------------------------------------------------------------------------------------------

FormatName = Annotated[
    Literal["jsonl", "csv", "parquet"], Query(alias="format", description="JSON lines, CSV or Parquet.")
]
HasNumbers = Annotated[
    bool, Query(description="Whether each pair has the model's numbers: probability, rank and loss.")
]
KINDS = {"int32": "integer", "string": "string", "list<int32>": "array", "double": "number"}
ROW = {
    "type": "object",
    "required": [field.name for field in PAIR],
    "properties": {
        field.name: {
            "type": KINDS[field.kind],
            **({"items": {"type": "integer"}} if field.kind == "list<int32>" else {}),
            "description": field.what,
            "examples": [field.example],
        }
        for field in (*PAIR, *NUMBERS)
    },
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A file, a pair a row",
        "content": {each.media_type: {"schema": ROW} for each in FORMATS.values()},
    },
    422: {"model": ErrorResponse, "description": "The input cannot be used"},
    429: {"model": ErrorResponse, "description": "Too many requests came from one address"},
}


@router.get("/export", summary="A sentence's training pairs as a file", response_class=Response, responses=RESPONSES)
async def export(
    request: Request,
    sentence: Annotated[
        str,
        Query(
            description="The text to cut: 2,000 characters at most, taken as it is.",
            openapi_examples={"a sentence": {"value": "The boat drifted across the lake."}},
        ),
    ],
    name: FormatName = "jsonl",
    numbers: HasNumbers = True,
) -> Response:
    """Write the T − 1 pairs of a text's T tokens into a file.

    The text may be longer than the model's context: see `context_start`. In CSV, an apostrophe stands where a
    spreadsheet would begin to calculate; docs/export.md says how to take it away again.
    """
    known = services(request)
    found = await _cut(request, sentence, numbers, MAX_CHARACTERS)
    body = b"".join([chunk async for chunk in _written(known, found, name)])  # in one piece, so that it has an ETag
    return Response(body, media_type=FORMATS[name].media_type, headers=_disposition(found, name))


@router.post(
    "/export",
    summary="A longer text's training pairs as a file",
    response_class=Response,
    responses={**RESPONSES, 413: {"model": ErrorResponse, "description": "The text is too large"}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "required": ["text"],
                        "properties": {
                            "text": {
                                "type": "string",
                                "description": "The text to cut: 20,000 characters at most, taken as it is.",
                            }
                        },
                    }
                }
            },
        }
    },
)
async def export_text(request: Request, name: FormatName = "jsonl", numbers: HasNumbers = True) -> Response:
    """Write the same for a text that is no URL's, a window of the model's context at a time, while it is sent."""
    text = (await _form(request)).get("text")
    if text is None:
        raise InputError(
            "missing_text", _("The form has no field “text”. Send it: curl --data-urlencode text@book.txt")
        )
    return await _streamed(request, text, name, numbers)


routes = [Route("/export", page), Route("/export", download, methods=["POST"])]
