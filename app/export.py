"""A text's training pairs as a file: JSON lines, CSV or Parquet, written a window of the text at a time."""

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from app.language import N_
from app.language_model import LanguageModel
from app.predict import check_has_pair, log_probs, scored
from app.sentences import InputError, check_text, one_line_break
from app.state import refusal

MAX_EXPORT = 20_000  # characters
GROUP = 4_096  # rows of Parquet that are written at once

# What the page says and a Parquet file carries along.
WINDOWS = N_(
    "A text may be longer than the model’s context. It is then read by windows of as many tokens as the context holds, "
    "each beginning half a window after the one before, and each label is taken from the first window that has it. So "
    "T tokens give T − 1 pairs, however many they are; a context is what stands before its label in that window, all "
    "of the text so far or at least half of what the model can read; and the model’s numbers are for that very context."
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """A column of the file."""

    name: Annotated[str, "its name in the file"]
    kind: Annotated[str, "its type in Parquet"]
    what: Annotated[str, "what it is"]
    example: Annotated[Any, "a value"]


PAIR = (
    Field("step", "int32", N_("the pair’s number, from 1"), 1),
    Field("position", "int32", N_("t of the label x_t, from 1: step + 1"), 2),
    Field("context_start", "int32", N_("position of the context’s first token: 1, or more in a long text"), 1),
    Field("context", "string", N_("the context as text; bytes that are no whole character as ⟨E2 82⟩"), "The"),
    Field("label", "string", N_("the label x_t as text"), " boat"),
    Field("context_ids", "list<int32>", N_("the context’s token ids; in CSV parted by spaces"), [271]),
    Field("label_id", "int32", N_("the label’s token id"), 912),
)
NUMBERS = (
    Field("probability", "double", N_("P(label | context), over the whole vocabulary"), 0.0123),
    Field("rank", "int32", N_("1 + the number of tokens more probable than the label"), 17),
    Field("loss", "double", N_("−ln probability, in nats"), 4.398),
)


class Window(NamedTuple):
    """Tokens [start, end) of a text, counted from 0; those from `first` on are the labels that no window had before."""

    start: int
    first: int
    end: int


def windows(n_tokens: int, size: int) -> Iterator[Window]:
    """The windows of at most `size` tokens by which a text is read.

    >>> [tuple(window) for window in windows(9, 4)]
    [(0, 1, 4), (2, 4, 6), (4, 6, 8), (6, 8, 9)]
    """
    start, first = 0, 1
    while first < n_tokens:
        end = min(start + size, n_tokens)
        yield Window(start, first, end)
        start, first = start + size // 2, end


class Export:
    """A text's pairs, to be written in one of FORMATS."""

    def __init__(self, model: LanguageModel, text: str, has_numbers: bool, most: int = MAX_EXPORT) -> None:
        """Cut a text of at most so many characters; InputError where it is none to cut."""
        text = one_line_break(text)
        check_text(text, most)
        self.model, self.has_numbers = model, has_numbers
        self.ids = [token.id for token in model.tokens(text)]
        check_has_pair(len(self.ids))
        self.name = "-".join(["free-labels", *re.findall("[a-z0-9]+", text[:100].lower())[:5]])

    @property
    def fields(self) -> tuple[Field, ...]:
        """The file's columns."""
        return PAIR + NUMBERS if self.has_numbers else PAIR

    @property
    def n_windows(self) -> int:
        """How many passes of the model its numbers take."""
        return len(list(windows(len(self.ids), self.model.context_length)))

    def rows(self) -> Iterator[list[Row]]:
        """The pairs, those of a window at a time."""
        for start, first, end in windows(len(self.ids), self.model.context_length):
            ids = self.ids[start:end]
            rows = [self._row(start, ids[: place - start], self.ids[place]) for place in range(first, end)]
            if self.has_numbers:
                scores = scored(log_probs(self.model, ids[:-1], first - start - 1), self.ids[first:end])
                for row, log_prob, rank in zip(rows, *scores, strict=True):
                    row |= {"probability": math.exp(log_prob), "rank": rank, "loss": 0.0 - log_prob}
            yield rows

    def _row(self, start: int, context: Sequence[int], label: int) -> Row:
        step = start + len(context)
        return {
            "step": step,
            "position": step + 1,
            "context_start": start + 1,
            "context": self.model.decode(context),
            "label": self.model.text(label),
            "context_ids": context,
            "label_id": label,
        }


# --- Formats -------------------------------------------------------------------------------------------------------

# A spreadsheet takes a cell for a formula that begins with one of these signs, also after white space, and may find a
# cell's beginning at another separator than ours. An apostrophe is among them, so that it can be told from one of
# ours.
BEFORE_FORMULA = re.compile(r"(^|[,;\t\r\n])(?=\s*[=+\-@＝＋－＠']|[\t\r])")


def without_formulae(text: str) -> str:
    r"""A text that no spreadsheet calculates: an apostrophe stands where it would begin to.

    It is undone by taking away one apostrophe at the text's beginning and after each comma, semicolon, tab or line
    break: `re.sub(r"(^|[,;\t\r\n])'", r"\1", text)`.

    >>> without_formulae("=1+1"), without_formulae("a;-b"), without_formulae("'s"), without_formulae("1 - 1")
    ("'=1+1", "a;'-b", "''s", '1 - 1')
    """
    return BEFORE_FORMULA.sub(r"\1'", text)


def _jsonl(export: Export) -> Iterator[bytes]:
    for rows in export.rows():
        yield "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()


def _csv(export: Export) -> Iterator[bytes]:
    lines = io.StringIO()
    lines.write("\ufeff")  # spreadsheets take UTF-8 without this mark for something else
    writer = csv.DictWriter(lines, [field.name for field in export.fields])
    writer.writeheader()
    for rows in export.rows():
        for row in rows:
            texts = {name: without_formulae(row[name]) for name in ("context", "label")}
            writer.writerow(row | texts | {"context_ids": " ".join(map(str, row["context_ids"]))})
        yield lines.getvalue().encode()
        lines.seek(0)
        lines.truncate()


class _Sink(io.RawIOBase):
    """A file that only keeps what nobody has taken yet."""

    def __init__(self) -> None:
        self._written, self._position = bytearray(), 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written += data
        self._position += len(data)
        return len(data)

    def tell(self) -> int:
        return self._position

    def take(self) -> bytes:
        taken, self._written = bytes(self._written), bytearray()
        return taken


def _parquet(export: Export) -> Iterator[bytes]:
    import pyarrow as pa  # large, and needed here only
    from pyarrow import parquet

    about = {"model": export.model.name, "tokens": str(len(export.ids)), "windows": WINDOWS}
    schema = pa.schema(
        [
            pa.field(field.name, pa.list_(pa.int32()) if field.kind == "list<int32>" else field.kind, nullable=False)
            for field in export.fields
        ],
        metadata=about,
    )
    sink, waiting = _Sink(), list[Row]()
    with parquet.ParquetWriter(sink, schema) as writer:
        for rows in export.rows():
            waiting += rows
            if len(waiting) >= GROUP:
                writer.write_table(pa.Table.from_pylist(waiting, schema))
                waiting = []
            yield sink.take()
        if waiting:
            writer.write_table(pa.Table.from_pylist(waiting, schema))
    yield sink.take()


@dataclass(frozen=True)
class Format:
    """A kind of file."""

    name: str
    media_type: str
    write: Callable[[Export], Iterator[bytes]]


FORMATS = {
    "jsonl": Format("JSON lines", "application/x-ndjson", _jsonl),
    "csv": Format("CSV", "text/csv", _csv),
    "parquet": Format("Parquet", "application/vnd.apache.parquet", _parquet),
}


def format_of(name: str) -> Format:
    """A format by its name; InputError where there is no such one."""
    if name not in FORMATS:
        raise InputError("invalid_format", refusal("format", name, list(FORMATS)), actual=name[:40])
    return FORMATS[name]
