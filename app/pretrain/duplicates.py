"""Documents that repeat others: read twice they are learnt by heart, and held out they are no longer unseen.

A document is compared by its shingles, all runs of five words. Of their hashes only every fourth is kept, the same
ones in every document (Broder 1997, "mod m" sketches), so that the sketches of a corpus fit into memory.
"""

import hashlib
import itertools
import re
import zlib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5  # words
KEPT = 4  # one hash in so many
FEWEST = 20  # hashes; shorter documents are compared as a whole only
SHARED = 0.15  # of the shorter one's hashes: retellings of one news story share from a sixth of them on
FAMILY = 30  # documents; what more of them share is a set phrase, not a copy

WORD = re.compile(r"\w+")
Hashes = NDArray[np.uint64]


def repeated(documents: Iterable[str]) -> NDArray[np.bool_]:
    """Whether each document repeats an earlier one that is not itself a repetition.

    Equal but for case, spacing and punctuation, or sharing at least `SHARED` of their shingles.
    """
    seen: set[bytes] = set()
    same: list[bool] = []
    sketches: list[Hashes] = []
    owners: list[int] = []
    for number, document in enumerate(documents):
        words = WORD.findall(document.casefold())
        key = hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest()
        same.append(key in seen)
        seen.add(key)
        if not same[-1] and len(words) >= FEWEST * KEPT // 2 and len(sketch := _sketch(words)) >= FEWEST:
            sketches.append(sketch)
            owners.append(number)
    flags = np.array(same, bool)
    for first, second in _overlapping(sketches):
        # In order of the second: by then it is known whether the first stays.
        flags[owners[second]] |= not flags[owners[first]]
    return flags


@lru_cache(maxsize=200_000)
def _word_hash(word: str) -> int:
    return zlib.crc32(word.encode())


def _sketch(words: list[str]) -> Hashes:
    """The kept hashes of a document's shingles, each once, sorted."""
    hashed = np.fromiter(map(_word_hash, words), np.uint64, len(words))
    shingles = np.zeros(len(words) - SHINGLE + 1, np.uint64)
    for place in range(SHINGLE):
        shingles = shingles * np.uint64(0x9E3779B97F4A7C15) + hashed[place : place + len(shingles)]
    shingles ^= shingles >> np.uint64(29)
    shingles *= np.uint64(0xBF58476D1CE4E5B9)
    shingles ^= shingles >> np.uint64(32)
    return np.unique(shingles[shingles % np.uint64(KEPT) == 0])


def _overlapping(sketches: list[Hashes]) -> list[tuple[int, int]]:
    """Pairs (earlier, later) of sketches that share enough, sorted by the later one."""
    if not sketches:
        return []
    sizes = np.array([len(sketch) for sketch in sketches])
    hashes = np.concatenate(sketches)
    order = np.argsort(hashes, kind="stable")  # stable: within a run of equal hashes, documents stay in order
    owner = np.repeat(np.arange(len(sketches)), sizes)[order]
    edges = np.flatnonzero(np.diff(hashes[order])) + 1
    starts, ends = np.concatenate(([0], edges)), np.concatenate((edges, [len(hashes)]))
    families = (ends - starts > 1) & (ends - starts <= FAMILY)
    pairs = [
        first * len(sizes) + second
        for start, end in zip(starts[families], ends[families], strict=True)
        for first, second in itertools.combinations(owner[start:end], 2)
    ]
    found, shared = np.unique(np.array(pairs, np.int64), return_counts=True)
    first, second = np.divmod(found, len(sizes))
    enough = shared >= SHARED * np.minimum(sizes[first], sizes[second])
    return sorted(zip(first[enough].tolist(), second[enough].tolist(), strict=True), key=lambda pair: pair[::-1])
