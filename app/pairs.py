"""A text of T tokens is T − 1 training pairs. This is all there is to it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingPair:
    """The context x_1 … x_{t−1} and its label x_t, as token ids.

    `position` is the label's t, counted from 1 as in the formulae; `step` = position − 1 counts the pairs.
    """

    position: int
    context: tuple[int, ...]
    label: int

    @property
    def step(self) -> int:
        """The pair's own number, 1 to T − 1."""
        return self.position - 1


def training_pairs(token_ids: Sequence[int]) -> list[TrainingPair]:
    """Cut T token ids into T − 1 pairs; the first token is context only, never a label.

    >>> [(pair.context, pair.label) for pair in training_pairs([5, 3, 9])]
    [((5,), 3), ((5, 3), 9)]
    """
    return [
        TrainingPair(position=index + 1, context=tuple(token_ids[:index]), label=token_ids[index])
        for index in range(1, len(token_ids))
    ]


def causal_mask(n_steps: int) -> list[list[bool]]:
    """Row by row, which inputs a step may see: input s is visible at step t if s ≤ t.

    >>> causal_mask(3)
    [[True, False, False], [True, True, False], [True, True, True]]
    """
    return [[column <= row for column in range(n_steps)] for row in range(n_steps)]
