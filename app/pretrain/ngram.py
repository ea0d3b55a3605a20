"""The baselines that a network must beat: a unigram model, and an interpolated modified Kneser-Ney n-gram model.

Everything is counting, done by sorting whole arrays. A k-gram is known by the number of its first k − 1 tokens' gram
and its last token, so that a gram of any order is one 64-bit integer. Each piece of text is preceded by a boundary
mark, which is context only and never predicted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def unigram_log_probs(counts: Ints) -> Floats:
    """Log P of each token from its count (V,), one added to each, so that none is impossible."""
    return np.asarray(np.log((counts + 1) / (counts.sum() + len(counts))))


def joined(pieces: Iterable[Sequence[int] | NDArray[np.uint16]], boundary: int) -> tuple[Ints, Ints]:
    """Pieces as one array, each after a boundary mark, and every token's offset behind its piece's mark."""
    pieces = list(pieces)
    sizes = np.array([len(piece) + 1 for piece in pieces])
    starts = np.cumsum(sizes) - sizes
    tokens = np.full(sizes.sum(), boundary)
    is_mark = np.zeros(len(tokens), bool)
    is_mark[starts] = True
    tokens[~is_mark] = np.concatenate(pieces)
    return tokens, np.arange(len(tokens)) - np.repeat(starts, sizes)


@dataclass(frozen=True)
class _Order:
    """What the model knows of one order k: arrays over its k-grams, and over their contexts, the (k − 1)-grams."""

    keys: Ints  # sorted: context's number × (V + 1) + last token
    discounted: Floats  # max(count − discount, 0) / the context's total
    backoff: Floats  # by context: the share left for the lower order; 1 where a context was never seen


class KneserNey:
    """Interpolated modified Kneser-Ney (Chen and Goodman 1998, section 3), of any order."""

    def __init__(self, pieces: Iterable[Sequence[int] | NDArray[np.uint16]], vocab_size: int, order: int = 5) -> None:
        self.vocab_size = vocab_size
        self.base = vocab_size + 1  # the vocabulary and the boundary mark
        tokens, offsets = joined(pieces, boundary=vocab_size)
        grams, contexts, counts, at_start = [tokens], [], [], []
        keys = [np.arange(self.base)]
        for k in range(2, order + 1):
            fits = offsets >= k - 1
            key = np.where(fits, np.roll(grams[-1], 1) * self.base + tokens, -1)
            unique, first, inverse, count = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
            known = int(unique[0] == -1)  # what does not fit sorts first, and is left out
            keys.append(unique[known:])
            grams.append(inverse.reshape(-1) - known)
            contexts.append(unique[known:] // self.base)
            counts.append(count[known:])
            at_start.append(offsets[first[known:]] == k - 1)
            if k == order:
                self.n_grams = len(unique) - known
            # The (k − 1)-gram that each k-gram ends with: what the lower order's continuation counts count.
            suffixes = grams[-2][first[known:]]
            self._lower(k - 1, suffixes, counts, at_start, len(keys[-2]))
        self.first, self.orders = self._smoothed(keys, contexts, counts)

    def _lower(self, k: int, suffixes: Ints, counts: list[Ints], at_start: list[NDArray[np.bool_]], size: int) -> None:
        """Replace order k's counts by continuation counts: how many different tokens precede a gram.

        Nothing precedes a gram that opens a piece, so that one keeps its own count.
        """
        continuation = np.bincount(suffixes, minlength=size)
        if k == 1:
            self.unigrams = continuation
        else:
            counts[k - 2] = np.where(at_start[k - 2], counts[k - 2], continuation)

    def _smoothed(self, keys: list[Ints], contexts: list[Ints], counts: list[Ints]) -> tuple[Floats, list[_Order]]:
        words = self.unigrams[: self.vocab_size]
        discount = _discounts(words)
        kept = np.maximum(words - discount[np.minimum(words, 3)], 0)
        total = max(int(words.sum()), 1)
        first = (kept + (total - kept.sum()) / self.vocab_size) / total
        orders = []
        for k, (context, count) in enumerate(zip(contexts, counts, strict=True), start=2):
            discount = _discounts(count)
            kept = np.maximum(count - discount[np.minimum(count, 3)], 0)
            size = len(keys[k - 2])
            totals = np.bincount(context, weights=count, minlength=size)
            left = totals - np.bincount(context, weights=kept, minlength=size)
            backoff = np.divide(left, totals, out=np.ones(size), where=totals > 0)
            orders.append(_Order(keys[k - 1], kept / totals[context], backoff))
        return first, orders

    def log_probs(self, pieces: Iterable[Sequence[int] | NDArray[np.uint16]]) -> Floats:
        """Log P(x_t | x_<t) for every token of every piece but each piece's first, in order."""
        tokens, offsets = joined(pieces, boundary=self.vocab_size)
        probability = self.first[np.minimum(tokens, self.vocab_size - 1)]
        grams = tokens
        for k, order in enumerate(self.orders, start=2):
            context = np.roll(grams, 1)
            usable = (offsets >= k - 1) & (context >= 0)
            key = np.where(usable, context * self.base + tokens, -1)
            place = np.minimum(np.searchsorted(order.keys, key), len(order.keys) - 1)
            found = usable & (order.keys[place] == key)
            higher = np.where(found, order.discounted[place], 0.0)
            backoff = np.where(usable, order.backoff[np.where(usable, context, 0)], 1.0)
            probability = higher + backoff * probability
            grams = np.where(found, place, -1)
        return np.asarray(np.log(probability[offsets >= 2]))


def _discounts(counts: Ints) -> Floats:
    """What to take off a count of 0, 1, 2, and 3 or more (Chen and Goodman 1998, eq. 26)."""
    n1, n2, n3, n4 = (max(int((counts == n).sum()), 1) for n in (1, 2, 3, 4))
    y = n1 / (n1 + 2 * n2)
    discounts = [0.0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
    # On a few lines of text the estimates can leave their range: never more than there is, nor so little that
    # nothing is left for what was not seen.
    return np.clip(discounts, [0.0, 0.1, 0.1, 0.1], [0.0, 1.0, 2.0, 3.0])
