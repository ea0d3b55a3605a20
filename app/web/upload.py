"""The one text that a form sends, as it arrives: nothing of it is kept, in memory or on disk."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from app.language import _, number
from app.sentences import InputError, TooLargeError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MAX_UPLOAD = 20 << 20  # bytes of a text, packed or not
ENVELOPE = 1 << 16  # bytes of the form around it
MOST_READ = 3 * MAX_UPLOAD  # bytes that are read of a form that is refused: until it is sent, no browser hears
PATIENCE = 30.0  # seconds for the next bytes
LONGEST = 900.0  # seconds for all of them
LONGEST_NAME = 80  # characters


class TooSlowError(InputError):
    """The bytes of a form do not come."""

    status = 408


class Form:
    """A form's bytes in; out of them (name, bytes) of its text: the file in the field `file`, or the field `text`.

    What is no file has no name.

    InputError, with what is wrong, the limit and the remedy, where there is not exactly one such text of at most
    MAX_UPLOAD bytes. Fields of other names are passed over.
    """

    def __init__(self, content_type: str | None) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise InputError(
                "wrong_form",
                _(
                    "The body is %(kind)s; it must be multipart/form-data, with a file in the field “file” or a text "
                    "in “text”: curl -F file=@book.txt."
                )
                % {"kind": kind.decode("latin-1")[:40] or _("of no type")},
            )
        self._found: list[tuple[int, str, bytes]] = []  # part, name, bytes
        self._part = self._first = self._size = 0
        self._header = self._value = self._chosen = ""
        self._name: str | None = None  # of the part that comes; None where it is passed over
        self._is_complete = False
        called: MultipartCallbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._more_header,
            "on_header_value": self._more_value,
            "on_header_end": self._end_header,
            "on_part_data": self._data,
            "on_end": self._end,
        }
        try:
            self._parser = MultipartParser(options[b"boundary"], called)
        except FormParserError as error:
            raise broken(error) from error

    def feed(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """The text's bytes among more bytes of the form."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise broken(error) from error
        found, self._found = self._found, []
        for part, name, some in found:
            self._first, self._size = self._first or part, self._size + len(some)
            if part != self._first:
                raise InputError("two_texts", _("The form holds two texts. Send one: a file, or a text typed."))
            if self._size > MAX_UPLOAD:
                raise too_large()
            yield name, some

    def end(self) -> None:
        """Raise InputError where the form can't end here."""
        if not self._is_complete:
            message = _("The form ends before its last part does: it was cut off. Send it again.")
            raise InputError("broken_form", message)
        if not self._first and self._chosen:
            message = _("%(file)s is empty: it has no bytes. Choose one with a text in it.")
            raise InputError("empty_text", message % {"file": self._chosen})
        if not self._first:
            raise InputError("no_text", _("There is no text yet. Choose a file, or type a text."))

    # What the parser calls.

    def _begin(self) -> None:
        self._part += 1
        self._name = None

    def _more_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end].decode("latin-1")

    def _more_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end].decode("latin-1")

    def _end_header(self) -> None:
        if self._header.lower() == "content-disposition":
            __, options = parse_options_header(self._value)
            if options.get(b"name") in (b"file", b"text"):
                name = options.get(b"filename", b"").decode(errors="replace").rpartition("/")[-1]
                self._name = name[-LONGEST_NAME:]
                self._chosen = self._name or self._chosen
        self._header = self._value = ""

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._name is not None:
            self._found.append((self._part, self._name, data[start:end]))

    def _end(self) -> None:
        self._is_complete = True


def broken(reason: object) -> InputError:
    """The complaint about a form that is none."""
    message = _("The form can't be read (%(error)s). Send it as a browser does.")
    return InputError("broken_form", message % {"error": reason})


def too_large() -> TooLargeError:
    """The complaint about a text larger than MAX_UPLOAD."""
    return TooLargeError(
        "too_large",
        _(
            "The text is larger than %(megabytes)s MB (%(bytes)s bytes), which is the limit. Send a part of it, or "
            "count it on your own machine: python -m app count."
        )
        % {"megabytes": MAX_UPLOAD >> 20, "bytes": number(MAX_UPLOAD)},
        limit=MAX_UPLOAD,
    )


def too_slow() -> TooSlowError:
    """The complaint about bytes that do not come."""
    return TooSlowError(
        "too_slow",
        _(
            "The text did not arrive: no byte of it within %(patience)s s, or not all within %(longest)s s. "
            "Send it again, or a part of it."
        )
        % {"patience": number(PATIENCE, ".0f"), "longest": number(LONGEST, ".0f")},
    )


class Body:
    """A request's bytes, up to the largest form, with an end to the patience."""

    def __init__(self, request: Request) -> None:
        self._stream, self._read = request.stream(), 0
        self._until = asyncio.get_running_loop().time() + LONGEST
        self._announced = request.headers.get("content-length", "")

    def __aiter__(self) -> "Body":
        return self

    async def __anext__(self) -> bytes:
        """The next chunk; TooLargeError, TooSlowError, or ClientDisconnect where whoever sends it has left."""
        if self._announced.isdecimal() and int(self._announced[:20]) > MAX_UPLOAD + ENVELOPE:
            raise too_large()
        try:
            async with asyncio.timeout(min(PATIENCE, self._until - asyncio.get_running_loop().time())):
                data = await anext(self._stream)
        except TimeoutError as error:
            raise too_slow() from error
        self._read += len(data)
        if self._read > MAX_UPLOAD + ENVELOPE:
            raise too_large()
        return data

    async def drain(self) -> None:
        """Read the rest, and forget it."""
        try:
            async with asyncio.timeout(PATIENCE):
                while self._read < MOST_READ:
                    self._read += len(await anext(self._stream))
        except (TimeoutError, StopAsyncIteration):
            return
