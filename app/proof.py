"""One pass against T − 1: the same probabilities computed both ways, timed and compared on the spot."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from app.language_model import LanguageModel
from app.predict import check_length, log_probs
from app.sentences import InputError, check_text

ROUNDS = 5  # at most; none begins after
PATIENCE = 0.5  # seconds
LONGEST = 20.0  # seconds after which separate passes are given up


@dataclass(frozen=True)
class Proof:
    """What it took to score T − 1 pairs in one masked pass and in a pass each, and how far the results are apart.

    one_pass, separate_passes: seconds, the medians of so many rounds, in which each was run once in turn.
    largest_difference: of any probability, over all steps and the whole vocabulary, in any round.
    """

    n_pairs: int
    vocab_size: int
    one_pass: float
    separate_passes: float
    n_rounds: int
    largest_difference: float

    @property
    def factor(self) -> float:
        """How many times as long the separate passes take."""
        return self.separate_passes / self.one_pass


@torch.inference_mode()
def prove(model: LanguageModel, sentence: str) -> Proof:
    """Run both on a sentence; InputError where it is none to analyze, or where the model is too slow for it."""
    check_text(sentence)
    token_ids = [token.id for token in model.tokens(sentence)]
    check_length(len(token_ids), model.context_length)
    inputs = token_ids[:-1]
    begun = time.perf_counter()
    log_probs(model, inputs)  # a first pass is slower than those after it
    rounds: list[tuple[float, float, float]] = []
    while not rounds or (len(rounds) < ROUNDS and time.perf_counter() - begun < PATIENCE):
        rows, seconds = _one_pass(model, inputs)
        rounds.append((seconds, *_separate_passes(model, inputs, rows)))
    one_pass, separate_passes, differences = zip(*rounds, strict=True)
    return Proof(
        n_pairs=len(inputs),
        vocab_size=rows.shape[1],
        one_pass=statistics.median(one_pass),
        separate_passes=statistics.median(separate_passes),
        n_rounds=len(rounds),
        largest_difference=max(differences),
    )


def _one_pass(model: LanguageModel, inputs: Sequence[int]) -> tuple[Tensor, float]:
    """Log-probabilities (T − 1, V), and the seconds they took."""
    started = time.perf_counter()
    rows = log_probs(model, inputs)
    return rows, time.perf_counter() - started


def _separate_passes(model: LanguageModel, inputs: Sequence[int], rows: Tensor) -> tuple[float, float]:
    """The seconds of a pass over each prefix, and how far its last row is from that row of the one pass, at most."""
    seconds = largest = 0.0
    for end, row in enumerate(rows, start=1):
        started = time.perf_counter()
        alone = model.logits(inputs[:end])[-1].double().log_softmax(dim=-1)  # (V,)
        seconds += time.perf_counter() - started
        if seconds > LONGEST:
            raise InputError(
                "too_slow",
                f"{len(rows)} separate passes take more than {LONGEST:.0f} s here, after which they are given up. "
                "Shorten the sentence.",
            )
        largest = max(largest, (alone.exp() - row.exp()).abs().max().item())
    return seconds, largest
