"""The bitter lesson, measured: bits per byte of hand-written rules, of counting and of the network, by text read.

All spread their probabilities over the same tokens and are scored on the same validation pieces, of which each one's
first token is given. The rules have read nothing. The counting models count so many tokens of the training pieces as
written, drawn at random from all sources, each piece once. The network is its snapshots: it read its batches, which
hold some sources more often than others, three pieces in ten in lower case, and on a long run every piece several
times; before its last tokens its learning rate was still high, and its snapshots are kept in 4 bits.
"""

import json
import math
import platform
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
import tokenizers
import torch
from numpy.typing import NDArray
from rich.table import Table

from app.checkpoint import Checkpoint
from app.model import GPT
from app.moments import Moments
from app.predict import Predictor
from app.pretrain.evaluate import bits_per_byte, label_bytes, score, validation_pieces
from app.pretrain.ngram import KneserNey, unigram_log_probs
from app.pretrain.rules import Rules
from app.pretrain.shards import Pieces, source_names

AMOUNTS = (*(step * 10**power for power in range(3, 7) for step in (1, 3)), 10_000_000)  # and all there are
SEED = 1  # of the draw
FILE = "bitter.json"  # beside the checkpoint
NAMES = ("rules", "unigram", "bigram", "5-gram", "network")

Ids = NDArray[np.uint16]


@dataclass(frozen=True)
class Point:
    """How good a model is after so many tokens of text."""

    tokens: int
    bits_per_byte: float


@dataclass(frozen=True)
class Bitter:
    """What was measured, and how."""

    model: str
    date: str
    versions: dict[str, str]
    blind: float  # bits per byte of giving every token the same probability
    lines: dict[str, list[Point]]  # by NAMES
    corpus_tokens: int  # in the training pieces as written, of which the network may have read some several times
    validation: dict[str, int]  # pieces, labels and bytes that all were scored on
    seconds: float
    peak_megabytes: float

    def as_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return asdict(self)


def measure(
    checkpoint: Checkpoint, folder: Path, shards: Path, most: int | None, progress: Callable[[str], None]
) -> Bitter:
    """Measure everything on about `most` validation pieces; `folder` is the checkpoint's, with snapshots and card.

    `progress(what)` is called before each measurement. ValueError where there is no card or no snapshot, or the shards
    hold other tokens than the model's.
    """
    started, tokenizer = time.perf_counter(), checkpoint.tokenizer
    manifest = json.loads((shards / "manifest.json").read_text(encoding="utf-8"))
    if manifest["made_from"]["tokenizer"] != tokenizer.fingerprint:
        raise ValueError(f"{shards} and {folder} have different vocabularies: name the shards that the model read")
    validation = validation_pieces(shards, most)
    n_bytes, labels = label_bytes(tokenizer, validation), np.concatenate([piece[1:] for piece in validation])
    lines: dict[str, list[Point]] = {name: [] for name in NAMES}

    def found(name: str, tokens: int, log_probs: NDArray[np.float64]) -> None:
        lines[name].append(Point(tokens, bits_per_byte(log_probs, n_bytes)))

    for tokens, model in _networks(checkpoint, folder):
        progress(f"the network after {tokens:,} tokens")
        found("network", tokens, score(model, validation).log_probs)
    progress("the rules")
    found("rules", 0, Rules(tokenizer).log_probs(validation))
    pieces = _drawn(shards)
    sizes = np.cumsum([len(piece) for piece in pieces])
    total = int(sizes[-1])
    for amount in [*(amount for amount in AMOUNTS if amount < total), total]:
        n_pieces = int(np.searchsorted(sizes, amount)) + 1
        counted, tokens = pieces[:n_pieces], int(sizes[n_pieces - 1])
        progress(f"counting {tokens:,} tokens")
        counts = np.bincount(np.concatenate(counted), minlength=tokenizer.vocab_size)
        found("unigram", tokens, unigram_log_probs(counts)[labels])
        for name, order in (("bigram", 2), ("5-gram", 5)):
            found(name, tokens, KneserNey(counted, tokenizer.vocab_size, order).log_probs(validation))
    return Bitter(
        model=checkpoint.name,
        date=datetime.now(UTC).date().isoformat(),
        versions={
            "python": platform.python_version(),
            "torch": torch.__version__,
            "tokenizers": tokenizers.__version__,
            "numpy": np.__version__,
        },
        blind=len(labels) * math.log2(tokenizer.vocab_size) / n_bytes,
        lines=lines,
        corpus_tokens=total,
        validation={"pieces": len(validation), "labels": len(labels), "bytes": n_bytes},
        seconds=round(time.perf_counter() - started, 1),
        peak_megabytes=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    )


def _networks(checkpoint: Checkpoint, folder: Path) -> Iterator[tuple[int, GPT]]:
    """(tokens seen, network) from random weights to the finished one."""
    path = folder / "card.json"
    card = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    moments = Moments.of(Predictor(checkpoint), folder, card) if card else None
    if not moments:
        raise ValueError(f"{folder} has no card.json or no snapshots: only a checkpoint that pretrain wrote has a past")
    for tokens in moments.tokens_seen:
        yield tokens, cast(Checkpoint, moments.predictor(tokens).model).model


def _drawn(shards: Path) -> list[Ids]:
    """All training pieces as written, in random order."""
    opened = [Pieces.open(shards / f"{name}.train.written") for name in source_names(shards)]
    pieces = [source[index] for source in opened for index in range(len(source))]
    return [pieces[i] for i in np.random.default_rng(SEED).permutation(len(pieces))]


def write(folder: Path, result: Bitter) -> None:
    """Store a result with the model that it is of."""
    (folder / FILE).write_text(json.dumps(result.as_json(), indent=1) + "\n", encoding="utf-8")


def table(result: Bitter) -> Table:
    """A row an amount of text, for a terminal."""
    shown = Table("tokens read", *NAMES, title="bits per byte")
    for column in shown.columns:
        column.justify = "right"
    for amount in sorted({point.tokens for points in result.lines.values() for point in points}):
        cells = ({point.tokens: f"{point.bits_per_byte:.3f}" for point in result.lines[name]} for name in NAMES)
        shown.add_row(f"{amount:,}", *(cell.get(amount, "") for cell in cells))
    shown.caption = (
        f"on {result.validation['labels']:,} labels of {result.validation['pieces']:,} validation pieces; "
        f"giving each token the same probability: {result.blind:.3f}; {result.seconds:.0f} s, "
        f"{result.peak_megabytes:,.0f} MB at most"
    )
    return shown
