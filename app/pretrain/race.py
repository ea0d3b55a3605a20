"""How much our training loop gains: a race against a plain one, on the same network, data and batch.

The plain loop is what tutorials teach (and nanoGPT popularised): windows cut anywhere from one long row of tokens, the
whole batch's logits and their cross-entropy at once, AdamW with a cosine schedule, 32 bits, nothing compiled.
The two take turns step by step, each until it has used as much time as the other, so that a machine that slows down
or is busy otherwise slows both.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.table import Table
from torch import nn
from torch.nn import functional

from app.model import GPT, GPTConfig
from app.pretrain.evaluate import measured
from app.pretrain.mixture import described
from app.pretrain.shards import Pieces, source_names
from app.pretrain.train import Run, TrainConfig
from app.tokenizer import Tokenizer

PEAK, FLOOR, WARMUP = 1e-3, 1e-4, 0.05  # the plain loop's learning rate, and the share of its time that it rises


@dataclass(frozen=True)
class Finish:
    """Where a loop stood when its time was up."""

    loop: str
    tokens: int
    seconds: float
    loss: float  # validation, nats per token
    bits_per_byte: float

    @property
    def speed(self) -> float:
        """Tokens learnt from per second."""
        return self.tokens / self.seconds


class PlainLoop:
    """The baseline: random windows, AdamW, a cosine schedule."""

    def __init__(self, shards: Path, shape: GPTConfig, rows: int, seed: int, minutes: float) -> None:
        torch.manual_seed(seed)
        self.random = np.random.default_rng(seed)
        self.model, self.shape, self.rows, self.minutes = GPT(shape), shape, rows, minutes
        names = source_names(shards)
        self.sources = [Pieces.open(shards / f"{name}.train.written").tokens for name in names]
        weights = np.array([described(name).weight for name in names]) * [len(tokens) for tokens in self.sources]
        self.weights = weights / weights.sum()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=PEAK, betas=(0.9, 0.95), weight_decay=0.1)
        self.tokens, self.seconds = 0, 0.0

    def step(self) -> None:
        """One step of gradient descent."""
        started = time.monotonic()
        spent = min(self.seconds / (60 * self.minutes), 1.0)
        cosine = FLOOR + (PEAK - FLOOR) * (1 + math.cos(math.pi * spent)) / 2
        for group in self.optimizer.param_groups:
            group["lr"] = min(cosine, PEAK * (spent / WARMUP + 0.01))
        windows = torch.from_numpy(np.stack([self._window() for _ in range(self.rows)]))
        logits = self.model(windows[:, :-1])  # (B, T, V)
        loss = functional.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten())
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.tokens += self.rows * self.shape.context_length
        self.seconds += time.monotonic() - started

    def _window(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        tokens = self.sources[self.random.choice(len(self.sources), p=self.weights)]
        start = self.random.integers(max(len(tokens) - self.shape.context_length, 1))
        window = tokens[start : start + self.shape.context_length + 1].astype(np.int64)
        return np.pad(window, (0, self.shape.context_length + 1 - len(window)))


def race(
    shards: Path, folder: Path, shape: GPTConfig, config: TrainConfig, report: Callable[[float], None]
) -> tuple[Finish, Finish]:
    """Train both loops for config.minutes each, in turns; `report(share of the time spent)` after every turn."""
    tokenizer = Tokenizer.load(shards / "tokenizer.json")
    ours = Run(folder, shards, shape, config, tokenizer)
    plain = PlainLoop(shards, shape, config.rows, config.seed, config.minutes)

    def take_turns(run: Run, loss: float) -> None:
        while plain.seconds < run.progress.seconds:
            plain.step()
        report(run.spent)

    ours.advance(take_turns)
    found = [measured(model, tokenizer, ours.validation) for model in (ours.model, plain.model)]
    return (
        Finish("ours", ours.progress.tokens, ours.progress.seconds, found[0].loss, found[0].bits_per_byte),
        Finish("plain", plain.tokens, plain.seconds, found[1].loss, found[1].bits_per_byte),
    )


def table(ours: Finish, plain: Finish) -> Table:
    """The race's end, for a terminal."""
    shown = Table("", "tokens", "seconds", "tokens/s", "validation loss", "bits per byte")
    for column in shown.columns[1:]:
        column.justify = "right"
    for end in (ours, plain):
        shown.add_row(
            end.loop,
            f"{end.tokens:,}",
            f"{end.seconds:.0f}",
            f"{end.speed:,.0f}",
            f"{end.loss:.3f}",
            f"{end.bits_per_byte:.3f}",
        )
    shown.add_row(
        "ours / plain", "", "", f"{ours.speed / plain.speed:.2f}", "", f"{ours.bits_per_byte / plain.bits_per_byte:.3f}"
    )
    return shown
