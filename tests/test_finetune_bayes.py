import math

import pytest

from app.finetune.bayes import NaiveBayes
from app.finetune.labelled import Example

LABELS = ("good", "bad")
EXAMPLES = (Example("Warm sun", "good"), Example("warm soup", "good"), Example("cold rain", "bad"))


def shares(counted: NaiveBayes, text: str) -> list[float]:
    return [math.exp(log) for log in counted.log_probabilities(text).values()]


def test_a_label_is_as_likely_as_its_counts_say() -> None:
    """Five words in all. Good: 3/5 · 3/9 · 1/9 = 1/45; bad: 2/5 · 1/7 · 2/7 = 4/245; so 49 to 36."""
    assert shares(NaiveBayes(EXAMPLES, LABELS), "warm rain") == pytest.approx([49 / 85, 36 / 85])


def test_a_word_that_no_example_has_tells_nothing() -> None:
    counted = NaiveBayes(EXAMPLES, LABELS)
    assert shares(counted, "Warm, unheard-of rain!") == pytest.approx(shares(counted, "warm rain"))


@pytest.mark.parametrize("text", ["", "warm rain"])
def test_without_examples_each_label_is_as_likely(text: str) -> None:
    assert shares(NaiveBayes((), LABELS), text) == pytest.approx([0.5, 0.5])
