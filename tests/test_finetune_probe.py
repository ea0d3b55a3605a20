import pytest
import torch

from app.checkpoint import Checkpoint
from app.finetune.labelled import TASKS, load
from app.finetune.probe import Probe, fitted
from app.sentences import InputError


def test_the_fit_of_a_single_number_is_that_of_the_hand() -> None:
    """Inputs 1 and −1 with labels 1 and 0: the gradient, 2 (σ(w) − 1) + decay · w, is 0 at w = ln 3 for one decay."""
    w = torch.tensor(3.0).double().log()
    inputs = torch.tensor([[1.0], [-1.0]]).double()
    decay = 2 * 0.25 / w.item()
    assert fitted(inputs, torch.tensor([1.0, 0.0]).double(), decay).item() == pytest.approx(w.item(), rel=1e-12)


def test_no_other_weights_cost_less() -> None:
    seeded = torch.Generator().manual_seed(1)
    inputs = torch.randn(40, 5, generator=seeded).double()
    labels = (torch.rand(40, generator=seeded) < 0.5).double()

    def cost(weights: torch.Tensor) -> float:
        losses = torch.nn.functional.binary_cross_entropy_with_logits(inputs @ weights, labels, reduction="sum")
        return float(losses + 0.5 * weights @ weights)

    best = fitted(inputs, labels, decay=1.0)
    nudges = 1e-3 * torch.randn(100, 5, generator=seeded).double()
    assert all(cost(best + nudge) > cost(best) for nudge in nudges)


@pytest.mark.parametrize("name", TASKS)
def test_it_tells_most_test_sentences_right_and_its_probabilities_add_up(name: str, shipped: Checkpoint) -> None:
    task = load(name)
    fit = Probe(shipped, task)
    found = [(fit.probabilities(example.text), example.label) for example in task.test]
    assert all(sum(probabilities.values()) == pytest.approx(1) for probabilities, _ in found)
    assert sum(probabilities[label] > 0.5 for probabilities, label in found) > 0.65 * len(found)


@pytest.mark.parametrize("text", ["", "x\0y", "and " * 200])
def test_a_text_that_is_none_or_too_long_is_refused(small: Checkpoint, text: str) -> None:
    with pytest.raises(InputError):
        Probe(small, load("place")).probabilities(text)
