"""The labelled sentences: tasks of two labels each, with sentences to learn from and others to be tested on."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.settings import RESOURCES

FOLDER = RESOURCES / "sentences" / "labelled"
TASKS = ("sentiment", "place")


@dataclass(frozen=True)
class Example:
    """A sentence and the label that a person gave it."""

    text: str
    label: str


@dataclass(frozen=True)
class Task:
    """Two labels, and the sentences that bear them, as many of the one as of the other."""

    name: str
    labels: tuple[str, str]
    train: tuple[Example, ...]
    test: tuple[Example, ...]


@cache
def load(name: str) -> Task:
    """One of `TASKS`."""
    train, test = (_read(FOLDER / f"{name}.{part}.tsv") for part in ("train", "test"))
    first, second = dict.fromkeys(example.label for example in train)
    return Task(name, (first, second), train, test)


def _read(path: Path) -> tuple[Example, ...]:
    """A header, then a line for each sentence: its label, a tab, its text."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:])
    return tuple(Example(text, label) for label, text in rows)
