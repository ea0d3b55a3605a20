"""`pretrain` on a shape that trains in seconds, in a process of its own: CORPUS FOLDER TOKENS [STEP].

With STEP, the last process alone is interrupted while it takes that step.
"""

import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.console import Console

from app.model import GPTConfig
from app.pretrain import command
from app.pretrain.shards import Batch
from app.pretrain.train import Run

SHAPE = {"context_length": 32, "n_layer": 2, "n_head": 2, "n_embd": 32, "n_hidden": 48}


def pretrain(corpus: Path, folder: Path, tokens: int) -> None:
    """Everything goes below one folder; the curve has every step's loss."""
    shards, run, out = (folder / name for name in ("shards", "run", "model"))
    options: dict[str, Any] = {"rows": 8, "warmup": 3, "validate_every": 1, "tokens": tokens}
    command.pretrain(corpus, shards, run, out, Console(width=200), 1, **options)


def interrupt_last_process_at(step: int) -> None:
    take = Run._step

    def interrupted(run: Run, batch: Batch) -> float:
        if run.progress.step + 1 == step and run.world.rank == run.world.size - 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return take(run, batch)

    setattr(Run, "_step", interrupted)  # noqa: B010 - a plain assignment to a method is a type error


if __name__ == "__main__":
    corpus, folder, tokens, *step = sys.argv[1:]
    if step:
        interrupt_last_process_at(int(step[0]))
    with (
        patch("app.pretrain.command.GPTConfig", partial(GPTConfig, **SHAPE)),
        patch("shutil.which", return_value=None),  # no compiler, nothing is compiled
        patch("torch.cuda.is_available", return_value=False),
    ):
        try:
            pretrain(Path(corpus), Path(folder), int(tokens))
        except ValueError as error:
            sys.exit(f"Error: {error}")
