"""Finetuning without training: what the queue and the pages are tested with."""

import asyncio
from collections.abc import AsyncGenerator

from app.finetune.training import LEARNERS, NETWORKS, Progress, Run


def progress_of(run: Run) -> list[Progress]:
    """What a run of two steps would yield; its numbers follow from the run."""
    ends = [Progress(network, 2, 2, 0.25, 0.5 + run.seed / 100, 0.5) for network in LEARNERS]
    return [Progress(NETWORKS[0], 0, 2, None, 0.5, 0.7), Progress(NETWORKS[0], 1, 2, 0.7), *ends]


class Rehearsal:
    """A trainer whose runs take no time, or, once held, go on when they are let."""

    def __init__(self) -> None:
        self.begun: list[Run] = []
        self.finished: list[Run] = []
        self.given_up: list[Run] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.is_closed = False

    async def train(self, run: Run) -> AsyncGenerator[Progress]:
        self.begun.append(run)
        try:
            for progress in progress_of(run):
                yield progress
                await asyncio.sleep(0)  # as a process would take a moment
                await self.may_go_on.wait()
            self.finished.append(run)
        finally:
            if run not in self.finished:
                self.given_up.append(run)

    async def close(self) -> None:
        self.is_closed = True
