from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from app.batching import TOKENS, Batches
from app.checkpoint import Checkpoint
from app.predict import Predictor

Texts = Sequence[Sequence[int]]


class Slow:
    """A pass that echoes its ids; the first one lasts until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.has_begun, self.may_end = Event(), Event()

    def __call__(self, texts: Texts) -> list[Tensor]:
        self.batches.append([len(text) for text in texts])
        self.has_begun.set()
        assert self.may_end.wait(60)
        if any(-1 in text for text in texts):
            raise RuntimeError("a pass failed")
        return [torch.tensor(text) for text in texts]


def side_by_side(slow: Slow, first: list[int], others: list[list[int]]) -> list[list[int] | type[BaseException]]:
    """What each text gets, all others being asked for while the first one's pass is under way."""
    batches = Batches(slow)
    with ThreadPoolExecutor(len(others) + 1) as threads:
        asked = [threads.submit(batches.logits, first)]
        assert slow.has_begun.wait(60)
        asked += [threads.submit(batches.logits, text) for text in others]
        while len(batches._waiting) < len(others):
            wait(asked, timeout=0.001)
        slow.may_end.set()
        return [type(error) if (error := one.exception()) else one.result().tolist() for one in asked]


def test_those_who_come_during_a_pass_share_the_next_one() -> None:
    slow = Slow()
    others = [[1, 2], [3], [4, 5, 6]]
    assert side_by_side(slow, [0], others) == [[0], *others]
    assert [sorted(batch) for batch in slow.batches] == [[1], [1, 2, 3]]


def test_a_batch_holds_no_more_tokens_than_its_limit_its_padding_included() -> None:
    slow = Slow()
    side_by_side(slow, [0], [[1] * 128] * 11)
    assert slow.batches == [[1], [128] * (TOKENS // 128), [128] * 3]


def test_a_text_longer_than_the_limit_is_a_batch_of_its_own() -> None:
    slow = Slow()
    slow.may_end.set()
    assert len(Batches(slow).logits([1] * (TOKENS + 1))) == TOKENS + 1


def test_a_pass_that_fails_leaves_nobody_waiting_and_the_next_one_runs() -> None:
    slow = Slow()
    assert side_by_side(slow, [0], [[1], [-1], [2]])[1:] == [RuntimeError] * 3
    assert Batches(slow).logits([5]).tolist() == [5]


@given(st.lists(st.lists(st.integers(0, 319), min_size=1, max_size=32), min_size=1, max_size=6))
@settings(max_examples=30)
def test_a_text_gets_the_same_probabilities_in_a_batch_as_alone(random_checkpoint: Checkpoint, texts: Texts) -> None:
    together = random_checkpoint.batch_logits(texts)
    for token_ids, rows in zip(texts, together, strict=True):
        alone = random_checkpoint.logits(token_ids)
        torch.testing.assert_close(rows.softmax(-1), alone.softmax(-1), atol=1e-5, rtol=0)


def test_a_sentence_that_many_ask_for_is_computed_once(random_checkpoint: Checkpoint) -> None:
    class Counting(Checkpoint):
        passes = 0

        def batch_logits(self, texts: Texts) -> Sequence[Tensor]:
            Counting.passes += len(texts)
            return super().batch_logits(texts)

    one = Counting("counting", random_checkpoint.model, random_checkpoint.tokenizer)
    predictor = Predictor(one)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(predictor.analyze, ["The cat sat on the mat."] * 40))
    assert Counting.passes == 1
    assert all(analysis is found[0] for analysis in found)


def test_analyses_are_kept_within_a_limit_in_bytes(random_checkpoint: Checkpoint) -> None:
    predictor = Predictor(random_checkpoint, max_bytes=60_000)
    for n in range(20):
        predictor.analyze(f"The cat number {n} sat.")
    assert 0 < predictor.kept.currsize <= 60_000


@pytest.mark.parametrize("n_texts", [1, 2, 5])
def test_a_batch_gives_each_text_as_many_rows_as_it_has_tokens(small: Checkpoint, n_texts: int) -> None:
    texts = [list(range(1, 2 + n)) for n in range(n_texts)]
    assert [tuple(rows.shape) for rows in small.batch_logits(texts)] == [(len(text), 320) for text in texts]
