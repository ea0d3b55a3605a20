"""Passes that are asked for side by side, run as one.

A pass reads all the weights, however few tokens it scores, so that a second text beside the first costs a fraction of
it. Nobody waits for a batch to fill: a pass starts as soon as none is under way, with all that were asked for by then.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Lock

from torch import Tensor

TOKENS = 1_024  # of a batch, padding included: the logits of more would take tens of megabytes


class Batches:
    """Threads that want one text's logits, served together.

    `run` turns several texts of T token ids each into their (T, V) each, in the same order.
    """

    def __init__(self, run: Callable[[Sequence[Sequence[int]]], Sequence[Tensor]]) -> None:
        self._run = run
        self._waiting: deque[tuple[Sequence[int], Future[Tensor]]] = deque()
        self._queue, self._pass = Lock(), Lock()

    def logits(self, token_ids: Sequence[int]) -> Tensor:
        """T ids -> (T, V), by a pass that may score other threads' texts as well."""
        mine: Future[Tensor] = Future()
        with self._queue:
            self._waiting.append((token_ids, mine))
        # Whoever gets hold of the pass runs it for all who wait by then; their results are there when they get it.
        with self._pass:
            while not mine.done():
                self._run_next()
        return mine.result()

    def _run_next(self) -> None:
        """Serve those who have waited longest, as many as fit."""
        batch = self._next()
        try:
            results = self._run([token_ids for token_ids, _ in batch])
        except BaseException as error:  # whatever it was, nobody may wait for ever
            for _, asked in batch:
                asked.set_exception(error)
            return
        for (_, asked), result in zip(batch, results, strict=True):
            asked.set_result(result)

    def _next(self) -> list[tuple[Sequence[int], Future[Tensor]]]:
        with self._queue:
            batch = [self._waiting.popleft()]
            longest = len(batch[0][0])
            while self._waiting:
                longest = max(longest, len(self._waiting[0][0]))
                if longest * (len(batch) + 1) > TOKENS:
                    break
                batch.append(self._waiting.popleft())
        return batch
