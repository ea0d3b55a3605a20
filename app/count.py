"""Training pairs, counted: Σ (T_x − 1) over the documents x of a text, one in memory at a time.

A long document is cut into tokens in parts, exactly as a whole: a tokenizer of ours merges bytes within a word, and
`CUT` finds places that every word ends at. Between a sign and white space it does, since white space is matched at a
word's beginning only; after a digit, which is a word of its own; and between punctuation and a letter, but for the
apostrophe, which clitics begin with (see `app.tokenizer.WORDS`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.documents import Piece, Reader
from app.language import _, number
from app.sentences import InputError
from app.settings import CHECKPOINTS
from app.tokenizer import Tokenizer

PART = 1 << 16  # characters that become tokens at once: also the longest run without a place to cut
OPENING = 60  # characters by which a document is known

# The last such place. White space and letters are named one by one where Unicode's releases differ about them.
CUT = re.compile(
    r"(?s:.*)(?:(?<=\S)(?=[ \t\n\r])"
    r"|(?<=[0-9])"
    r"|(?<=[!-&(-/:-@\[-`{-~、。，！？；：「」『』（）])(?=[0-9A-Za-zぁ-ゖァ-ヺ一-龥]))"
)


@dataclass(frozen=True)
class Document:
    """A document that was counted."""

    number: int  # from 1
    opening: str  # its first characters
    tokens: int  # T

    @property
    def pairs(self) -> int:
        """T − 1."""
        return self.tokens - 1


@dataclass(frozen=True)
class Count:
    """Documents and their tokens, in all; an empty document is none.

    Two documents of 3 and 2 tokens have 2 + 1 pairs. As one stream of 5 tokens they would have 4: the first token of
    the second would be a label, too.

    >>> Count(documents=2, tokens=5).pairs, Count(documents=2, tokens=5).stream_pairs
    (3, 4)
    """

    documents: int = 0
    tokens: int = 0

    @property
    def pairs(self) -> int:
        """Σ (T_x − 1) over the documents x: no pair reaches over a document's boundary."""
        return self.tokens - self.documents

    @property
    def stream_pairs(self) -> int:
        """T − 1, were all documents one: a pair more at each boundary between two."""
        return max(self.tokens - 1, 0)

    def __add__(self, other: "Count") -> "Count":
        return Count(self.documents + other.documents, self.tokens + other.tokens)


@dataclass(frozen=True)
class Vocabulary:
    """What texts are counted by."""

    name: str
    tokenizer: Tokenizer


@cache
def vocabulary(checkpoint: Path) -> Vocabulary:
    """That of a model's folder; the shipped model's where another maker's may not cut a text in parts as whole."""
    path = checkpoint / "tokenizer.json"
    if path.is_file():
        try:
            own = Tokenizer.load(path)
        except Exception as error:  # the tokenizers library raises bare Exception
            raise InputError("broken_tokenizer", f"{path} is damaged ({error}): restore it.") from error
        if own.cuts_words:
            return Vocabulary(checkpoint.absolute().name, own)
    return vocabulary(CHECKPOINTS / "tiny")


def check_not_empty(name: str, total: Count) -> None:
    """Raise InputError where nothing was counted."""
    if not total.documents:
        raise InputError(
            "empty_text", _("%(file)s holds no text. Choose one with at least a sentence in it.") % {"file": name}
        )


def of_corpus(card: dict[str, Any]) -> Count | None:
    """What a model learnt from, as its card counts it: a document is here a piece that fits the model's context.

    None where the card does not say how many pieces there are.
    """
    corpus = card.get("corpus", ())
    if not corpus or not all("pieces" in row for row in corpus):
        return None
    return Count(sum(row["pieces"] for row in corpus), sum(row["tokens"] for row in corpus))


class Counter:
    """Counts one file or stream while its bytes come in."""

    def __init__(self, tokenizer: Tokenizer, name: str, reader: Reader) -> None:
        self.tokenizer, self.name, self.reader = tokenizer, name, reader
        self.total = Count()
        self._begin()

    def _begin(self) -> None:
        self._opening, self._text, self._tokens = "", "", 0

    def feed(self, data: bytes) -> Iterator[Document | None]:
        """Each document that ends in these bytes, and None now and then, so that whoever counts may pause."""
        return self._counted(self.reader.feed(data))

    def end(self) -> Iterator[Document | None]:
        """The same after the last bytes."""
        return self._counted(self.reader.end())

    def _counted(self, pieces: Iterable[Piece]) -> Iterator[Document | None]:
        for piece in pieces:
            self._text += piece.text
            while len(self._text) > PART:
                self._count_part()
                yield None
            yield self._ended() if piece.ends else None

    def _count_part(self) -> None:
        found = CUT.match(self._text, 0, PART + 1)
        if not found:
            raise InputError(
                "run_too_long",
                _(
                    "%(file)s, near line %(line)s, has more than %(limit)s signs without a space or a digit between "
                    "them, which is the limit. Take them away: a picture in letters, perhaps."
                )
                % {"file": self.name, "line": number(self.reader.line), "limit": number(PART)},
                limit=PART,
            )
        self._opening = self._opening or self._text[:OPENING]
        self._tokens += self.tokenizer.count(self._text[: found.end()])
        self._text = self._text[found.end() :]

    def _ended(self) -> Document | None:
        tokens = self._tokens + (self.tokenizer.count(self._text) if self._text else 0)
        opening = self._opening or self._text[:OPENING]
        found = Document(self.total.documents + 1, opening, tokens) if tokens else None
        self._begin()
        self.total += Count(int(bool(found)), tokens)
        return found
