import math
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from app import (
    view_words,
)
from app.checkpoint import Checkpoint
from app.predict import Analysis, Predictor
from app.tokenizer import Token
from app.words import by_word
from tests.test_view import at, handmade, text_of


def split() -> Analysis:
    """“The cat sat.” in five tokens, “sat” in two of them, the second as good as certain."""
    made = handmade()
    tokens = (*made.tokens[:2], Token(2, " s", 7, 9), Token(4, "at", 9, 11), made.tokens[3])
    first, second, last = made.predictions
    parts = (
        replace(second, label=" s"),
        replace(second, step=3, position=4, label="at", label_id=4, probability=0.8, rank=1, loss=-math.log(0.8)),
    )
    predictions = (first, *parts, replace(last, step=4, position=5))
    return replace(made, tokens=tokens, predictions=predictions)


def test_a_word_is_shown_with_the_product_over_its_tokens() -> None:
    shown = at(by_word(split()), 2, 10, unit="words")
    assert shown.unit
    assert shown.pair
    assert (shown.headline, shown.unit.symbol) == ("4 words, 3 training pairs", "w")
    assert [text_of(token.segments) for token in shown.tokens] == ["The", " cat", " sat", "."]
    assert [(text_of(factor.token), factor.sign, factor.given) for factor in shown.pair.factors] == [
        (" s", "=", "…"),
        ("at", "·", "… s"),
    ]
    values = [
        "".join(ElementTree.fromstring(factor.value).itertext())  # noqa: S314 - our own
        for factor in shown.pair.factors
    ]
    assert values == ["0.005000", "0.8000"]
    assert shown.pair.percent == "0.40\u202f%"
    assert shown.pair.rank == "its first token was the model’s 7th choice of 10"
    assert shown.pair.spoken.endswith("the model gave it 0.40\u202f%, the product over its 2 tokens; loss 5.52.")
    assert shown.tokens[2].numbers == "0.40\u202f%, the product over its 2 tokens, loss 5.52"
    assert shown.in_words.endswith("equally likely words")


def test_a_word_of_one_token_has_its_rank_and_one_factor_in_the_room_of_two() -> None:
    shown = at(by_word(split()), 3, 10, unit="words")
    assert shown.pair
    assert [text_of(factor.token) for factor in shown.pair.factors] == [".", ""]
    assert shown.pair.rank == "the model’s 2nd choice of 10"


def test_the_bars_of_a_word_are_those_of_its_first_token() -> None:
    in_tokens, in_words = at(split(), 2, 10), at(by_word(split()), 2, 10, unit="words")
    assert in_words.bars == in_tokens.bars
    assert in_words.label_bar == in_tokens.label_bar
    assert in_words.remainder == in_tokens.remainder


def test_the_tokens_of_one_word_are_told_as_its_parts() -> None:
    assert [token.part for token in at(split(), 1, 10).tokens] == ["whole", "whole", "start", "end", "whole"]
    assert {token.part for token in at(by_word(split()), 1, 10, unit="words").tokens} == {"whole"}


def test_the_switch_keeps_to_the_place_in_the_sentence() -> None:
    """x_3 and x_4 are the third word, w_3; x_5 is w_4."""
    for step, in_words in ((1, 1), (2, 2), (3, 2), (4, 3)):
        shown = at(split(), step, 10).unit
        assert shown
        assert shown.other.endswith(f"step={in_words}&unit=words")
    for step, in_tokens in ((1, 1), (2, 2), (3, 4)):
        shown = at(by_word(split()), step, 10, unit="words").unit
        assert shown
        assert shown.other.endswith(f"step={in_tokens}")


def test_a_text_of_one_word_offers_no_words(shipped: Checkpoint) -> None:
    shown = at(Predictor(shipped).analyze("Donaudampfschiff"), 2, 8192).unit
    assert shown
    assert shown.other == ""


@pytest.mark.parametrize("step", [1, 2])
def test_a_word_less_likely_than_any_float_is_shown_as_what_it_is(shipped: Checkpoint, step: int) -> None:
    analysis = by_word(Predictor(shipped).analyze("a " + "zqxjkvbw" * 15 + " b"))
    shown = at(analysis, step, 8192, unit="words")
    assert shown.pair
    assert "10⁻" in shown.rows[0].percent
    assert "e+" in shown.perplexity
    assert len(shown.pair.factors) == view_words.MOST_FACTORS
    left_out = [factor.left_out for factor in shown.pair.factors if factor.left_out]
    n_tokens = len(analysis.predictions[0].parts)
    assert left_out == ([f"{n_tokens - view_words.MOST_FACTORS + 1} more"] if step == 1 else [])
