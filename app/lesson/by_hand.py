"""A task's test sentences as a classifier finds them that learnt from the others: ln P of either label for each."""

from functools import cache
from threading import Lock

from torch import Tensor

from app import checkpoint
from app.checkpoint import Checkpoint
from app.finetune.labelled import load
from app.finetune.probe import Probe
from app.language_model import LanguageModel
from app.settings import CHECKPOINTS

_fitting = Lock()  # a second of work, which several first visitors should not each do


def scored(model: LanguageModel, task: str) -> Tensor:
    """Ln P of either label for each test sentence, (N, 2), by the project's own model."""
    with _fitting:
        return _scored(own(model), task)


def own(model: LanguageModel) -> Checkpoint:
    """The model itself, or the shipped one where it is another maker's, whose weights are not trained here."""
    return model if isinstance(model, Checkpoint) else _shipped()


@cache
def _shipped() -> Checkpoint:
    return checkpoint.load(CHECKPOINTS / "tiny")


@cache
def _scored(model: Checkpoint, task: str) -> Tensor:
    found = load(task)
    return Probe(model, found).log_probabilities([example.text for example in found.test])
