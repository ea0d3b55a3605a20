import math
from collections import Counter

import pytest
import torch

from app.checkpoint import Checkpoint
from app.lesson.same_loss import elsewhere, match, text_match
from app.predict import Predictor


@pytest.mark.parametrize("labels", [[1, 2], [1, 2, 3, 4, 5], [0, 1] * 10, list(range(50))])
def test_shuffled_labels_are_the_same_ones_at_other_places(labels: list[int]) -> None:
    moved = elsewhere(labels)
    assert Counter(moved) == Counter(labels)
    assert sum(mine != other for mine, other in zip(labels, moved, strict=True)) >= len(labels) / 2


def test_the_mean_loss_is_minus_the_mean_logarithm_of_the_right_answers() -> None:
    rows = torch.tensor([[0.9, 0.1], [0.2, 0.8]], dtype=torch.float64).log()
    found = match(rows, [0, 1])
    assert found.own == pytest.approx(-(math.log(0.9) + math.log(0.8)) / 2)
    assert found.shuffled == pytest.approx(-(math.log(0.1) + math.log(0.2)) / 2)


def test_a_texts_own_labels_cost_its_mean_loss_and_shuffled_ones_more(shipped: Checkpoint) -> None:
    analysis = Predictor(shipped).analyze("The little boat drifted across the quiet lake.")
    found = text_match(shipped, [token.id for token in analysis.tokens])
    assert found.own == pytest.approx(analysis.mean_loss)
    assert found.shuffled > found.own + 1
    assert (found.n_pairs, found.n_moved) == (len(analysis.predictions),) * 2


def test_equal_labels_shuffled_cost_what_they_did() -> None:
    rows = torch.tensor([[0.9, 0.1], [0.2, 0.8]], dtype=torch.float64).log()
    found = match(rows, [1, 1])
    assert (found.n_moved, found.shuffled) == (0, found.own)
