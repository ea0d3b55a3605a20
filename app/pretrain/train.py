"""The training loop: packed batches in, a trained network out, interruptible at any step."""

import json
import math
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from app import checkpoint, snapshots
from app.model import GPT, GPTConfig
from app.pretrain.distributed import World
from app.pretrain.evaluate import measured, validation_pieces
from app.pretrain.loss import linear_cross_entropy
from app.pretrain.shards import Batch, Shards
from app.tokenizer import Tokenizer

FIRST_SNAPSHOT = 2**15  # tokens; the next follow at each doubling


@dataclass(frozen=True)
class TrainConfig:
    """What fixes a run, beside the network's shape and the shards."""

    seed: int = 1
    tokens: int = 30_000_000  # the budget: labels learnt from
    minutes: float = math.inf  # a second budget, of training time; the nearer end rules
    rows: int = 64  # of context_length slots each: one step's batch, over all processes
    learning_rate: float = 4e-3  # at its peak
    warmup: int = 50  # steps
    cooldown: float = 0.3  # share of the budget over which the learning rate falls to 0
    weight_decay: float = 0.1
    typed_share: float = 0.3  # of the pieces are lower-cased and without final punctuation
    validate_every: int = 250  # steps
    save_every: float = 300.0  # seconds


@dataclass
class Progress:
    """Where a run stands; saved with the weights."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    block: int = 0
    batch: int = 0
    begun: int = 0  # the step at which this run began, later than 0 where it goes on from a checkpoint
    earlier: list[dict[str, Any]] = field(default_factory=list)  # tokens seen and settings of the runs before it
    curve: list[dict[str, float]] = field(default_factory=list)  # tokens, train and validation loss in nats


class SummedLoss(nn.Module):
    """A network's loss over packed rows, as the one forward pass whose gradients several processes average."""

    def __init__(self, model: GPT, compiled: bool) -> None:
        super().__init__()
        self.model, self.compiled = model, compiled
        self._hidden = torch.compile(model.hidden, dynamic=False) if compiled else model.hidden

    def forward(self, inputs: Tensor, labels: Tensor, pieces: Tensor) -> Tensor:
        """(B, T) each, as in a `Batch` -> the sum over its pairs of −ln p(label), in nats."""
        with torch.autocast(inputs.device.type, torch.bfloat16):
            hidden = self._hidden(inputs, pieces).flatten(0, 1).to(torch.bfloat16)
            embedding = self.model.model.embed_tokens.weight
            return linear_cross_entropy(hidden, embedding, labels.flatten(), self.compiled)


class Run:
    """One training run in a folder: `advance` trains until the budget is spent or the run is interrupted.

    Every process of a `world` has a Run of its own, and they take each step together. Rank 0 alone writes and reports.
    """

    def __init__(
        self,
        folder: Path,
        shards: Path,
        shape: GPTConfig,
        config: TrainConfig,
        tokenizer: Tokenizer,
        world: World | None = None,
    ) -> None:
        torch.manual_seed(config.seed)
        # Numbers too small for the usual format (denormals) slow a CPU's arithmetic down many times over.
        torch.set_flush_denormal(True)
        self.folder, self.config, self.tokenizer = folder, config, tokenizer
        self.world = world or World()
        self.own_rows = self.world.share(config.rows)
        self.validation = validation_pieces(shards, most=2_000)
        self.model = GPT(shape)
        self.progress = Progress()
        self.optimizers = _optimizers(self.model, config)
        self.shards = Shards(shards, config.seed, config.rows, shape.context_length, config.typed_share)
        # Fusing the elementwise work doubles the speed on a CPU, but needs a compiler there.
        compiled = shutil.which("g++") is not None or torch.cuda.is_available()
        self.model.to(self.world.device)
        self._summed_loss = self.world.replicated(SummedLoss(self.model, compiled))

    @property
    def spent(self) -> float:
        """How much of the budget is spent, 0 to 1."""
        return max(self.progress.tokens / self.config.tokens, self.progress.seconds / (60 * self.config.minutes))

    def advance(self, report: Callable[["Run", float], None]) -> bool:
        """Train on; `report(run, loss)` after every step. True when the budget is spent, False when interrupted.

        An interrupt that reaches one process stops all of them at the same step.
        """
        saved = time.monotonic()
        if self.progress.step == self.progress.begun:
            self.snapshot()
        with _interruptible() as interrupted:
            for block, index, batch in self.shards.batches(self.progress.block, self.progress.batch):
                if self.spent >= 1 or self.world.total(interrupted()):
                    break
                started = time.monotonic()
                before = self.progress.tokens
                loss = self._step(batch)
                self.progress.block, self.progress.batch = block, index + 1
                self.progress.step += 1
                self.progress.tokens += batch.n_pairs
                # Clocks differ; the mean is the same everywhere, and so are the learning rate and the end.
                self.progress.seconds += self.world.total(time.monotonic() - started) / self.world.size
                if self.progress.step % self.config.validate_every == 0 or self.spent >= 1:
                    self._validate(loss)
                if doublings(self.progress.tokens) > doublings(before):
                    self.snapshot()
                report(self, loss)
                if time.monotonic() - saved > self.config.save_every:
                    self.save()
                    saved = time.monotonic()
        self.save()
        return self.spent >= 1

    def _step(self, batch: Batch) -> float:
        """One step of gradient descent; returns the batch's mean loss in nats."""
        warm = (self.progress.step - self.progress.begun + 1) / self.config.warmup
        scale = min(warm, cooled(self.spent, self.config.cooldown))
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = scale * self.config.learning_rate
        own = (
            torch.from_numpy(array[self.own_rows]).to(self.world.device)
            for array in (batch.inputs, batch.labels, batch.pieces)
        )
        # Shares hold different numbers of pairs, so that each is taken of all the batch's; and since gradients are
        # averaged over the processes, the mean over the batch is `size` times that.
        loss = self._summed_loss(*own) / batch.n_pairs
        (loss * self.world.size).backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            # Kept and zeroed, not freed: fresh pages from the system cost more than writing zeros.
            optimizer.zero_grad(set_to_none=False)
        return self.world.total(loss.item())

    def _validate(self, training_loss: float) -> None:
        if self.world.rank:
            return
        found = asdict(measured(self.model, self.tokenizer, self.validation))
        self.progress.curve.append({"tokens": self.progress.tokens, "train_loss": training_loss, **found})

    def save(self) -> None:
        """Write everything needed to go on, so that a crash at any moment leaves the last state whole."""
        if self.world.rank:
            return
        tensors = {f"model.{name}": tensor for name, tensor in self.model.state_dict().items()}
        for i, optimizer in enumerate(self.optimizers):
            for index, state in optimizer.state_dict()["state"].items():
                tensors |= {f"optimizer.{i}.{index}.{name}": torch.as_tensor(value) for name, value in state.items()}
        fresh = self.folder / "state.safetensors.new"
        meta = {"progress": json.dumps(asdict(self.progress)), "config": json.dumps(asdict(self.config))}
        try:
            save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, fresh, metadata=meta)
        except (OSError, SafetensorError) as error:
            fresh.unlink(missing_ok=True)
            raise OSError(
                f"{fresh} cannot be written ({error}): make room on the disk, and give the same command again; it goes "
                "on from the state saved last"
            ) from error
        fresh.replace(self.folder / "state.safetensors")

    def snapshot(self) -> None:
        """Keep the weights of this moment, in 16 bits: what a model knows is best seen beside what it knew."""
        if self.world.rank:
            return
        self._keep(self.progress.tokens, self.model.state_dict())

    def _keep(self, tokens: int, state: dict[str, Tensor]) -> None:
        folder = self.folder / "snapshots"
        folder.mkdir(exist_ok=True)
        weights = {name: tensor.half().contiguous() for name, tensor in state.items()}
        save_file(weights, folder / f"{tokens:012d}.safetensors")

    def begin_at(self, folder: Path) -> None:
        """Begin with a finished checkpoint instead of random weights, under settings of this run's own.

        Its curve, snapshots, tokens and minutes go on being counted, so that budgets are of all training.
        ValueError where it has no card to tell them, or is of another vocabulary or shape.
        """
        start = checkpoint.load(folder)
        try:
            card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ValueError(f"{folder / 'card.json'} can't be read ({error}): name a checkpoint in --start") from error
        if (
            start.model.config != self.model.config
            or start.tokenizer.backend.to_str() != self.tokenizer.backend.to_str()
        ):
            raise ValueError(
                f"the shards were made for another vocabulary or shape than {folder} has: name an empty folder in "
                "--shards, or begin without --start"
            )
        if card["training"]["seed"] != self.config.seed:
            raise ValueError(f"{folder} was begun with seed {card['training']['seed']}: give --seed that number")
        self.model.load_state_dict(start.model.state_dict())
        ran = {"tokens_seen": card["tokens_seen"], "training": card["training"]}
        self.progress = Progress(
            step=card["steps"],
            begun=card["steps"],
            tokens=card["tokens_seen"],
            seconds=60 * card["training_minutes"],
            block=card["steps"],  # further than the runs before can have read: each block lasts many steps
            earlier=[*card.get("earlier", []), ran],
            curve=card["curve"],
        )
        if self.world.rank == 0:
            shapes = {name: tensor.shape for name, tensor in self.model.state_dict().items()}
            for tokens, path in snapshots.moments(folder / "snapshots").items():
                self._keep(tokens, snapshots.load(path, shapes))

    def resume(self) -> bool:
        """Go back to the last saved state, if there is one."""
        path = self.folder / "state.safetensors"
        if not self.world.see(path):
            return False
        tensors = load_file(path, device=str(self.world.device))
        stored = _metadata(path)
        self._check_same_run(json.loads(stored["config"]))
        self.progress = Progress(**json.loads(stored["progress"]))
        self.model.load_state_dict(
            {name.removeprefix("model."): tensor for name, tensor in tensors.items() if name.startswith("model.")}
        )
        for i, optimizer in enumerate(self.optimizers):
            state: dict[int, dict[str, Tensor]] = {}
            for key, tensor in tensors.items():
                if key.startswith(f"optimizer.{i}."):
                    _, _, index, name = key.split(".", 3)
                    state.setdefault(int(index), {})[name] = tensor
            optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
        return True

    def _check_same_run(self, stored: dict[str, Any]) -> None:
        """Refuse to go on under other settings, which would make the model card untrue; a budget may change."""
        now = asdict(self.config)
        for name in sorted(now.keys() - {"tokens", "minutes", "validate_every", "save_every"}):
            if stored.get(name) != now[name]:
                raise ValueError(
                    f"the run in {self.folder} was begun with {name} = {stored.get(name)}, not {now[name]}; "
                    f"go on with {stored.get(name)}, or begin another run in another folder"
                )


def _metadata(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header: dict[str, Any] = json.loads(file.read(size))
    metadata: dict[str, str] = header["__metadata__"]
    return metadata


def doublings(tokens: int) -> int:
    """How often the tokens seen have doubled since `FIRST_SNAPSHOT`, counted from 1; 0 before it."""
    return (tokens // FIRST_SNAPSHOT).bit_length()


def cooled(spent: float, cooldown: float) -> float:
    """The learning rate's share of its peak, by the share of the budget that is spent.

    Level, then 1 − √x over the cooldown (Hägele et al. 2024, section 3): until the cooldown begins, nothing depends
    on the budget, so that a run can be given a larger one and go on.
    """
    x = (spent - (1 - cooldown)) / cooldown
    return 1.0 if x <= 0 else 1 - min(x, 1.0) ** 0.5


def _optimizers(model: GPT, config: TrainConfig) -> list[torch.optim.Optimizer]:
    """Muon for the layers' matrices (Jordan et al. 2024), AdamW for the embedding and the norms."""
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if p.ndim != 2 or "embed" in name]
    lr, decay = config.learning_rate, config.weight_decay
    return [
        # match_rms_adamw scales Muon's steps to the size of AdamW's, so that one learning rate serves both.
        torch.optim.Muon(matrices, lr=lr, weight_decay=decay, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=lr, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
    ]


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C and SIGTERM into a question that the loop asks between two steps."""
    asked: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    previous = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
