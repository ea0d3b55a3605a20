"""The sentence bank, a random draw from it, and what a visitor's text may be."""

import random
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from app.language import _, number

MAX_CHARACTERS = 2_000
LINE_CONTROLS = "\n\t"  # the control characters that a text may hold
DEFAULT_TOP_K, MAX_TOP_K = 8, 100  # candidates of a pair
LINE_BREAK = re.compile(r"\r\n|\r")


class InputError(ValueError):
    """A person's input cannot be used. The message says what is wrong, the limit and the remedy.

    `code` is for programs; `limit` and `actual` are given where the fault is one of size.
    """

    status = 422  # what HTTP answers
    headers: Mapping[str, str] = {}  # and says beside it

    def __init__(self, code: str, message: str, limit: int | None = None, actual: int | str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.limit, self.actual = code, message, limit, actual


class TooLargeError(InputError):
    """There is more of the input than can be taken at once."""

    status = 413


def one_line_break(text: str) -> str:
    r"""A text with each line break as \n, however its writer's system marks one: so does the text that models read.

    >>> one_line_break("a\r\nb\rc")
    'a\nb\nc'
    """
    return LINE_BREAK.sub("\n", text)


def check_top_k(top_k: int) -> None:
    """Raise InputError unless a number of candidates is one to list."""
    if 1 <= top_k <= MAX_TOP_K:
        return
    limit, words = (1, "at least") if top_k < 1 else (MAX_TOP_K, "at most")
    raise InputError(
        "invalid_top_k",
        f"The parameter “top_k” is “{top_k}”; it must be {words} {limit}.",
        limit=limit,
        actual=str(top_k),
    )


def check_text(text: str, most: int = MAX_CHARACTERS) -> None:
    """Raise InputError unless a text is one to cut into tokens; its number of tokens is checked in `app.predict`."""
    if len(text) > most:
        raise InputError(
            "too_many_characters",
            _("The text has %(actual)s characters; the limit is %(limit)s. Shorten it.")
            % {"actual": number(len(text)), "limit": number(most)},
            limit=most,
            actual=len(text),
        )
    if not text.strip():
        raise InputError("empty_text", _("There is no text yet. Type a sentence of two words or more."))
    for place, character in enumerate(text, start=1):
        category = unicodedata.category(character)
        if category == "Cs" or (category == "Cc" and character not in LINE_CONTROLS):
            message = (
                _("Character %(place)s of the text is half a surrogate pair, %(sign)s, which is no text. Delete it.")
                if category == "Cs"
                else _("Character %(place)s of the text is a control character, %(sign)s, which is no text. Delete it.")
            )
            sign = f"U+{ord(character):04X}"
            raise InputError("forbidden_character", message % {"place": number(place), "sign": sign}, actual=sign)


@dataclass(frozen=True)
class Theme:
    """A file of the bank: its title and its sentences, in the file's order."""

    name: str
    title: str
    sentences: tuple[str, ...]


class BankError(Exception):
    """The folder of the sentence bank cannot be used; the message names the file and the remedy."""


@dataclass(frozen=True)
class Bank:
    """All themes. The app opens on the first sentence of `everyday`, or of the first theme where there is none."""

    themes: tuple[Theme, ...]

    @classmethod
    def load(cls, folder: Path) -> "Bank":
        """Read every .txt file: a first line `# Title`, then a sentence a line; other # lines are comments."""
        try:
            found = [file for file in folder.iterdir() if file.suffix == ".txt"]
        except OSError as error:  # of which `glob` would say nothing
            raise BankError(
                f"the sentence bank {folder} cannot be read ({error.strerror}): make it a readable folder, "
                "or name another one in FREELABELS_SENTENCES"
            ) from error
        files = sorted(found, key=lambda file: (file.stem != "everyday", file.name))
        themes = tuple(theme for file in files if (theme := _read(file)).sentences)
        if not themes:
            raise BankError(
                f"the sentence bank {folder} holds no sentence: put a .txt file there, a sentence a line, "
                "or name another folder in FREELABELS_SENTENCES"
            )
        return cls(themes)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Every sentence, theme by theme."""
        return tuple(sentence for theme in self.themes for sentence in theme.sentences)

    @property
    def opening(self) -> str:
        """The sentence that the app opens on."""
        return self.sentences[0]

    def draw(self, after: str | None = None) -> str:
        """A random sentence, another one than `after` (unless the bank has only that)."""
        return random.choice(_without(self.sentences, after))

    def pick(self, seed: str, n: int, theme: str = "") -> tuple[str, ...]:
        """At most n sentences of the bank, or of the theme that has this name: a seed always gives the same ones.

        They are those whose SHA-256 is smallest, that of seed, line break and sentence in UTF-8. So a set depends on no
        machine and no version of Python, and a sentence that joins the bank takes one place at most.
        """
        chosen = [sentence for each in self.themes if theme in ("", each.name) for sentence in each.sentences]
        return tuple(sorted(chosen, key=lambda sentence: sha256(f"{seed}\n{sentence}".encode()).digest())[:n])

    def theme_of(self, sentence: str) -> Theme:
        """The theme that a sentence of the bank belongs to."""
        return next(theme for theme in self.themes if sentence in theme.sentences)


def _without(sentences: Sequence[str], one: str | None) -> Sequence[str]:
    return [sentence for sentence in sentences if sentence != one] or sentences


def _read(file: Path) -> Theme:
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise BankError(f"{file} cannot be read ({error}): make it a readable UTF-8 text file") from error
    title = lines[0].lstrip("# ") if lines and lines[0].startswith("#") else ""
    sentences = []
    for place, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        try:
            check_text(line)
        except InputError as error:
            raise BankError(f"{file}, line {place}: {error.message}") from error
        sentences.append(line)
    return Theme(file.stem, title or file.stem.replace("-", " ").capitalize(), tuple(dict.fromkeys(sentences)))
