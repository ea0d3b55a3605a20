import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app import hub
from app.checkpoint import Checkpoint
from app.predict import Analysis, Predictor
from app.sentences import InputError
from app.tokenizer import Token, Tokenizer
from app.words import by_word, words
from tests import foreign

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
Analyze = Callable[[str], Analysis]


@pytest.fixture(scope="module")
def analyze(random_checkpoint: Checkpoint) -> Analyze:
    predictor = Predictor(random_checkpoint)

    def analyze(text: str) -> Analysis:
        """The analysis of a sentence of three words at least, and as many tokens as the model takes."""
        text = f"the cat sat{text}"
        assume(len(predictor.model.tokens(text)) <= predictor.model.context_length)
        return predictor.analyze(text)

    return analyze


# --- Cutting -------------------------------------------------------------------------------------------------------


@given(TEXT)
def test_words_are_the_text_and_their_tokens_all_tokens(tokenizer: Tokenizer, text: str) -> None:
    tokens = tokenizer.tokens(text)
    found = words(text, tokens)
    assert "".join(word.text for word in found) == text
    assert [text[word.start : word.end] for word in found] == [word.text for word in found]
    assert [t for word in found for t in range(word.first, word.last + 1)] == list(range(1, len(tokens) + 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The boat drifted.", ["The", " boat", " drifted", "."]),
        ("hasn't “said” (it)!", ["hasn't", " “", "said", "”", " (", "it", ")!"]),
        ("née 😀. 日本語", ["née", " 😀", ".", " 日本語"]),
        ("👨‍👩‍👧 ❤️ नमस्ते की", ["👨‍👩‍👧", " ❤️", " नमस्ते", " की"]),
        ("two  spaces\n\nand lines", ["two", "  spaces", "\n\nand", " lines"]),
        ("a well-known 3.14", ["a", " well", "-", "known", " 3", ".", "14"]),
        ("end ", ["end", " "]),
        ("Donaudampfschiff", ["Donaudampfschiff"]),
        ("", []),
    ],
)
def test_white_space_and_punctuation_part_words(shipped: Checkpoint, text: str, expected: list[str]) -> None:
    assert [word.text for word in words(text, shipped.tokens(text))] == expected


def test_what_a_tokenizer_without_spaces_leaves_out_belongs_to_the_next_word() -> None:
    tokens = [Token(0, "the", 0, 3), Token(1, "ca", 4, 6), Token(2, "##t", 6, 7), Token(3, ".", 7, 8)]
    assert [word.text for word in words("The cat. ", tokens)] == ["The", " cat", ". "]


def test_a_space_that_a_tokenizer_adds_before_the_text_joins_its_first_word() -> None:
    tokens = [Token(0, " ", 0, 0), Token(1, "caf", 0, 3), Token(2, " x", 3, 5)]
    assert [(word.text, word.first, word.last) for word in words("caf x", tokens)] == [("caf", 1, 2), (" x", 3, 3)]


@pytest.mark.parametrize("make", [foreign.gpt2, foreign.llama, foreign.gpt_neox], ids=lambda make: make.__name__)
def test_another_makers_tokens_make_up_words_too(make: foreign.Maker, tmp_path: Path) -> None:
    analysis = by_word(Predictor(hub.load(make(tmp_path / "model"))).analyze("the cat sat née 😀, on."))
    assert [word.text for word in analysis.tokens] == ["the", " cat", " sat", " née", " 😀", ",", " on", "."]


# --- Counting ------------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(TEXT)
def test_n_words_give_n_minus_1_pairs_each_the_next_word_after_all_before_it(analyze: Analyze, text: str) -> None:
    analysis = by_word(analyze(text))
    assert len(analysis.predictions) == len(analysis.tokens) - 1
    for step, prediction in enumerate(analysis.predictions, start=1):
        assert (prediction.step, prediction.position) == (step, step + 1)
        assert prediction.context == "".join(word.text for word in analysis.tokens[:step])
        assert prediction.label == analysis.tokens[step].text


@settings(max_examples=50)
@given(TEXT)
def test_the_losses_of_words_are_those_of_all_tokens_after_the_first_word(analyze: Analyze, text: str) -> None:
    tokens = analyze(text)
    in_words = by_word(tokens)
    n_first = words(tokens.sentence, tokens.tokens)[0].last
    assert sum(p.loss for p in in_words.predictions) == pytest.approx(
        sum(p.loss for p in tokens.predictions[n_first - 1 :])
    )
    assert in_words.mean_loss == pytest.approx(sum(p.loss for p in in_words.predictions) / len(in_words.predictions))
    assert in_words.perplexity == pytest.approx(math.exp(in_words.mean_loss))


@settings(max_examples=50)
@given(TEXT)
def test_a_words_probability_is_the_product_over_its_tokens(analyze: Analyze, text: str) -> None:
    for prediction in by_word(analyze(text)).predictions:
        assert prediction.probability == pytest.approx(math.prod(part.probability for part in prediction.parts))
        first = prediction.parts[0]
        assert (prediction.rank, prediction.label_id, prediction.top) == (first.rank, first.label_id, first.top)


def test_a_single_word_has_no_pair_however_many_tokens_it_is(shipped: Checkpoint) -> None:
    with pytest.raises(InputError, match=r"this text is 1 word of \d tokens, and a pair takes two\. Add a word"):
        by_word(Predictor(shipped).analyze("Donaudampfschiff"))


def test_a_word_less_likely_than_any_float_keeps_its_loss(shipped: Checkpoint) -> None:
    in_tokens = Predictor(shipped).analyze("a zqxjkvbw")
    unlikely = tuple(replace(each, probability=math.exp(-400), loss=400.0) for each in in_tokens.predictions)
    analysis = by_word(replace(in_tokens, predictions=unlikely))
    (prediction,) = analysis.predictions
    assert (prediction.probability, analysis.perplexity) == (0, math.inf)
    assert 745 < prediction.loss == analysis.mean_loss < math.inf
