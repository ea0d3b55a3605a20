"""The same loss: −ln p of the right answer, whoever gave it; and what becomes of it when labels are shuffled."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor

from app.language_model import LanguageModel
from app.predict import Prediction, log_probs

SEED = 1


@dataclass(frozen=True)
class Answer:
    """A right answer, and what a model gave it."""

    given: str  # the text, or the context
    label: str
    probability: float
    n_labelled: int = 0  # texts by whose labels the model's head was fitted before; a text's own label needs none


@dataclass(frozen=True)
class Match:
    """A mean loss in nats with every label at its own example, and with the labels shuffled among them."""

    n_pairs: int
    n_moved: int  # pairs whose label is another one once they are shuffled
    own: float
    shuffled: float


def text_answer(prediction: Prediction) -> Answer:
    """A text's own label."""
    return Answer(prediction.context, prediction.label, prediction.probability)


def elsewhere(labels: Sequence[int], seed: int = SEED) -> list[int]:
    """The labels in another order, in which as many as possible differ from the one that was there.

    >>> elsewhere([1, 2]), sorted(elsewhere([3, 1, 2]))
    ([2, 1], [1, 2, 3])
    """
    order = list(range(len(labels)))
    Random(seed).shuffle(order)
    moved = [labels[i] for i in order]
    n = len(labels)
    turns = (moved[by:] + moved[:by] for by in range(n))
    return max(turns, key=lambda turned: sum(mine != other for mine, other in zip(labels, turned, strict=True)))


def text_match(model: LanguageModel, token_ids: Sequence[int]) -> Match:
    """Over a text's T − 1 pairs: the text's own labels, and the same ones shuffled among the contexts."""
    return match(log_probs(model, token_ids[:-1]), token_ids[1:])


def match(rows: Tensor, labels: Sequence[int]) -> Match:
    """Ln P of each possible label at each of N pairs, (N, C), and the N labels that are right."""

    def mean(given: Sequence[int]) -> float:
        return -float(rows.gather(1, torch.tensor(given)[:, None]).mean())

    moved = elsewhere(labels)
    n_moved = sum(mine != other for mine, other in zip(labels, moved, strict=True))
    return Match(len(labels), n_moved, mean(labels), mean(moved))
