"""Bytes to text, as they arrive: unpacked in small steps and up to a limit, and read as UTF-8.

What is damaged, cut off or no text is refused with its place, in InputError.
"""

import codecs
import io
import zlib
from collections.abc import Iterator
from typing import Protocol

from app.language import _, number
from app.sentences import InputError, TooLargeError

STEP = 1 << 16  # bytes that are unpacked at once

# --- Bytes to bytes ------------------------------------------------------------------------------------------------


class Unpacker(Protocol):
    """Bytes in, in chunks of any size; bytes out, in small ones."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What more bytes bring."""

    def end(self) -> None:
        """Raise InputError where the bytes can't end here."""


class Plain:
    """Passes bytes on as they are."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """As `Unpacker` says."""
        for start in range(0, len(data), STEP):
            yield data[start : start + STEP]

    def end(self) -> None:
        """Nothing is held back."""


class Gunzip:
    """Unpacks in small steps, so that a few packed bytes can't fill the memory, and up to a limit."""

    def __init__(self, name: str, most: int | None) -> None:
        self.name, self.most, self.size = name, most, 0
        self._member = zlib.decompressobj(wbits=31)  # gzip alone
        self._is_begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """As `Unpacker` says; TooLargeError at the limit."""
        self._is_begun = self._is_begun or bool(data)
        is_full = False
        while data or is_full:
            if self._member.eof:  # several may follow each other, with zeros in between
                data = data.lstrip(b"\0")
                if not data:
                    return
                self._member = zlib.decompressobj(wbits=31)
            try:
                plain = self._member.decompress(data, STEP)
            except zlib.error as error:
                message = _("%(file)s can't be unpacked (%(error)s): it is damaged, or no gzip. Pack it anew.")
                raise InputError("broken_gzip", message % {"file": self.name, "error": error}) from error
            self.size += len(plain)
            if self.most is not None and self.size > self.most:
                raise TooLargeError(
                    "too_large_unpacked",
                    _("%(file)s unpacks to more than %(limit)s bytes, which is the limit. Count a part of it.")
                    % {"file": self.name, "limit": number(self.most)},
                    limit=self.most,
                )
            yield plain
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            is_full = len(plain) == STEP and not self._member.eof

    def end(self) -> None:
        """As `Unpacker` says."""
        if self._is_begun and not self._member.eof:
            raise InputError(
                "broken_gzip",
                _(
                    "%(file)s ends before its gzip does, after %(size)s unpacked bytes: it was cut off. Pack or send "
                    "it again."
                )
                % {"file": self.name, "size": number(self.size)},
            )


# --- Bytes to characters -------------------------------------------------------------------------------------------


class Characters:
    """UTF-8 to text, a character's bytes held back until they are all there."""

    def __init__(self, name: str, place: int, line: int) -> None:
        self.name, self.place, self.line = name, place, line
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._line_breaks = io.IncrementalNewlineDecoder(None, translate=True)
        self._is_start = place == 0

    def feed(self, data: bytes, final: bool = False) -> str:
        """The text of more bytes; with `final`, none may be held back."""
        first = self.place - len(self._decoder.getstate()[0])  # the place of the first byte that is not yet text
        try:
            decoded = self._decoder.decode(data, final)
        except UnicodeDecodeError as error:
            raise self._refused(error, first) from error
        if (zero := data.find(0)) >= 0:
            raise InputError(
                "binary_data",
                _(
                    "%(file)s is no text: byte %(place)s is zero, as in pictures, programs and UTF-16. Save it as "
                    "plain text in UTF-8."
                )
                % {"file": self.name, "place": number(self.place + zero + 1)},
            )
        self.place += len(data)
        text: str = self._line_breaks.decode(decoded, final)
        self.line += text.count("\n")
        if self._is_start and text:
            self._is_start, text = False, text.removeprefix("\ufeff")
        return text

    def _refused(self, error: UnicodeDecodeError, first: int) -> InputError:
        is_cut_off = error.reason == "unexpected end of data"
        message = (
            _(
                "%(file)s ends inside a character, which begins at byte %(place)s: it was cut off. Save or "
                "send it again."
            )
            if is_cut_off
            else _(
                "%(file)s is not UTF-8: byte %(place)s, in line %(line)s, is %(value)s (%(error)s). Save it as plain "
                "text in UTF-8."
            )
        )
        found = {
            "file": self.name,
            "place": number(first + error.start + 1),
            "line": number(self.line + error.object[: error.start].count(b"\n")),
            "value": f"0x{error.object[error.start]:02X}",
            "error": error.reason,
        }
        return InputError("not_utf8", message % found)
