r"""The bytes of a file or an upload to its documents, as they arrive, in memory that does not grow.

    .txt    documents parted by blank lines, which belong to none: as pretraining reads a corpus
    .md     one document, as it is: here, blank lines part paragraphs
    .jsonl  an object a line, its document in the field “text”
    .gz     any of these, compressed by gzip

The text is UTF-8. Each line break becomes \n, however its writer's system marks one, and a byte order mark is dropped.
"""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.decoding import STEP, Characters, Gunzip, Plain, Unpacker
from app.language import _, number
from app.sentences import InputError, TooLargeError

MAX_LINE = 8 << 20  # characters of a line of .jsonl, which is read as a whole
MAX_BLANK = 1 << 16  # characters of white space that may stand in a line alone

BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
HALF_A_PAIR = re.compile("[\ud800-\udfff]")  # JSON can write half of a surrogate pair, which is no character


@dataclass(frozen=True)
class Piece:
    """Some of a document's text, and whether the document ends with it."""

    text: str
    ends: bool


class Reader:
    """Bytes in, in chunks of any size; pieces of documents out, in order.

    InputError, naming the place, where the bytes are no such text; TooLargeError where they unpack to more than `most`.
    A packed text is refused at its end, since only its checksum tells whether it was damaged on its way.
    """

    def __init__(
        self,
        name: str,
        whole: bool = False,
        most: int | None = None,
        place: int = 0,
        line: int = 1,
        *,
        called: str = "",
    ) -> None:
        """`name` tells the type; `whole` takes a .txt as one document; the first byte is number `place` + 1.

        `called`: what messages call it, where that is not its name.
        """
        suffix, self._is_packed = kind(name)
        called = called or name
        self._unpacker: Unpacker = Gunzip(called, most) if self._is_packed else Plain()
        self._characters = Characters(called, place, line)
        self._documents = _Whole() if whole and suffix == ".txt" else KINDS[suffix](called, line)
        self._refused: InputError | None = None

    @property
    def size(self) -> int:
        """How many bytes of text have been read, unpacked."""
        return self._characters.place

    @property
    def line(self) -> int:
        """The number of the line that was read last."""
        return self._characters.line

    def feed(self, data: bytes) -> Iterator[Piece]:
        """What more bytes bring: a piece, if an empty one, at least for each 64 KB that they unpack to."""
        for plain in self._unpacker.feed(data):
            if self._refused:
                yield Piece("", ends=False)
                continue
            try:
                yield from self._documents.feed(self._characters.feed(plain))
            except InputError as error:
                if not self._is_packed or isinstance(error, TooLargeError):
                    raise
                self._refused = error

    def end(self) -> Iterator[Piece]:
        """What was held back, after the last bytes."""
        self._unpacker.end()
        if self._refused:
            raise self._refused
        yield from self._documents.feed(self._characters.feed(b"", final=True))
        yield from self._documents.end()


def kind(name: str) -> tuple[str, bool]:
    """A file's type, .txt, .md or .jsonl, and whether it is packed; InputError for any other.

    >>> kind("Book.TXT"), kind("news.jsonl.gz"), kind("book.gz")
    (('.txt', False), ('.jsonl', True), ('.txt', True))
    """
    is_packed = name.lower().endswith(".gz")
    suffix = Path(name.lower().removesuffix(".gz")).suffix or (".txt" if is_packed else "")
    if suffix not in KINDS:
        raise InputError(
            "wrong_type",
            _(
                "%(file)s is no file to count: its name should end in .txt, .md or .jsonl, or in one of these and .gz. "
                "Save its text as one of them."
            )
            % {"file": name},
            actual=suffix,
        )
    return suffix, is_packed


# --- Characters to documents ---------------------------------------------------------------------------------------


class _Documents(Protocol):
    def feed(self, text: str) -> Iterator[Piece]: ...

    def end(self) -> Iterator[Piece]: ...


class _Whole:
    """One document, nothing taken away."""

    def __init__(self, name: str = "", line: int = 1) -> None:
        pass

    def feed(self, text: str) -> Iterator[Piece]:
        yield Piece(text, ends=False)

    def end(self) -> Iterator[Piece]:
        yield Piece("", ends=True)


class _Parted:
    """Documents parted by lines of nothing but white space, which belong to none."""

    def __init__(self, name: str, line: int) -> None:
        self.name = name
        self._held = "\n\n"  # white space from a line break on: only what follows tells whether a document ended there

    def feed(self, text: str) -> Iterator[Piece]:
        text = self._held + text
        length = len(text.rstrip())
        cut = text.find("\n", length)
        text, self._held = (text[:cut], text[cut:]) if cut >= 0 else (text, "")
        *ended, last = BLANK_LINES.split(text)
        yield from (Piece(part, ends=True) for part in ended)
        yield Piece(last, ends=False)
        above, __, indent = self._held.rpartition("\n")
        if len(indent) > MAX_BLANK:
            raise InputError(
                "blank_line_too_long",
                _(
                    "%(file)s has a line that begins with more than %(limit)s blanks, which is the limit. "
                    "Take them away."
                )
                % {"file": self.name, "limit": number(MAX_BLANK)},
                limit=MAX_BLANK,
            )
        if "\n" in above:
            self._held = f"\n\n{indent}"  # more blank lines than one tell nothing more

    def end(self) -> Iterator[Piece]:
        yield Piece("", ends=True)


class _JsonLines:
    """An object a line; empty lines are passed over."""

    def __init__(self, name: str, line: int) -> None:
        self.name, self.line = name, line
        self._held = io.StringIO()

    def feed(self, text: str) -> Iterator[Piece]:
        *lines, rest = text.split("\n")
        for line in lines:
            self._held.write(line)
            yield from self._read(self._held.getvalue())
            self._held = io.StringIO()
            self.line += 1
        self._held.write(rest)
        if self._held.tell() > MAX_LINE:
            raise TooLargeError(
                "line_too_long",
                _(
                    "%(file)s, line %(line)s has more than %(limit)s characters, which is the limit. Part its text "
                    "into several lines."
                )
                % {"file": self.name, "line": number(self.line), "limit": number(MAX_LINE)},
                limit=MAX_LINE,
            )
        yield Piece("", ends=False)

    def end(self) -> Iterator[Piece]:
        yield from self._read(self._held.getvalue())

    def _read(self, line: str) -> Iterator[Piece]:
        if not line.strip():
            return
        text = self._text(line)
        for start in range(0, len(text), STEP):
            yield Piece(text[start : start + STEP], ends=start + STEP >= len(text))

    def _text(self, line: str) -> str:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", "") or _("a number or a nesting too large")
            at = _(", column %(n)s") % {"n": number(error.colno)} if isinstance(error, json.JSONDecodeError) else ""
            raise self._refused(_("%(file)s, line %(line)s is no JSON (%(error)s)."), error=reason + at) from error
        if not isinstance(row, dict):
            raise self._refused(_("%(file)s, line %(line)s is %(kind)s, not an object."), kind=_named(row))
        if "text" not in row:
            raise self._refused(_("%(file)s, line %(line)s has no field “text”."))
        text = row["text"]
        if not isinstance(text, str):
            message = _("%(file)s, line %(line)s has %(kind)s in its field “text”, not a string.")
            raise self._refused(message, kind=_named(text))
        if half := HALF_A_PAIR.search(text):
            message = _("%(file)s, line %(line)s has half a surrogate pair, %(sign)s, in its text.")
            raise self._refused(message, sign=f"U+{ord(half[0]):04X}")
        return text

    def _refused(self, message: str, **found: str) -> InputError:
        fault = message % {"file": self.name, "line": number(self.line), **found}
        remedy = _("Each line should be like %(example)s.") % {"example": '{"text": "A document."}'}
        return InputError("wrong_line", f"{fault} {remedy}")


def _named(value: object) -> str:
    """What JSON calls a value's type."""
    names = {dict: _("an object"), list: _("a list"), str: _("a string"), bool: _("true or false"), type(None): "null"}
    return names.get(type(value), _("a number"))


KINDS: dict[str, type[_Parted] | type[_Whole] | type[_JsonLines]] = {
    ".txt": _Parted,
    ".md": _Whole,
    ".jsonl": _JsonLines,
}
