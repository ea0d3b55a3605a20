"""Finetuning for real: all weights of the network learn from a few labelled sentences.

The pretrained network and the same one from random weights learn from the same sentences in the same order, by as many
steps. Each has a learning rate that suits it, found on a part of the training sentences (docs/experiments.md).
"""

import copy
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from app.checkpoint import Checkpoint
from app.finetune.bayes import NaiveBayes
from app.finetune.classifier import Classifier
from app.finetune.labelled import TASKS, Example, Task, load
from app.language import _
from app.model import GPT
from app.sentences import InputError

Encoded = tuple[list[int], int]  # a sentence's token ids, and its label as 0 or 1

Network = Literal["pretrained", "random"]
NETWORKS: tuple[Network, ...] = get_args(Network)
Learner = Literal[Network, "words"]
LEARNERS: tuple[Learner, ...] = get_args(Learner)  # the networks, and a count of words beside them

MOST_LABELS = 200
SEEDS = 20
FIRST_SEED = 6  # of what visitors ask for: those before are the stored curve's
LEARNING_RATES: dict[Network, float] = {"pretrained": 5e-4, "random": 2e-3}  # at their peak
HEAD_RATE = 10  # times the network's: the head begins at nothing
BATCH = 16  # sentences a step, or all where there are fewer
EPOCHS, FEWEST_STEPS = 4, 15
WARMUP = 0.1  # share of the steps over which the learning rate rises; over the others it falls to 0
TEST_BATCH = 50  # sentences of like length, tested together


@dataclass(frozen=True)
class Run:
    """What fixes a finetuning; InputError where there is no such one.

    seed: which sentences are drawn, in which order they are learnt from, and which numbers random weights are.
    is_shuffled: the drawn sentences keep their labels, but each has that of another one.
    """

    task: str
    n_labels: int
    seed: int
    is_shuffled: bool = False

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            message = _("There is no task “%(task)s”. Choose one of these: %(tasks)s.")
            raise InputError("unknown_task", message % {"task": self.task[:40], "tasks": ", ".join(TASKS)})
        for name, value, least, most in (("labels", self.n_labels, 0, MOST_LABELS), ("seed", self.seed, 1, SEEDS)):
            if not least <= value <= most:
                message = _("The parameter “%(name)s” is “%(value)s”; it must be from %(least)s to %(most)s.")
                raise InputError(
                    f"invalid_{name}",
                    message % {"name": name, "value": value, "least": least, "most": most},
                    limit=least if value < least else most,
                    actual=value,
                )

    @property
    def n_steps(self) -> int:
        """How many steps it takes: `EPOCHS` rounds through the sentences, and `FEWEST_STEPS` at least."""
        return max(FEWEST_STEPS, math.ceil(EPOCHS * self.n_labels / BATCH)) if self.n_labels else 0

    @property
    def times_read(self) -> float:
        """How many times over it learns from each of its sentences."""
        return self.n_steps * min(BATCH, self.n_labels) / self.n_labels if self.n_labels else 0.0


@dataclass(frozen=True)
class Progress:
    """A network after some steps; or the words, counted, which takes none.

    loss: of the step's batch before the step, mean −ln p(label) in nats; None before the first step.
    accuracy, test_loss: over the test sentences; None at the steps after which it was not tested.
    """

    network: Learner
    step: int
    n_steps: int
    loss: float | None = None
    accuracy: float | None = None
    test_loss: float | None = None


def drawn(task: Task, run: Run) -> list[Example]:
    """The sentences that a run learns from, as many of either label as can be.

    A run of more labels under the same seed has these among its own.
    """
    seeded = random.Random(f"{run.task} {run.seed}")
    sides = [[example for example in task.train if example.label == label] for label in task.labels]
    for side in sides:
        seeded.shuffle(side)
    turns = (seeded.sample(pair, 2) for pair in zip(*sides, strict=True))
    examples = list(chain.from_iterable(turns))[: run.n_labels]
    if not run.is_shuffled:
        return examples
    labels = seeded.sample([example.label for example in examples], len(examples))
    return [Example(example.text, label) for example, label in zip(examples, labels, strict=True)]


def finetune(
    checkpoint: Checkpoint,
    run: Run,
    network: Network,
    n_tests: int = 5,
    task: Task | None = None,
    peak: float | None = None,
) -> Iterator[Progress]:
    """Train one of the two networks; yields its progress before the first step and after each.

    It is tested `n_tests` times, evenly spread: at the end, and if more than once, before the first step too.
    task: other sentences than the run's task has. peak: another learning rate than `LEARNING_RATES` has.
    """
    task = task or load(run.task)
    peak = peak or LEARNING_RATES[network]
    learnt, kept = (_encoded(examples, task, checkpoint) for examples in (drawn(task, run), task.test))
    classifier = beginning(checkpoint.model, network, run.seed)
    parts = (classifier.network, classifier.head)
    optimizer = torch.optim.AdamW([{"params": part.parameters()} for part in parts], fused=True)
    order = random.Random(f"{run}")
    stream = chain.from_iterable(order.sample(learnt, len(learnt)) for _ in count())  # an epoch after another
    test_steps = {run.n_steps - i * run.n_steps // max(n_tests - 1, 1) for i in range(n_tests)}
    loss = None
    for step in range(run.n_steps + 1):
        if step:
            rate = peak * share_of_peak(step, run.n_steps)
            for group, factor in zip(optimizer.param_groups, (1, HEAD_RATE), strict=True):
                group["lr"] = rate * factor
            batch = list(islice(stream, min(BATCH, len(learnt))))
            mean_loss = functional.cross_entropy(*_scored(classifier, batch))
            mean_loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(classifier.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            loss = mean_loss.item()
        found = tested(classifier, kept) if step in test_steps else (None, None)
        yield Progress(network, step, run.n_steps, loss, *found)


def learn(checkpoint: Checkpoint, run: Run, learner: Learner, n_tests: int = 5) -> Iterator[Progress]:
    """The progress of one of `LEARNERS`; of words, what comes of counting them."""
    if learner == "words":
        yield Progress("words", 0, 0, None, *_counted(load(run.task), run))
    else:
        yield from finetune(checkpoint, run, learner, n_tests)


def compare(checkpoint: Checkpoint, run: Run) -> Iterator[Progress]:
    """The progress of each of `LEARNERS`, one after another."""
    for learner in LEARNERS:
        yield from learn(checkpoint, run, learner)


def beginning(pretrained: GPT, network: Network, seed: int) -> Classifier:
    """A classifier before its first step: a copy of the pretrained network or one of random weights, and a new head."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        begun = GPT(pretrained.config) if network == "random" else copy.deepcopy(pretrained).requires_grad_(True)
        return Classifier(begun)


def share_of_peak(step: int, n_steps: int) -> float:
    """The learning rate's share of its peak at a step from 1 to n_steps: up, then down, each in a straight line."""
    return min(step / (WARMUP * n_steps), (n_steps - step + 1) / ((1 - WARMUP) * n_steps), 1.0)


@torch.inference_mode()
def tested(classifier: Classifier, examples: Sequence[Encoded]) -> tuple[float, float]:
    """Accuracy, and mean −ln p(label) in nats, over sentences that were kept for it."""
    by_length = sorted(examples, key=lambda example: len(example[0]))  # like lengths need little padding
    n_right, loss = 0, 0.0
    for start in range(0, len(by_length), TEST_BATCH):
        logits, labels = _scored(classifier, by_length[start : start + TEST_BATCH])
        n_right += int((logits.argmax(dim=-1) == labels).sum())
        loss += functional.cross_entropy(logits, labels, reduction="sum").item()
    return n_right / len(examples), loss / len(examples)


def _counted(task: Task, run: Run) -> tuple[float, float]:
    """The same of the words, counted in the sentences that a run learns from."""
    counted = NaiveBayes(drawn(task, run), task.labels)
    found = [(example.label, counted.log_probabilities(example.text)) for example in task.test]
    n_right = sum(max(logs, key=logs.__getitem__) == label for label, logs in found)
    return n_right / len(found), -sum(logs[label] for label, logs in found) / len(found)


def _encoded(examples: Sequence[Example], task: Task, checkpoint: Checkpoint) -> list[Encoded]:
    return [
        ([token.id for token in checkpoint.tokens(example.text)], task.labels.index(example.label))
        for example in examples
    ]


def _scored(classifier: Classifier, batch: Sequence[Encoded]) -> tuple[Tensor, Tensor]:
    """Logits (B, 2) and labels (B,)."""
    sentences, labels = zip(*batch, strict=True)
    return classifier(sentences), torch.tensor(labels)
