import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from app.pretrain.loss import CHUNK, IGNORED, linear_cross_entropy

V, C = 37, 8


def draw(n_positions: int) -> tuple[Tensor, Tensor, Tensor]:
    torch.manual_seed(n_positions)
    hidden = torch.randn(n_positions, C, requires_grad=True)
    embedding = torch.randn(V, C, requires_grad=True)
    labels = torch.randint(V, (n_positions,))
    labels[::5] = IGNORED
    return hidden, embedding, labels


@pytest.mark.parametrize("n_positions", [3, CHUNK, 2 * CHUNK + 77])
def test_value_and_both_gradients_equal_torchs_own_cross_entropy(n_positions: int) -> None:
    hidden, embedding, labels = draw(n_positions)
    ours = linear_cross_entropy(hidden, embedding, labels)
    theirs = functional.cross_entropy(hidden @ embedding.T, labels, ignore_index=IGNORED, reduction="sum")
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=0)
    # A share of the loss, as a mean takes it, so that what comes from upstream matters.
    expected = torch.autograd.grad(theirs / 7, (hidden, embedding))
    for gradient, reference in zip(torch.autograd.grad(ours / 7, (hidden, embedding)), expected, strict=True):
        torch.testing.assert_close(gradient, reference, rtol=1e-4, atol=1e-5)


def test_slots_without_a_label_cost_nothing_and_teach_nothing() -> None:
    hidden, embedding, labels = draw(CHUNK + 1)
    loss = linear_cross_entropy(hidden, embedding, labels)
    (gradient,) = torch.autograd.grad(loss, hidden)
    assert not gradient[::5].any()
    assert gradient[1::5].any(dim=1).all()
    assert linear_cross_entropy(hidden, embedding, torch.full_like(labels, IGNORED)).item() == 0


def test_two_equal_scores_cost_ln_2() -> None:
    loss = linear_cross_entropy(torch.ones(1, 1), torch.ones(2, 1), torch.tensor([1]))
    assert loss.item() == pytest.approx(math.log(2))
