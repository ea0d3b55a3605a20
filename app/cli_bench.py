"""The command line's benchmarks: `python -m app bench…`."""

import json
import sys
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from app.console import SHARDS, console, fail

app = typer.Typer()


def need(package: str, extra: str) -> None:
    """End with the remedy where a package that only a benchmark takes is not installed."""
    if not find_spec(package):
        fail(f"{package}, which this measures with, is not installed: pip install -e '.[{extra}]'")


@app.command()
def bench(as_json: Annotated[bool, typer.Option("--json", help="Print numbers alone.")] = False) -> None:
    """Measure speed and memory, side by side in one run."""
    need("onnxruntime", "bench")
    need("transformers", "hub")
    from app.bench import measure, table

    rows = list(measure())
    if as_json:
        sys.stdout.write(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    else:
        console.print(table(rows))


@app.command()
def bench_browser() -> None:
    """Measure in a real Chromium how long a step takes from key to screen, and what a first view weighs."""
    need("playwright", "dev")
    from app.bench_browser import measure, table

    view, steps = measure()
    console.print(table(steps))
    console.print(f"first view: {len(view.requests)} requests, {view.size / 1000:.1f} kB over the wire")
    for path, size in view.requests:
        console.print(f"  {size / 1000:5.1f} kB  {path}", soft_wrap=True)


@app.command()
def bench_load(
    fill: Annotated[
        bool, typer.Option("--knee", help="Fill larger and larger halls, until the server is full.")
    ] = False,
) -> None:
    """Play a lecture of 300 students before a server of this machine; takes two minutes."""
    need("locust", "bench")
    from app.bench_load import KNEE, knee, lecture, sweep, table

    if not fill:
        return console.print(table([lecture()]))
    for workers in (1, 2):
        halls = list(sweep(workers))
        console.print(table(halls))
        console.print(f"{knee(halls):,.0f} requests a second at a 95th percentile of {KNEE} ms, workers: {workers}")


@app.command()
def bench_training(
    shards: Annotated[Path, typer.Option(help="The corpus as tokens, as pretrain left it.")] = SHARDS,
    minutes: Annotated[float, typer.Option(min=0.01, help="Training time of each loop.")] = 10,
    learning_rate: Annotated[float, typer.Option(help="Ours, at its peak.")] = 8e-3,
    threads: Annotated[int, typer.Option(min=0, help="CPU threads; 0: as many as torch likes.")] = 0,
) -> None:
    """Race our training loop against a plain one on the same network, data and batch, side by side."""
    from tempfile import TemporaryDirectory

    import torch
    from rich.progress import Progress

    from app.model import GPTConfig
    from app.pretrain.race import race, table
    from app.pretrain.train import TrainConfig

    if not (shards / "manifest.json").is_file():
        fail(f"{shards} holds no shards to learn from: run pretrain first, or name its --shards")
    if threads:
        torch.set_num_threads(threads)
    config = TrainConfig(tokens=10**12, minutes=minutes, learning_rate=learning_rate)
    with TemporaryDirectory() as folder, Progress(console=console) as bar:
        task = bar.add_task("racing", total=1.0)
        ends = race(shards, Path(folder), GPTConfig(), config, lambda spent: bar.update(task, completed=spent))
    console.print(table(*ends))
