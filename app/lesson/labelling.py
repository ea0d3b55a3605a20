"""Costly labels: a few short texts labelled by hand, and what many more would take at the same pace."""

from dataclasses import dataclass
from random import Random

from app.finetune.labelled import Example, Task

LABELS = "pn"  # positive, negative: the letters of the two labels, as a URL has them
N_TEXTS = 8


@dataclass(frozen=True)
class Labelling:
    """What a reader labelled: the texts with their file's labels, and the reader's own so far."""

    examples: tuple[Example, ...]
    given: str  # a letter of `LABELS` each

    @property
    def is_done(self) -> bool:
        """Whether every text has the reader's label."""
        return len(self.given) == len(self.examples)

    @property
    def agreed(self) -> int:
        """How many of the reader's labels are the file's."""
        return sum(mine == each.label[0] for mine, each in zip(self.given, self.examples, strict=False))


def chosen(task: Task, n: int = N_TEXTS) -> tuple[Example, ...]:
    """So many of a task's test sentences, as many of either label, in an order that tells nothing; always the same."""
    random = Random(n)
    found = [
        example
        for label in task.labels
        for example in random.sample([each for each in task.test if each.label == label], n // 2)
    ]
    random.shuffle(found)
    return tuple(found)


@dataclass(frozen=True)
class Cost:
    """What labels take by hand: hours of one person, and money in the wage's currency."""

    n_labels: int
    hours: float
    money: float


def cost(n_labels: int, seconds_per_label: float, wage: float) -> Cost:
    """N labels at a pace in seconds each and a wage an hour.

    >>> cost(1_000_000, 3.6, 15)
    Cost(n_labels=1000000, hours=1000.0, money=15000.0)
    """
    hours = n_labels * seconds_per_label / 3600
    return Cost(n_labels, hours, hours * wage)
