import random

import pytest

from app.pretrain.duplicates import repeated

WORDS = [f"word{i}" for i in range(5_000)]


def story(seed: int, length: int = 400) -> list[str]:
    return random.Random(seed).choices(WORDS, k=length)


def retold(words: list[str], share: float) -> list[str]:
    """A text that keeps the first `share` of another and goes its own way from there."""
    kept = round(len(words) * share)
    return words[:kept] + story(99, len(words) - kept)


def flags(*texts: list[str]) -> list[bool]:
    return list(map(bool, repeated(" ".join(text) for text in texts)))


def test_equal_but_for_case_spacing_and_punctuation_is_a_repetition() -> None:
    texts = ["The cat sat.", "The dog sat.", "the  CAT sat!", "The cat, sat"]
    assert repeated(texts).tolist() == [False, False, True, True]


def test_short_texts_that_differ_in_a_word_both_stay() -> None:
    assert not repeated(["Tom likes big dogs a lot.", "Tom likes big cats a lot."]).any()


@pytest.mark.parametrize(("share", "is_repetition"), [(0.9, True), (0.4, True), (0.05, False), (0.0, False)])
def test_a_long_text_that_shares_much_with_an_earlier_one_is_a_repetition(share: float, is_repetition: bool) -> None:
    assert flags(story(1), retold(story(1), share)) == [False, is_repetition]


def test_of_a_family_of_retellings_the_first_stays() -> None:
    assert flags(story(1), story(2), retold(story(1), 0.8), retold(story(1), 0.6)) == [False, False, True, True]


def test_what_resembles_only_a_repetition_stays() -> None:
    """The second half of a long text may be retold by another that shares nothing with the first half."""
    first = story(1)
    second = first[:200] + story(2, 200)
    third = second[250:] + story(3, 250)
    assert flags(first, second, third) == [False, True, False]


def test_a_set_phrase_of_many_texts_makes_none_a_repetition() -> None:
    phrase = story(1, 120)
    assert not any(flags(*(phrase + story(10 + i, 200) for i in range(40))))


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["one"]])
def test_few_and_empty_texts_are_compared_too(texts: list[str]) -> None:
    assert repeated(texts).tolist() == [i > 0 for i in range(len(texts))]
