from collections import Counter, defaultdict

import numpy as np
import pytest

from app.pretrain.ngram import KneserNey, _discounts, unigram_log_probs

V = 6


def _random_pieces(seed: int, n: int = 40) -> list[list[int]]:
    random = np.random.default_rng(seed)
    # Squared, so that some tokens are frequent and grams repeat.
    return [(random.random(int(random.integers(2, 12))) ** 2 * V).astype(int).tolist() for _ in range(n)]


class _ByTheBook:
    """The definition, gram by gram, in dictionaries: slow, and short enough to check by eye."""

    def __init__(self, pieces: list[list[int]], order: int) -> None:
        self.order = order
        raw: Counter[tuple[int, ...]] = Counter()
        before: defaultdict[tuple[int, ...], set[int]] = defaultdict(set)
        for piece in pieces:
            text = [V, *piece]
            for k in range(1, order + 1):
                for i in range(len(text) - k + 1):
                    gram = tuple(text[i : i + k])
                    if gram == (V,):
                        continue
                    raw[gram] += 1
                    if i:
                        before[gram].add(text[i - 1])
        self.counts = {
            gram: raw[gram] if len(gram) == order or gram[0] == V else len(before[gram])
            for gram in raw
            if gram[-1] != V
        }
        self.discounts = {
            k: _discounts(np.array([count for gram, count in self.counts.items() if len(gram) == k]))
            for k in range(1, order + 1)
        }

    def probability(self, context: tuple[int, ...], word: int) -> float:
        lower = self.probability(context[1:], word) if context else 1 / V
        k = len(context) + 1
        same = {gram[-1]: count for gram, count in self.counts.items() if len(gram) == k and gram[:-1] == context}
        total = sum(same.values())
        if not total:
            return lower
        off = {w: min(self.discounts[k][min(count, 3)], count) for w, count in same.items()}
        return float((same.get(word, 0) - off.get(word, 0) + sum(off.values()) * lower) / total)


@pytest.mark.parametrize("order", [2, 3, 5])
def test_the_array_model_agrees_with_the_definition_gram_by_gram(order: int) -> None:
    pieces, unseen = _random_pieces(1), _random_pieces(2, n=6)
    fast, book = KneserNey(pieces, V, order), _ByTheBook(pieces, order)
    expected = [
        np.log(book.probability(tuple([V, *piece][max(0, i + 1 - order + 1) : i + 1]), piece[i]))
        for piece in unseen
        for i in range(1, len(piece))
    ]
    assert fast.log_probs(unseen) == pytest.approx(expected, abs=1e-12)


def test_every_contexts_probabilities_add_up_to_one() -> None:
    model = KneserNey(_random_pieces(3), V, order=4)
    for context in ([0], [5, 5], [1, 0, 2], [0, 0, 0, 0], [4, 3, 2, 1]):
        after = [model.log_probs([[*context, word]])[-1] for word in range(V)]
        assert np.exp(after).sum() == pytest.approx(1.0, abs=1e-12)


def test_a_repeated_text_is_expected_and_an_unseen_turn_is_not_impossible() -> None:
    model = KneserNey([[0, 1, 2, 3]] * 30 + _random_pieces(4, n=5), V, order=5)
    known, turned = np.exp(model.log_probs([[0, 1, 2, 3], [0, 1, 2, 5]]))[[2, 5]]
    assert known > 0.9
    assert 0 < turned < 0.05


def test_the_unigram_model_counts_one_more_of_each_token() -> None:
    assert np.exp(unigram_log_probs(np.array([3, 0, 1]))) == pytest.approx([4 / 7, 1 / 7, 2 / 7])
