import re
from collections import Counter
from itertools import combinations
from typing import NamedTuple

import pytest

from app.checkpoint import Checkpoint
from app.finetune.labelled import TASKS, Task, load

NEGATION = re.compile(r"\b(no|not|never|nobody|nothing|neither|nor|without|cannot)\b|n't\b", re.IGNORECASE)


@pytest.fixture(params=TASKS)
def task(request: pytest.FixtureRequest) -> Task:
    return load(request.param)


class Words(NamedTuple):
    """A sentence's words, and each four in a row."""

    text: str
    all: set[str]
    runs: set[tuple[str, ...]]

    @classmethod
    def of(cls, text: str) -> "Words":
        words = re.findall(r"[\w']+", text.lower())
        return cls(text, set(words), {tuple(words[i : i + 4]) for i in range(len(words) - 3)})


def test_a_task_has_200_sentences_to_learn_from_and_200_others_half_of_either_label(task: Task) -> None:
    for part in (task.train, task.test):
        assert Counter(example.label for example in part) == dict.fromkeys(task.labels, 100)


def test_any_two_sentences_of_a_task_differ_in_most_words_and_in_any_four_in_a_row(task: Task) -> None:
    """So none is there twice, none was filled into a template, and no test sentence is a training one over again."""
    found = []
    for one, other in combinations((Words.of(example.text) for example in task.train + task.test), 2):
        if len(one.all & other.all) > 0.4 * len(one.all | other.all) or one.runs & other.runs:
            found.append((one.text, other.text))
    assert found == []


def test_one_sentence_of_sentiment_in_five_holds_a_negation_under_either_label() -> None:
    task = load("sentiment")
    negated = Counter(example.label for example in task.train + task.test if NEGATION.search(example.text))
    assert sum(negated.values()) >= 400 / 5.5
    assert min(negated.values()) >= 25


def test_every_sentence_fits_the_context_and_the_screen(task: Task, shipped: Checkpoint) -> None:
    sizes = {example.text: len(shipped.tokens(example.text)) for example in task.train + task.test}
    assert not {text: size for text, size in sizes.items() if not 5 <= size <= 24}
