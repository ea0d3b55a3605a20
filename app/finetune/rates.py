"""Which learning rate suits each of the two networks, found without a look at the test sentences."""

import random
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.table import Table

from app.checkpoint import Checkpoint
from app.finetune.labelled import TASKS, Task, load
from app.finetune.training import NETWORKS, Network, Run, finetune

RATES = (2.5e-4, 5e-4, 1e-3, 2e-3, 4e-3)
LEARNT = 150  # of the training sentences; the rates are compared on the others
LABELS = (20, LEARNT)
TRIALS = len(RATES) * len(NETWORKS)


@dataclass(frozen=True)
class Trial:
    """A network under a learning rate: its mean accuracy on sentences kept from training, by number of labels."""

    network: Network
    rate: float
    accuracies: tuple[float, ...]


def parted(task: Task, seed: int) -> Task:
    """A task of its training sentences alone: `LEARNT` to learn from, the others to be tested on."""
    seeded = random.Random(f"{task.name} parted {seed}")
    sides = [[example for example in task.train if example.label == label] for label in task.labels]
    drawn = [seeded.sample(side, len(side)) for side in sides]
    train, test = (
        tuple(example for side in drawn for example in side[part])
        for part in (slice(LEARNT // 2), slice(LEARNT // 2, None))
    )
    return Task(task.name, task.labels, train, test)


def trials(checkpoint: Checkpoint, seeds: Sequence[int], rates: Sequence[float] = RATES) -> Iterator[Trial]:
    """Every rate for either network: the mean over the tasks and the seeds, each with a part of its own."""
    for network in NETWORKS:
        for rate in rates:
            accuracies = [
                statistics.fmean(
                    end.accuracy or 0.0
                    for name in TASKS
                    for seed in seeds
                    for *_, end in [
                        finetune(checkpoint, Run(name, n, seed), network, 1, parted(load(name), seed), rate)
                    ]
                )
                for n in LABELS
            ]
            yield Trial(network, rate, tuple(accuracies))


def table(found: Sequence[Trial]) -> Table:
    """The trials for a terminal."""
    shown = Table("network", "learning rate", *(f"{n_labels} labels" for n_labels in LABELS))
    for trial in found:
        shown.add_row(trial.network, f"{trial.rate:g}", *(f"{100 * accuracy:.1f} %" for accuracy in trial.accuracies))
    return shown
