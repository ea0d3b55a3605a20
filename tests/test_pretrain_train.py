import itertools
import math
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from app.model import GPTConfig
from app.pretrain import train
from app.pretrain.shards import write_shards
from app.pretrain.sources import sources
from app.pretrain.train import Run, TrainConfig
from app.tokenizer import Tokenizer

SMALL = {"context_length": 32, "n_layer": 1, "n_head": 2, "n_embd": 32, "n_hidden": 48}
pytestmark = pytest.mark.usefixtures("plain_cpu")
CONFIG = TrainConfig(rows=8, tokens=5_000, learning_rate=1e-2, warmup=3, cooldown=0.5, validate_every=10)
MakeRun = Callable[..., Run]


@pytest.fixture
def make_run(corpus: Path, tmp_path: Path, tokenizer: Tokenizer) -> MakeRun:
    """A run in a folder of its own, on shards that all runs of a test share."""
    write_shards(sources(corpus), tmp_path / "shards", tokenizer, 32, lambda source, n: None)

    def make(name: str = "run", **changes: Any) -> Run:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        shape = GPTConfig(vocab_size=tokenizer.vocab_size, **SMALL)
        return Run(folder, tmp_path / "shards", shape, replace(CONFIG, **changes), tokenizer)

    return make


class Report:
    """Keeps every step's loss, and does something at one of them."""

    def __init__(self, at: int = 0, action: Callable[[], object] = lambda: None) -> None:
        self.losses: list[float] = []
        self.at, self.action = at, action

    def __call__(self, run: Run, loss: float) -> None:
        self.losses.append(loss)
        if run.progress.step == self.at:
            self.action()


def interrupt(number: signal.Signals = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)


class CrashError(Exception):
    """Something ends the process."""


def crash() -> None:
    raise CrashError


# --- The loop -------------------------------------------------------------------------------------------------------


def test_the_loss_falls_from_that_of_chance_to_far_below(make_run: MakeRun, tokenizer: Tokenizer) -> None:
    run, report = make_run(tokens=10_000), Report()
    assert run.advance(report)
    assert report.losses[0] == pytest.approx(math.log(tokenizer.vocab_size), rel=0.05)
    assert report.losses[-1] < report.losses[0] / 2
    validated = [point["loss"] for point in run.progress.curve]
    assert validated[-1] < validated[0]


def test_the_first_loss_is_that_of_separate_passes_over_the_first_batch(make_run: MakeRun) -> None:
    """In 32 bits and without packing; training itself computes in 16."""
    run, report = make_run(), Report(at=1, action=interrupt)
    for parameter in run.model.parameters():
        if parameter.ndim == 2:
            torch.nn.init.normal_(parameter, std=0.3)  # so that what a position sees matters from the start
    _, _, batch = next(run.shards.batches())
    with torch.inference_mode():
        losses = []
        for inputs, labels, pieces in zip(batch.inputs, batch.labels, batch.pieces, strict=True):
            for number in range(pieces.max() + 1):
                own = pieces == number
                logits = run.model(torch.from_numpy(inputs[own])[None])[0]
                losses.append(functional.cross_entropy(logits, torch.from_numpy(labels[own]), reduction="none"))
    run.advance(report)
    assert report.losses[0] == pytest.approx(torch.cat(losses).mean().item(), rel=1e-2)


def test_stopped_and_resumed_a_run_has_exactly_the_losses_of_an_uninterrupted_one(make_run: MakeRun) -> None:
    whole = Report()
    make_run("whole").advance(whole)
    parts: list[float] = []
    for stop in (3, 11, 0):
        run, report = make_run("parts"), Report(at=stop, action=interrupt)
        assert run.resume() == bool(parts)
        assert run.advance(report) == (stop == 0)
        parts += report.losses
    assert len(whole.losses) > 15
    assert parts == whole.losses


def test_another_seed_gives_another_run(make_run: MakeRun) -> None:
    losses = []
    for seed in (1, 2):
        report = Report(at=2, action=interrupt)
        make_run(f"seed-{seed}", seed=seed).advance(report)
        losses.append(report.losses)
    assert losses[0] != losses[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_run_after_its_step_with_the_state_saved(
    number: signal.Signals, make_run: MakeRun
) -> None:
    before = signal.getsignal(number)
    run = make_run()
    assert not run.advance(Report(at=3, action=lambda: interrupt(number)))
    assert run.progress.step == 3
    again = make_run()
    assert again.resume()
    assert again.progress == run.progress
    for name, tensor in again.model.state_dict().items():
        assert torch.equal(tensor, run.model.state_dict()[name]), name
    assert signal.getsignal(number) == before


def test_a_crash_while_saving_leaves_the_state_before_it(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run()
    run.advance(Report(at=3, action=interrupt))

    def save_half(tensors: object, path: Path, metadata: object) -> None:
        path.write_bytes(b"half")
        crash()

    monkeypatch.setattr(train, "save_file", save_half)
    with pytest.raises(CrashError):
        run.advance(Report(at=5, action=interrupt))
    monkeypatch.setattr(train, "save_file", save_file)
    again = make_run()
    assert again.resume()
    assert again.progress.step == 3
    assert again.advance(Report())


def test_a_crash_costs_no_more_than_the_steps_since_the_last_saving(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step takes three looks at a clock that goes on by a second a look: the state is saved at steps 4, 8, …"""
    clock = itertools.count()
    monkeypatch.setattr(train, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    with pytest.raises(CrashError):
        make_run(save_every=10.0).advance(Report(at=8, action=crash))
    again = make_run()
    assert again.resume()
    assert again.progress.step == 4


def test_a_run_does_not_go_on_under_another_learning_rate_but_may_get_a_larger_budget(make_run: MakeRun) -> None:
    make_run(tokens=500).advance(Report())
    assert make_run(tokens=1_000).resume()
    with pytest.raises(ValueError, match=r"begun with learning_rate = 0\.01, not 0\.5; .*another folder"):
        make_run(tokens=500, learning_rate=0.5).resume()


def test_without_a_saved_state_there_is_nothing_to_resume(make_run: MakeRun) -> None:
    run = make_run()
    assert not run.resume()
    assert run.progress.step == 0


# --- Budgets --------------------------------------------------------------------------------------------------------


def test_a_budget_of_tokens_counts_labels_and_ends_with_the_batch_that_reaches_it(make_run: MakeRun) -> None:
    run, seen = make_run(tokens=1_000), []
    assert run.advance(lambda run, loss: seen.append(run.progress.tokens))
    assert seen[-2] < 1_000 <= seen[-1]
    assert np.diff(seen).max() <= 8 * 32
    assert run.spent >= 1


def test_a_budget_of_minutes_ends_with_the_step_that_reaches_it(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = itertools.count()  # one second passes within a step
    monkeypatch.setattr(train, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    run = make_run(tokens=10**9, minutes=7 / 60)
    assert run.advance(Report())
    assert (run.progress.step, run.progress.seconds) == (7, 7.0)


def test_a_run_that_is_finished_takes_no_further_step(make_run: MakeRun) -> None:
    make_run().advance(Report())
    run, report = make_run(), Report()
    assert run.resume()
    assert run.advance(report)
    assert report.losses == []


def rates_of(run: Run) -> list[float]:
    """The learning rate of every step until the budget is spent."""
    rates: list[float] = []
    run.advance(lambda run, loss: rates.append({g["lr"] for o in run.optimizers for g in o.param_groups}.pop()))
    return rates


def test_the_learning_rate_rises_stays_and_falls_to_nothing_by_the_end_of_the_budget(make_run: MakeRun) -> None:
    rates = rates_of(make_run())
    level = [i for i, rate in enumerate(rates) if rate == CONFIG.learning_rate]
    assert level[0] == CONFIG.warmup - 1
    assert level == list(range(level[0], level[-1] + 1))
    assert rates[: level[0]] == sorted(rates[: level[0]])
    assert 0.4 < level[-1] / len(rates) < 0.6
    assert rates[level[-1] :] == sorted(rates[level[-1] :], reverse=True)
    assert rates[-1] < 0.1 * CONFIG.learning_rate


def test_before_the_cooldown_a_run_with_a_larger_budget_is_the_same_run(make_run: MakeRun) -> None:
    one, other = Report(), Report()
    make_run("one", tokens=5_000).advance(one)
    make_run("other", tokens=10_000).advance(other)
    until = len(one.losses) // 2
    assert one.losses[:until] == other.losses[:until]
    assert one.losses != other.losses[: len(one.losses)]


def test_snapshots_are_kept_at_the_start_and_at_every_doubling_of_the_tokens(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "FIRST_SNAPSHOT", 512)
    run = make_run(tokens=5_000)
    run.advance(Report())
    kept = sorted((run.folder / "snapshots").iterdir())
    seen = [int(path.stem) for path in kept]
    assert seen[0] == 0
    assert [tokens // 512 for tokens in seen[1:]] == [1, 2, 4, 8]
    weights = load_file(kept[-1])
    assert weights.keys() == run.model.state_dict().keys()
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}


def test_on_a_full_disk_a_run_ends_with_its_last_state_whole_and_the_remedy(make_run: MakeRun) -> None:
    run = make_run()
    run.advance(Report(at=3, action=interrupt))
    kept = (run.folder / "state.safetensors").read_bytes()
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (len(kept) // 2, most)
    )  # of a file, which fails in writing as on a full disk
    try:
        with pytest.raises(OSError, match=r"state\.safetensors\.new cannot be written .* make room on the disk"):
            run.save()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert [path.name for path in run.folder.glob("state*")] == ["state.safetensors"]
    assert (run.folder / "state.safetensors").read_bytes() == kept
    assert make_run().resume()
