"""How good a model is on text it never learnt from, beside what counting alone achieves."""

import math
import resource
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.checkpoint import Checkpoint
from app.model import GPT
from app.pretrain.corpus import FINAL_PUNCTUATION, sentences
from app.pretrain.ngram import KneserNey, unigram_log_probs
from app.pretrain.shards import Pieces, chunks, groups, source_names
from app.pretrain.sources import Source
from app.tokenizer import Tokenizer

TOKENS_A_PASS = 4_096
BINS = 15  # of confidence, for the calibration error, as in Guo et al. 2017
CLOZE_TOPS = (1, 5, 10)

Ids = Sequence[int] | NDArray[np.uint16]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """Loss over the predicted tokens, in nats per token and in bits per byte of their text."""

    loss: float
    bits_per_byte: float


@dataclass(frozen=True)
class Scores:
    """What a model gave the labels of some pieces, one entry a label, in the pieces' order."""

    log_probs: Floats  # ln P(label)
    confidence: Floats  # P of the model's first choice
    correct: NDArray[np.bool_]  # whether that was the label


def score(model: GPT, pieces: Sequence[Ids]) -> Scores:
    """Every label's log-probability (each piece's first token has none), in passes of pieces of equal length."""
    device = next(model.parameters()).device
    starts = np.cumsum([0, *(len(piece) - 1 for piece in pieces)])
    found = Scores(*(np.zeros(starts[-1], kind) for kind in (float, float, bool)))
    order = sorted(range(len(pieces)), key=lambda i: len(pieces[i]))
    at = 0
    while at < len(order):
        length = len(pieces[order[at]])
        most = max(1, TOKENS_A_PASS // max(length, 1))
        batch = [i for i in order[at : at + most] if len(pieces[i]) == length]
        at += len(batch)
        if length < 2:
            continue
        ids = torch.from_numpy(np.stack([np.asarray(pieces[i], np.int64) for i in batch])).to(device)
        with torch.inference_mode():
            rows = model(ids[:, :-1]).float().log_softmax(dim=-1)  # (B, T − 1, V)
            best = rows.max(dim=-1)
            chosen = rows.gather(-1, ids[:, 1:, None]).squeeze(-1)
            correct = best.indices == ids[:, 1:]
        slots = np.concatenate([np.arange(starts[i], starts[i + 1]) for i in batch])
        found.log_probs[slots] = chosen.flatten().double().cpu()
        found.confidence[slots] = best.values.exp().flatten().double().cpu()
        found.correct[slots] = correct.flatten().cpu()
    return found


def label_bytes(tokenizer: Tokenizer, pieces: Iterable[Ids]) -> int:
    """Bytes of the text that the pieces' labels stand for: of all tokens but each piece's first."""
    return sum(tokenizer.n_bytes(int(token_id)) for piece in pieces for token_id in piece[1:])


def bits_per_byte(log_probs: Floats, n_bytes: int) -> float:
    """Σ −log2 P over bytes: comparable between vocabularies, since bytes do not depend on one."""
    return float(-log_probs.sum() / math.log(2) / n_bytes)


def measured(model: GPT, tokenizer: Tokenizer, pieces: Sequence[Ids]) -> Measured:
    """Mean loss and bits per byte over all labels of some pieces."""
    log_probs = score(model, pieces).log_probs
    return Measured(float(-log_probs.mean()), bits_per_byte(log_probs, label_bytes(tokenizer, pieces)))


def validation_pieces(shards: Path, most: int | None = None) -> list[NDArray[np.uint16]]:
    """The pieces of all validation documents, or `most` of them, spread evenly over the sources."""
    opened = [Pieces.open(shards / f"{name}.validation.written") for name in source_names(shards)]
    pieces = [found[i] for found in opened for i in range(len(found)) if len(found[i]) > 1]
    return pieces[:: max(1, len(pieces) // most) if most else 1]


# --- The report of `python -m app evaluate` --------------------------------------------------------------------------


@dataclass(frozen=True)
class SourceRow:
    """Bits per byte on one source's held-out documents."""

    source: str
    documents: int
    bytes: int
    unigram: float
    five_gram: float
    network: float


@dataclass(frozen=True)
class Baselines:
    """What counting cost: training tokens, 5-grams kept, seconds, and the process's peak memory in megabytes."""

    tokens: int
    five_grams: int
    seconds: float
    peak_megabytes: float


@dataclass(frozen=True)
class Calibration:
    """How often the model's first choice was right, by how sure it was: (sure, right, share of the tokens) a bin.

    error is the expected calibration error: the mean of |sure − right|, weighted by the share.
    """

    error: float
    bins: list[tuple[float, float, float]]


@dataclass(frozen=True)
class Agreement:
    """Whether lower case leads to the same expectations, over the contexts of the bank in which it changes anything.

    overlap: the mean of Σ min(P, Q) over what may come next, 1 where both expect the same. same_first: the share of
    contexts with the same first choice. Tokens that differ in case alone count as one.
    """

    contexts: int
    overlap: float
    same_first: float


@dataclass(frozen=True)
class Report:
    """Everything that `evaluate` measures."""

    sources: list[SourceRow]
    overall: SourceRow
    baselines: Baselines
    cloze: dict[str, float]  # share of the contexts whose accepted word's first token is in the top 1, 5, 10
    as_typed: dict[str, float]  # bits per byte of the bank as written, in lower case, without the final stop
    calibration: Calibration
    lower_case: Agreement

    def as_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return asdict(self)


def evaluate(
    checkpoint: Checkpoint, shards: Path, heldout: Sequence[Source], cloze: Path | None, bank: Sequence[str]
) -> Report:
    """Measure a checkpoint on held-out documents, beside baselines counted on the shards' training pieces."""
    model, tokenizer = checkpoint.model, checkpoint.tokenizer
    longest = model.config.context_length
    five_gram, unigram, baselines = _baselines(shards, tokenizer.vocab_size)
    rows, scores, sums = [], [], np.zeros(3)
    n_documents = n_bytes = 0
    for source in heldout:
        texts = list(source.documents())
        pieces = [piece for text in texts for piece in cut(tokenizer, text, longest) if len(piece) > 1]
        found = score(model, pieces)
        labels = np.concatenate([np.asarray(piece[1:], np.int64) for piece in pieces])
        by_model = (unigram[labels], five_gram.log_probs(pieces), found.log_probs)
        size = label_bytes(tokenizer, pieces)
        rows.append(SourceRow(source.name, len(texts), size, *(bits_per_byte(each, size) for each in by_model)))
        scores.append(found)
        sums += [each.sum() for each in by_model]
        n_documents, n_bytes = n_documents + len(texts), n_bytes + size
    overall = SourceRow("all", n_documents, n_bytes, *(float(-total / math.log(2) / n_bytes) for total in sums))
    return Report(
        rows,
        overall,
        baselines,
        cloze_tops(checkpoint, cloze) if cloze else {},
        robustness(checkpoint, bank),
        calibration(scores),
        lower_case(checkpoint, bank),
    )


def cut(tokenizer: Tokenizer, document: str, longest: int) -> list[list[int]]:
    """A document as token ids, in pieces of whole sentences that fit the context."""
    parts = sentences(document)
    pieces = groups(parts, [len(ids) for ids in tokenizer.encode_batch(parts)], longest)
    return [part for ids in tokenizer.encode_batch(list(pieces)) for (part,) in chunks(longest, ids)]


def _baselines(shards: Path, vocab_size: int) -> tuple[KneserNey, Floats, Baselines]:
    started = time.perf_counter()
    opened = [Pieces.open(shards / f"{name}.train.written") for name in source_names(shards)]
    counts = np.sum([np.bincount(found.tokens, minlength=vocab_size) for found in opened], axis=0)
    five_gram = KneserNey((found[i] for found in opened for i in range(len(found))), vocab_size)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cost = Baselines(int(counts.sum()), five_gram.n_grams, time.perf_counter() - started, peak)
    return five_gram, unigram_log_probs(counts), cost


def cloze_tops(checkpoint: Checkpoint, path: Path) -> dict[str, float]:
    """Share of the lines "context TAB word|word|…" where an accepted word's first token is among the top 1, 5, 10."""
    tokenizer, ranks = checkpoint.tokenizer, []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        context, words = line.split("\t")
        accepted = [tokenizer.encode(f" {word}")[0] for word in words.split("|")]
        with torch.inference_mode():
            last = checkpoint.model(torch.tensor([tokenizer.encode(context)]))[0, -1]
        ranks.append(int((last > last[accepted].max()).sum()) + 1)
    return {f"top {top}": sum(rank <= top for rank in ranks) / len(ranks) for top in CLOZE_TOPS}


def robustness(checkpoint: Checkpoint, bank: Sequence[str]) -> dict[str, float]:
    """Bits per byte of the bank's sentences in three ways of typing them."""
    ways = {
        "as written": list(bank),
        "in lower case": [text.lower() for text in bank],
        "without the final stop": [text.rstrip(FINAL_PUNCTUATION) for text in bank],
    }
    tokenizer = checkpoint.tokenizer
    return {
        way: measured(checkpoint.model, tokenizer, tokenizer.encode_batch(texts)).bits_per_byte
        for way, texts in ways.items()
    }


def lower_case(checkpoint: Checkpoint, bank: Sequence[str]) -> Agreement:
    """Compare what a checkpoint expects as written and in lower case, after each beginning of the bank's sentences."""
    folded: dict[str, int] = {}
    kinds = torch.tensor(
        [folded.setdefault(checkpoint.text(i).lower(), len(folded)) for i in range(checkpoint.vocab_size)]
    )

    def expected(context: str) -> Tensor:
        logits = checkpoint.logits(checkpoint.tokenizer.encode(context))[-1].double()
        return torch.zeros(len(folded), dtype=torch.float64).index_add_(0, kinds, logits.softmax(dim=-1))

    found = []
    for words in (text.split() for text in bank):
        for context in (" ".join(words[:n]) for n in range(2, len(words))):
            if context != context.lower():
                with torch.inference_mode():
                    one, other = expected(context), expected(context.lower())
                found.append((float(torch.minimum(one, other).sum()), float(one.argmax() == other.argmax())))
    overlaps, firsts = np.array(found or [(math.nan, math.nan)]).mean(axis=0).tolist()
    return Agreement(len(found), overlaps, firsts)


def calibration(scores: Sequence[Scores]) -> Calibration:
    """Sort the labels into bins of equal width by confidence (Guo et al. 2017, eq. 3)."""
    sure = np.concatenate([found.confidence for found in scores])
    right = np.concatenate([found.correct for found in scores])
    which = np.minimum((sure * BINS).astype(int), BINS - 1)
    bins = [
        (float(sure[which == i].mean()), float(right[which == i].mean()), float((which == i).mean()))
        for i in range(BINS)
        if (which == i).any()
    ]
    return Calibration(sum(abs(s - r) * share for s, r, share in bins), bins)
