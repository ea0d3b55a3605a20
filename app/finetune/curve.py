"""Test accuracy against the number of labels: pretrained, from random weights and by counting words, over seeds.

`python -m app finetune-curve` measures it, minutes of work, and keeps it as finetune.json beside the weights.
"""

import hashlib
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import TypeAdapter, ValidationError
from rich.table import Table

from app.checkpoint import REMEDY, Checkpoint, CheckpointError
from app.finetune.labelled import TASKS
from app.finetune.training import LEARNERS, MOST_LABELS, Learner, Run, learn

LABELS = (0, 5, 10, 20, 50, 100, MOST_LABELS)
FILE = "finetune.json"


@dataclass(frozen=True)
class Point:
    """One of the learners on so many labels of a task, under each of the seeds.

    accuracies, test_losses: by seed, over the test sentences; losses in nats. cpu_seconds: of one run, the median;
    on a core of its own that is what the clock shows, on a busy one that shows more.
    """

    task: str
    network: Learner
    n_labels: int
    is_shuffled: bool
    accuracies: tuple[float, ...]
    test_losses: tuple[float, ...]
    cpu_seconds: float

    @property
    def accuracy(self) -> float:
        """The mean over the seeds."""
        return statistics.fmean(self.accuracies)

    @property
    def spread(self) -> float:
        """The sample standard deviation over the seeds; 0 for a single one."""
        return statistics.stdev(self.accuracies) if len(self.accuracies) > 1 else 0.0


@dataclass(frozen=True)
class Curve:
    """All points, and what they were measured with.

    weights: the SHA-256 of the pretrained weights' file. threads: CPU threads that a run took.
    """

    weights: str
    seeds: tuple[int, ...]
    threads: int
    points: tuple[Point, ...]

    def points_of(self, task: str, network: Learner, *, is_shuffled: bool = False) -> tuple[Point, ...]:
        """One line of the plot, by growing number of labels."""
        asked = (task, network, is_shuffled)
        return tuple(point for point in self.points if (point.task, point.network, point.is_shuffled) == asked)


_AS_JSON = TypeAdapter(Curve)


def plan(labels: Sequence[int] = LABELS) -> list[tuple[str, Learner, int, bool]]:
    """Every point to measure: task, learner, number of labels, whether they are shuffled.

    All learn from each number of labels, and the pretrained network from the most of them shuffled, too.
    """
    plain = [(task, learner, n_labels, False) for task in TASKS for learner in LEARNERS for n_labels in labels]
    return [*plain, *((task, LEARNERS[0], labels[-1], True) for task in TASKS)]


def measure(checkpoint: Checkpoint, seeds: Sequence[int], labels: Sequence[int] = LABELS) -> Iterator[Point]:
    """Learn under every seed for each point of the `plan`, and yield the points in its order."""
    for task, learner, n_labels, is_shuffled in plan(labels):
        ends, seconds = [], []
        for seed in seeds:
            started = time.process_time()
            *_, end = learn(checkpoint, Run(task, n_labels, seed, is_shuffled), learner, n_tests=1)
            seconds.append(time.process_time() - started)
            ends.append((end.accuracy, end.test_loss))
        accuracies, test_losses = zip(*ends, strict=True)
        shown = round(statistics.median(seconds), 2)
        yield Point(task, learner, n_labels, is_shuffled, accuracies, test_losses, shown)


def save(folder: Path, seeds: Sequence[int], points: Sequence[Point]) -> Curve:
    """Write the curve beside the weights that it was measured on."""
    curve = Curve(fingerprint(folder), tuple(seeds), torch.get_num_threads(), tuple(points))
    (folder / FILE).write_bytes(_AS_JSON.dump_json(curve, indent=1) + b"\n")
    return curve


def load(folder: Path) -> Curve | None:
    """The curve of a checkpoint's folder; None where none was measured, CheckpointError where it cannot be read."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        return _AS_JSON.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise CheckpointError(f"{path} is damaged ({' '.join(str(error).split())[:300]}): {REMEDY}") from error


def fingerprint(folder: Path) -> str:
    """The SHA-256 of a checkpoint's weights."""
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def table(curve: Curve) -> Table:
    """The curve for a terminal: means over the seeds, and the standard deviation of one."""
    shown = Table(
        "task", "labels", *LEARNERS, "CPU seconds a run", title=f"test accuracy in %, {len(curve.seeds)} seeds"
    )
    for column in shown.columns[1:]:
        column.justify = "right"
    for task in TASKS:
        for is_shuffled in (False, True):
            lines = [curve.points_of(task, learner, is_shuffled=is_shuffled) for learner in LEARNERS]
            for i, point in enumerate(lines[0]):
                row = [line[i] for line in lines if line]
                cells = [f"{100 * each.accuracy:.1f} ± {100 * each.spread:.1f}" for each in row]
                seconds = " + ".join(f"{each.cpu_seconds:.1f}" for each in row)
                labels = f"{point.n_labels}{' shuffled' if is_shuffled else ''}"
                shown.add_row(task, labels, *cells, *[""] * (len(LEARNERS) - len(cells)), seconds)
    return shown
