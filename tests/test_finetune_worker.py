import asyncio
import os
import signal
from contextlib import aclosing
from pathlib import Path

import pytest

from app import checkpoint
from app.checkpoint import Checkpoint
from app.finetune.training import Run, compare
from app.finetune.worker import Worker

pytestmark = pytest.mark.anyio

RUN = Run("place", 5, 1)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def folder(small: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("small")
    checkpoint.save(made, small.model, small.tokenizer)
    return made


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_process_finetunes_as_this_one_does_also_after_a_run_that_was_given_up(folder: Path) -> None:
    worker = Worker(folder, niceness=0)
    try:
        async with aclosing(worker.train(Run("place", 200, 1))) as progress:
            await anext(progress)
        pid = worker.pid
        assert pid
        for _ in range(2):
            assert [progress async for progress in worker.train(RUN)] == list(compare(checkpoint.load(folder), RUN))
        assert worker.pid == pid
    finally:
        await worker.close()


async def test_a_killed_process_breaks_its_run_off_and_another_takes_its_place_until_it_has_no_work(
    folder: Path,
) -> None:
    worker = Worker(folder, niceness=0, idle=0)
    training = worker.train(RUN)
    await anext(training)
    assert worker.pid
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(RuntimeError, match="process ended with status -9"):
        [progress async for progress in training]
    training = worker.train(RUN)
    await anext(training)
    pid = worker.pid
    assert pid
    await training.aclose()
    while worker.pid:
        await asyncio.sleep(0.01)
    while is_there(pid):  # until it is reaped
        await asyncio.sleep(0.01)
