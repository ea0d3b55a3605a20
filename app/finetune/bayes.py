"""Naive Bayes: a label by the words that sentences of it have, counted, without any network.

It is what pretraining has to beat: a network from random weights is the weaker rival.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

from app.finetune.labelled import Example

WORD = re.compile(r"\w+(?:['’]\w+)*")


class NaiveBayes:
    """Each label's words, counted; every count is one more, so that no word rules a label out.

    Source: Manning, Raghavan and Schütze 2008, section 13.2, the multinomial model.
    """

    def __init__(self, examples: Sequence[Example], labels: Sequence[str]) -> None:
        """Count the words of the examples."""
        self._words: dict[str, Counter[str]] = {}
        self._shares: dict[str, float] = {}
        for label in labels:
            own = [example.text for example in examples if example.label == label]
            self._words[label] = Counter(word for text in own for word in words_of(text))
            self._shares[label] = (len(own) + 1) / (len(examples) + len(labels))
        self._vocabulary = set().union(*self._words.values())

    def log_probabilities(self, text: str) -> dict[str, float]:
        """Ln P of each label; a word that no example has tells nothing."""
        known = [word for word in words_of(text) if word in self._vocabulary]
        scores = {}
        for label, words in self._words.items():
            n_words = words.total() + len(self._vocabulary)
            scores[label] = math.log(self._shares[label]) + sum(math.log((words[word] + 1) / n_words) for word in known)
        highest = max(scores.values())
        log_sum = highest + math.log(sum(math.exp(score - highest) for score in scores.values()))
        return {label: score - log_sum for label, score in scores.items()}


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters.

    >>> words_of("The cat didn't.")
    ['the', 'cat', "didn't"]
    """
    return WORD.findall(text.lower())
