"""Several processes that train one model: which of them this is, and how they agree.

`torchrun` starts the processes and tells each its place in the environment. One process alone forms no group, and
every question below then has its own answer.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

# The others wait as long as the first one needs to tokenize a corpus; a process that dies ends the wait at once.
LONGEST_WAIT = timedelta(days=2)

T = TypeVar("T")


@dataclass(frozen=True)
class World:
    """The processes that train together, `size` of them, and this one's `rank` among them and `device`."""

    rank: int = 0
    size: int = 1
    device: torch.device = field(
        default_factory=lambda: torch.device("cuda" if torch.cuda.is_available() else "cpu"),
    )

    def total(self, value: float) -> float:
        """The sum of every process's value; all must ask."""
        if self.size == 1:
            return value
        summed = torch.tensor(value, dtype=torch.float64)  # on the CPU, and so over gloo, whatever the device
        distributed.all_reduce(summed)
        return summed.item()

    def first(self, make: Callable[[], T]) -> T:
        """What `make` returns, or its ValueError, in every process; rank 0 alone calls it, and the others wait."""
        if self.size == 1:
            return make()
        answer: list[T | ValueError | None] = [None]
        if self.rank == 0:
            try:
                answer = [make()]
            except ValueError as error:
                answer = [error]
        distributed.broadcast_object_list(answer, src=0, device=torch.device("cpu"))
        [made] = answer
        if isinstance(made, ValueError):
            raise made
        return made  # type: ignore[return-value]  # rank 0 has put a T there

    def see(self, path: Path) -> bool:
        """Whether a path is there; ValueError where some processes, on other machines, don't see what others do."""
        seen = self.total(path.exists())
        if 0 < seen < self.size:
            raise ValueError(
                f"{path} is there for {seen:.0f} of {self.size} processes; "
                "name folders on a file system that all machines share"
            )
        return seen > 0

    def share(self, rows: int) -> slice:
        """This process's rows of a batch; ValueError where the processes would get unequal shares."""
        if rows % self.size:
            raise ValueError(
                f"a batch of {rows} rows cannot be shared equally by {self.size} processes; "
                f"start a number of them that divides {rows}"
            )
        own = rows // self.size
        return slice(self.rank * own, (self.rank + 1) * own)

    def replicated(self, module: nn.Module) -> nn.Module:
        """The module, with its gradients averaged over the processes; alone, the module itself."""
        if self.size == 1:
            return module
        # Gradients live in the buckets that are sent, without a copy; the only buffers are constants.
        return DistributedDataParallel(module, forward_sync_buffers=False, gradient_as_bucket_view=True)


@contextmanager
def joined() -> Iterator[World]:
    """This process's world: what torchrun started, as a process group for as long as the block lasts, or it alone.

    A ValueError is about arguments and files that all processes share, so that each meets it: rank 0 raises it on,
    the others leave without a word.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield World()
        return
    rank = int(os.environ["RANK"])
    try:
        device = _device()
        # Tensors on a GPU go over nccl, and the small questions over gloo.
        distributed.init_process_group("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo", timeout=LONGEST_WAIT)
        yield World(rank, size, device)
    except ValueError:
        if rank:
            raise SystemExit(0) from None  # the status of rank 0 counts; another one would end it before it has spoken
        raise
    finally:
        if distributed.is_initialized():
            distributed.destroy_process_group()


def _device() -> torch.device:
    """A GPU of its own for each process of this machine, or the CPU for all."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    processes, found = int(os.environ["LOCAL_WORLD_SIZE"]), torch.cuda.device_count()
    if processes > found:
        raise ValueError(
            f"{processes} processes for {found} GPUs of this machine; set --nproc-per-node {found} or less"
        )
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    torch.cuda.set_device(device)
    return device
