import math

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor

from app.checkpoint import Checkpoint
from app.model import GPT, GPTConfig
from app.predict import Predictor, log_probs
from app.sentences import InputError
from app.tokenizer import Tokenizer

BYTES = Tokenizer.train([], vocab_size=256)  # a token a byte, so that a case can be checked by hand


class FixedLogits(GPT):
    """Expects the same at every position, whatever it has seen."""

    def __init__(self, probabilities: dict[str, float]) -> None:
        super().__init__(GPTConfig(vocab_size=256, context_length=16, n_layer=1, n_head=1, n_embd=2, n_hidden=1))
        rest = (1 - sum(probabilities.values())) / (256 - len(probabilities))
        self.row = torch.full((256,), rest).log()
        for character, probability in probabilities.items():
            self.row[BYTES.encode(character)] = math.log(probability)
        self.passes = 0

    def forward(self, token_ids: Tensor) -> Tensor:
        self.passes += 1
        return self.row.expand(*token_ids.shape, 256)


def predictor(probabilities: dict[str, float]) -> Predictor:
    return Predictor(Checkpoint("fixed", FixedLogits(probabilities), BYTES))


def test_a_model_that_expects_nothing_has_a_loss_of_ln_v_and_a_perplexity_of_v() -> None:
    analysis = predictor({}).analyze("boat")
    for prediction in analysis.predictions:
        assert prediction.probability == pytest.approx(1 / 256, rel=1e-6)
        assert prediction.rank == 1  # no token is more probable
        assert prediction.loss == pytest.approx(math.log(256), rel=1e-6)
        assert prediction.remainder == pytest.approx(1 - 8 / 256, rel=1e-6)
    assert analysis.mean_loss == pytest.approx(math.log(256), rel=1e-6)
    assert analysis.perplexity == pytest.approx(256, rel=1e-6)


def test_a_case_that_can_be_checked_by_hand() -> None:
    """P(b) = 1/2, P(c) = 1/4, every other byte 1/4 ÷ 254: "abcz" costs ln 2, 2 ln 2 and ln 1016."""
    analysis = predictor({"b": 1 / 2, "c": 1 / 4}).analyze("abcz", 2)
    read = [(p.step, p.position, p.context, p.label, p.rank) for p in analysis.predictions]
    assert read == [(1, 2, "a", "b", 1), (2, 3, "ab", "c", 2), (3, 4, "abc", "z", 3)]
    assert [p.probability for p in analysis.predictions] == pytest.approx([1 / 2, 1 / 4, 1 / 1016], rel=1e-6)
    losses = [math.log(2), 2 * math.log(2), math.log(1016)]
    assert [p.loss for p in analysis.predictions] == pytest.approx(losses, rel=1e-6)
    assert analysis.mean_loss == pytest.approx(sum(losses) / 3, rel=1e-6)
    assert analysis.perplexity == pytest.approx((2 * 4 * 1016) ** (1 / 3), rel=1e-6)
    for prediction in analysis.predictions:
        assert [candidate.text for candidate in prediction.top] == ["b", "c"]
        assert [candidate.probability for candidate in prediction.top] == pytest.approx([1 / 2, 1 / 4], rel=1e-6)
        assert prediction.remainder == pytest.approx(1 / 4, rel=1e-6)


def test_a_label_outside_the_top_keeps_its_own_probability_and_rank(shipped: Checkpoint) -> None:
    few = Predictor(shipped).analyze("The boat ate a purple theorem.", 1)
    all_of_them = Predictor(shipped).analyze("The boat ate a purple theorem.", shipped.tokenizer.vocab_size)
    assert any(prediction.rank > 100 for prediction in few.predictions)
    for short, full in zip(few.predictions, all_of_them.predictions, strict=True):
        assert (short.probability, short.rank, short.loss) == (full.probability, full.rank, full.loss)
        ranked = next(i for i, candidate in enumerate(full.top, start=1) if candidate.id == short.label_id)
        assert full.top[short.rank - 1].probability == pytest.approx(full.top[ranked - 1].probability)


def test_a_top_larger_than_the_vocabulary_is_the_whole_vocabulary() -> None:
    (prediction,) = predictor({"b": 1 / 2}).analyze("ab", 10_000).predictions
    assert sorted(candidate.id for candidate in prediction.top) == list(range(256))
    assert 0 <= prediction.remainder < 1e-9


@given(st.text(st.characters(categories=["L", "N", "P", "Zs", "So"]), min_size=2, max_size=8), st.integers(1, 400))
def test_every_number_of_a_pair_follows_from_one_distribution_that_sums_to_1(
    random_checkpoint: Checkpoint, text: str, top_k: int
) -> None:
    tokens = random_checkpoint.tokenizer.tokens(text)
    assume(text.strip() and 2 <= len(tokens) <= 32)
    rows = log_probs(random_checkpoint, [token.id for token in tokens[:-1]]).exp()
    assert torch.allclose(rows.sum(dim=1), torch.ones(len(rows), dtype=torch.float64), atol=1e-12)
    analysis = Predictor(random_checkpoint).analyze(text, top_k)
    for row, token, prediction in zip(rows, tokens[1:], analysis.predictions, strict=True):
        p = row[token.id].item()
        assert (prediction.label_id, prediction.label) == (token.id, token.text)
        assert prediction.probability == pytest.approx(p)
        assert prediction.loss == pytest.approx(-math.log(p))
        assert prediction.rank == 1 + (row > p).sum().item()
        best = [candidate.probability for candidate in prediction.top]
        assert best == pytest.approx(row.sort(descending=True).values[:top_k].tolist())
        assert math.fsum([*best, prediction.remainder]) == pytest.approx(1, abs=1e-12)
    losses = [prediction.loss for prediction in analysis.predictions]
    assert analysis.mean_loss == pytest.approx(sum(losses) / len(losses))
    assert analysis.perplexity == pytest.approx(math.exp(analysis.mean_loss))


def test_all_pairs_of_a_sentence_are_scored_in_one_pass_and_a_repeated_sentence_in_none() -> None:
    model = FixedLogits({"b": 1 / 2})
    asked = Predictor(Checkpoint("fixed", model, BYTES))
    first = asked.analyze("abcdef")
    assert model.passes == 1
    assert asked.analyze("abcdef") == first
    assert model.passes == 1


def test_the_tokens_of_an_analysis_put_together_are_the_sentence(shipped: Checkpoint) -> None:
    sentence = "The little boat drifted across the quiet lake."
    analysis = Predictor(shipped).analyze(sentence)
    assert "".join(token.text for token in analysis.tokens) == analysis.sentence == sentence
    for prediction in analysis.predictions:
        assert sentence.startswith(prediction.context + prediction.label)


@pytest.mark.parametrize(
    ("text", "code", "limit", "actual"),
    [
        ("", "empty_text", None, None),
        ("a", "too_few_tokens", 2, 1),
        ("x" * 17, "too_many_tokens", 16, 17),
        ("x" * 2_001, "too_many_characters", 2_000, 2_001),
        ("a\x00", "forbidden_character", None, "U+0000"),
    ],
)
def test_a_text_without_a_pair_or_beyond_a_limit_is_refused_with_the_numbers(
    text: str, code: str, limit: int | None, actual: int | str | None
) -> None:
    with pytest.raises(InputError) as refused:
        predictor({}).analyze(text)
    assert (refused.value.code, refused.value.limit, refused.value.actual) == (code, limit, actual)


def test_a_text_that_just_fills_the_context_is_analyzed() -> None:
    assert len(predictor({}).analyze("x" * 16).predictions) == 15


def test_the_shipped_model_expects_english_better_than_chance(shipped: Checkpoint) -> None:
    analysis = Predictor(shipped).analyze("She opened the door and walked into the garden.")
    assert analysis.perplexity < shipped.tokenizer.vocab_size / 10
