import itertools
import math
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from app import hub, proof
from app.checkpoint import Checkpoint
from app.predict import log_probs
from app.proof import Proof, prove
from app.sentences import InputError
from app.view_proof import proof_view
from tests import foreign

SENTENCE = "The little boat drifted across the lake."


class Blurred(Checkpoint):
    """Adds to one logit, of a token that is no label, in the pass over the third prefix alone."""

    def logits(self, token_ids: Sequence[int]) -> Tensor:
        logits = super().logits(token_ids).clone()
        if len(token_ids) == 3:
            logits[-1, 300] += 0.5
        return logits


class Clock:
    """A time that passes only as a pass is run: so many seconds each."""

    def __init__(self, seconds: float) -> None:
        self.ticks = itertools.count(step=seconds)

    def perf_counter(self) -> float:
        return float(next(self.ticks))


def test_one_pass_gives_the_numbers_of_all_prefixes(shipped: Checkpoint) -> None:
    shown = prove(shipped, SENTENCE)
    assert shown.n_pairs == len(shipped.tokens(SENTENCE)) - 1
    assert shown.vocab_size == shipped.vocab_size
    assert 0 < shown.largest_difference < 1e-5
    assert 1 <= shown.n_rounds <= proof.ROUNDS


def test_a_difference_at_any_token_of_any_step_is_found(random_checkpoint: Checkpoint) -> None:
    """Not only at the labels."""
    parts = (random_checkpoint.name, random_checkpoint.model, random_checkpoint.tokenizer)
    inputs = [token.id for token in random_checkpoint.tokens("the cat sat on the mat")][:-1]
    assert len(inputs) > 3
    row = log_probs(random_checkpoint, inputs)[2]
    changed = row.clone()
    changed[300] += 0.5
    expected = (changed.log_softmax(-1).exp() - row.exp()).abs().max().item()
    assert prove(Blurred(*parts), "the cat sat on the mat").largest_difference == pytest.approx(expected, rel=1e-3)


def test_a_foreign_model_proves_it_too_its_prefix_included(tmp_path: Path) -> None:
    shown = prove(hub.load(foreign.llama(tmp_path / "llama")), "the cat sat on the mat")
    assert shown.n_pairs >= 5
    assert shown.largest_difference < 1e-5


def test_rounds_end_when_patience_does(random_checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "time", Clock(proof.PATIENCE))
    assert prove(random_checkpoint, "the cat sat").n_rounds == 1
    monkeypatch.setattr(proof, "time", Clock(1e-6))
    assert prove(random_checkpoint, "the cat sat").n_rounds == proof.ROUNDS


def test_a_model_too_slow_for_a_sentence_is_told_of(
    random_checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "time", Clock(proof.LONGEST + 1))
    with pytest.raises(InputError, match=r"separate passes take more than 20 s here.*Shorten the sentence"):
        prove(random_checkpoint, "the cat sat")


@pytest.mark.parametrize("text", ["", "a", "x\0y", "and " * 40])
def test_a_text_that_is_none_to_analyze_is_refused(random_checkpoint: Checkpoint, text: str) -> None:
    with pytest.raises(InputError):
        prove(random_checkpoint, text)


# --- As words and lengths ------------------------------------------------------------------------------------------


def test_both_times_are_bars_on_one_scale() -> None:
    shown = proof_view(Proof(12, 8192, 0.004, 0.048, 5, 2.4e-7), SENTENCE, "sentence=x")
    assert [(time.time, time.width) for time in shown.times] == [
        ("4.0\u202fms", "8.3333"),
        ("48\u202fms", "100.0000"),
    ]
    assert [time.pairs_each for time in shown.times] == ["12 pairs per pass", "1 pair per pass"]
    assert shown.speed == "12.0 times as fast"
    assert (shown.difference, shown.compared) == ("2.4\u202f×\u202f10⁻⁷", "12 steps × 8,192 tokens")
    assert "Medians of 5 rounds" in shown.how


@pytest.mark.parametrize(
    ("difference", "words"),
    [(0.0, "Not one digit"), (9e-6, "the same numbers"), (2e-5, "do not quite agree")],
)
def test_the_verdict_depends_on_the_difference(difference: float, words: str) -> None:
    assert words in proof_view(Proof(12, 8192, 0.004, 0.048, 5, difference), SENTENCE, "").verdict


def test_a_single_pair_is_not_said_to_be_faster() -> None:
    shown = proof_view(Proof(1, 8192, 0.004, 0.004, 1, 0.0), "Hi there", "")
    assert shown.speed == "no faster for so few pairs"
    assert (shown.times[1].what, shown.difference) == ("1 pass over the only prefix", "0")
    assert shown.how == "Measured once, just now, on this server."
    assert math.isclose(float(shown.times[0].width), 100)


def test_a_proof_leaves_no_gradients(shipped: Checkpoint) -> None:
    prove(shipped, "Hi there")
    assert torch.is_grad_enabled()
    assert all(parameter.grad is None for parameter in shipped.model.parameters())
