"""Finetuning as the lesson has it: the runs that a reader asked for, and what is known of each arrow's costs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.finetune.curve import Curve
from app.finetune.labelled import TASKS
from app.finetune.training import FIRST_SEED, SEEDS, Learner, Progress, Run
from app.sentences import InputError

MOST_RUNS = 12  # in a URL; another one takes the oldest one's place
RUN = re.compile(r"([a-z])([0-9]{1,3})\.([0-9]{1,2})")
LETTERS = {task[0]: task for task in TASKS}

Ends = Mapping[Learner, Progress]  # how each network ended, or how far it is


@dataclass(frozen=True)
class Finetuned:
    """What is known of finetuning the model.

    card: of the model that is finetuned; empty where it is not the one that is shown. error: why no run could be had.
    """

    curve: Curve | None = None
    card: dict[str, Any] = field(default_factory=dict)
    ends: Mapping[Run, Ends] = field(default_factory=dict)
    error: str = ""


def runs_of(text: str) -> tuple[Run, ...]:
    """The runs in a URL, each a task's first letter, its number of labels and its seed; ValueError where it has none.

    >>> runs_of("p20.6")
    (Run(task='place', n_labels=20, seed=6, is_shuffled=False),)
    """
    found = RUN.findall(text)
    if "".join(f"{task}{n_labels}.{seed}" for task, n_labels, seed in found) != text or len(found) > MOST_RUNS:
        raise ValueError(text)
    try:
        return tuple(Run(LETTERS[task], int(n_labels), int(seed)) for task, n_labels, seed in found)
    except (InputError, KeyError) as error:
        raise ValueError(text) from error


def written(runs: tuple[Run, ...]) -> str:
    """The same as text, the last `MOST_RUNS` of them."""
    return "".join(f"{run.task[0]}{run.n_labels}.{run.seed}" for run in runs[-MOST_RUNS:])


def last_run(runs: tuple[Run, ...], task: str, n_labels: int) -> Run | None:
    """The last of these with so many labels of a task; None where there is none."""
    return next((run for run in reversed(runs) if (run.task, run.n_labels) == (task, n_labels)), None)


def next_run(runs: tuple[Run, ...], task: str, n_labels: int) -> Run:
    """One more, under the first seed that these have not tried: all who begin anew ask for the same run."""
    tried = {run.seed for run in runs if (run.task, run.n_labels) == (task, n_labels)}
    return Run(task, n_labels, next(seed for seed in range(FIRST_SEED, SEEDS + 1) if seed not in tried))
