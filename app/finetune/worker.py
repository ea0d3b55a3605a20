"""Finetuning beside a server, in a process of its own: `Worker` starts it and speaks to it, `main` is what it runs.

A line of JSON on its standard input is a `Run`; it answers with a line for each `Progress`, then `END`. Whatever line
comes before that, or the input's end, makes it give the run up.

A thread would compete with the server's own for Python's lock, could not be told to give way to them, and could not be
ended. A process of `multiprocessing` would import the server's main module again, through pipes that asyncio cannot
await.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import cast

import torch

from app import checkpoint
from app.finetune.training import Progress, Run, compare

END = "END"
NICENESS = 5  # how much it gives way to the server: a quarter of a core is left to it where that wants all of it
IDLE = 60.0  # seconds without work after which it leaves, with its memory
PATIENCE = 10.0  # seconds that it has to give up a run


class Worker:
    """The process, started when there is work."""

    def __init__(self, folder: Path, niceness: int = NICENESS, idle: float = IDLE) -> None:
        """`folder` holds the checkpoint."""
        self._command = (sys.executable, "-m", __name__, str(folder.absolute()), str(niceness))
        self._idle = idle
        self._process: Process | None = None
        self._rest: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def train(self, run: Run) -> AsyncGenerator[Progress]:
        """A run's progress; closed early, the run is given up. One at a time. RuntimeError where the process ends."""
        if self._rest:
            self._rest.cancel()
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(*self._command, stdin=PIPE, stdout=PIPE)
        process, is_over = self._process, False
        try:
            _tell(process, json.dumps(asdict(run)))
            while (line := await _heard(process)) != END:
                yield Progress(**json.loads(line))
            is_over = True
        finally:
            if not is_over:
                await self._stop(process)
            self._rest = asyncio.create_task(self._end(after=self._idle))

    async def close(self) -> None:
        """End the process, whatever it does."""
        if self._rest:
            self._rest.cancel()
        await self._end()

    async def _end(self, after: float = 0.0) -> None:
        await asyncio.sleep(after)
        process, self._process = self._process, None
        if process and process.returncode is None:
            process.kill()
            await process.wait()

    async def _stop(self, process: Process) -> None:
        """Make it give up its run, or end it where it does not heed."""
        try:
            async with asyncio.timeout(PATIENCE):
                _tell(process, "")
                while await _heard(process) != END:
                    pass
        except (TimeoutError, RuntimeError):
            await self._end()


def _tell(process: Process, line: str) -> None:
    cast(asyncio.StreamWriter, process.stdin).write(f"{line}\n".encode())


async def _heard(process: Process) -> str:
    line = (await cast(asyncio.StreamReader, process.stdout).readline()).decode().strip()
    if not line:
        raise RuntimeError(f"the finetuning process ended with status {await process.wait()}")
    return line


def main(folder: Path, niceness: int) -> None:
    """Serve runs until standard input ends."""
    os.nice(niceness)
    torch.set_num_threads(1)
    loaded = checkpoint.load(folder)
    lines: SimpleQueue[str] = SimpleQueue()
    Thread(target=_read, args=(lines,), daemon=True).start()
    while True:
        line = lines.get()
        if line.isspace():  # it was to stop a run that had ended by then
            continue
        for progress in compare(loaded, Run(**json.loads(line))):
            if not lines.empty():
                break
            print(json.dumps(asdict(progress)), flush=True)
        print(END, flush=True)


def _read(lines: "SimpleQueue[str]") -> None:
    for line in sys.stdin:
        lines.put(line)
    os._exit(0)  # whoever asked is gone, and whatever it works on is wanted by nobody


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
