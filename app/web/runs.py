"""Finetuning for visitors: one run at a time, those who wait in a fair line, and each run shared by all who ask for it.

What trains is handed over: the process of `app.finetune.worker`, or a test's own.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Protocol

from cachetools import FIFOCache

from app.finetune.training import Learner, Progress, Run
from app.language import _, number
from app.sentences import InputError

logger = logging.getLogger("freelabels")

MOST_WAITING = 24  # runs in line
MOST_OF_ONE = 12  # of them for the same visitor's address, behind which a whole hall may sit
LIMIT = 180.0  # seconds that a run may take
KEPT = 500  # finished runs, at 20 KB each


class RunError(InputError):
    """A run cannot be had now."""

    status = 503


class Trainer(Protocol):
    """What trains, one run at a time."""

    def train(self, run: Run) -> AsyncGenerator[Progress]:
        """A run's progress; closed early, the run is given up."""

    async def close(self) -> None:
        """End whatever goes on."""


@dataclass(frozen=True)
class Waiting:
    """A run without progress: position 1 is the next to begin, 0 begins and has no progress yet."""

    position: int


@dataclass(eq=False)
class _Job:
    """A run that somebody asked for, and all that came of it so far."""

    run: Run
    owner: str
    turn: int  # everyone's next run comes before anyone's next but one
    log: list[Progress] = field(default_factory=list)
    listeners: int = 0
    failure: str = "run_broke_off"  # a RunError's code; empty once it is finished
    is_over: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        """Wake all who listen."""
        self.changed.set()
        self.changed = asyncio.Event()


class Runs:
    """The line of runs. All methods belong to one event loop."""

    def __init__(self, trainer: Trainer, limit: float = LIMIT) -> None:
        self._trainer, self._limit = trainer, limit
        self._done: FIFOCache[Run, _Job] = FIFOCache(KEPT)  # which reading leaves as it is: any thread may
        self._open: dict[Run, _Job] = {}  # waiting or running, and still wanted
        self._waiting: list[_Job] = []  # in line
        self._turn = 0  # of the run begun last
        self._task: asyncio.Task[None] | None = None

    async def follow(self, run: Run, owner: str = "", after: int = 0) -> AsyncGenerator[Waiting | Progress]:
        """A run's places in line as they change, then its progress from the first, or from the one numbered `after`.

        Whoever asks for a run that is under way or finished joins it. When the last listener closes this iterator
        before the end, the run is given up. Raises RunError where the line is full or the run breaks off.
        """
        job = self._done.get(run) or self._open.get(run) or self._queued(run, owner)
        job.listeners += 1
        position = 0 if job.log else -1
        try:
            while True:
                changed = job.changed
                if position != (now := self._waiting.index(job) + 1 if job in self._waiting else 0):
                    position = now
                    yield Waiting(position)
                    continue  # the line has moved on, perhaps, while that was told
                while after < len(job.log):
                    after += 1
                    yield job.log[after - 1]
                if job.is_over:
                    break
                await changed.wait()
        finally:
            job.listeners -= 1
            if not job.listeners and job in self._waiting:
                self._waiting.remove(job)
                del self._open[run]
                self._tell_waiting()
        if job.failure:
            raise RunError(job.failure, _why(job.failure, self._limit))

    def ends(self, run: Run) -> dict[Learner, Progress]:
        """How each network ended, where the run is finished and kept; else empty."""
        job = self._done.get(run)
        return {progress.network: progress for progress in job.log} if job else {}

    def end(self) -> None:
        """Let every stream end, and say why: the server is about to end, too."""
        for job in self._open.values():
            job.failure, job.is_over = "server_ends", True
            job.tell()

    async def close(self) -> None:
        """Give up everything."""
        if self._task:
            self._task.cancel()
        await self._trainer.close()
        if self._task:
            await asyncio.wait([self._task])

    def _queued(self, run: Run, owner: str) -> _Job:
        if len(self._waiting) >= MOST_WAITING or sum(job.owner == owner for job in self._waiting) >= MOST_OF_ONE:
            raise RunError("too_many_runs", _("Too many runs are waiting at this moment. Try again in a minute."))
        turn = max((job.turn for job in self._waiting if job.owner == owner), default=self._turn) + 1
        job = self._open[run] = _Job(run, owner, turn)
        self._waiting.append(job)
        self._waiting.sort(key=attrgetter("turn"))
        self._tell_waiting()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return job

    def _tell_waiting(self) -> None:
        for job in self._waiting:
            job.tell()

    async def _work(self) -> None:
        """One run after another, until none waits."""
        while self._waiting:
            job = self._waiting.pop(0)
            self._turn = job.turn
            job.tell()
            self._tell_waiting()
            try:
                await self._trained(job)
            except TimeoutError:
                job.failure = "run_too_long"
            except Exception:
                logger.exception("a finetuning run broke off")
            finally:
                if self._open.get(job.run) is job:
                    del self._open[job.run]
                job.is_over, job.owner = True, ""  # kept is what came of it, not who asked
                job.tell()

    async def _trained(self, job: _Job) -> None:
        async with asyncio.timeout(self._limit), aclosing(self._trainer.train(job.run)) as training:
            async for progress in training:
                if not job.listeners:
                    del self._open[job.run]  # whoever asks from now on begins it anew
                    return
                job.log.append(progress)
                job.tell()
        job.failure = ""
        self._done[job.run] = job


def _why(failure: str, limit: float) -> str:
    """What people are told, in the language of whoever asked."""
    if failure == "run_too_long":
        message = _("The run took more than %(limit)s s and was stopped. Try fewer labels.")
        return message % {"limit": number(limit, ".0f")}
    if failure == "server_ends":
        return _("The server is about to end or to start anew. Try again in a minute.")
    return _("The run broke off on our side. Try it again.")
