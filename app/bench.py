"""`python -m app bench`: speed and memory, each figure beside one measured in the same run.

Machines are noisy and differ, so the ratio is what to look at: both sides of a row are measured in turns.
"""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import torch
from rich.table import Table
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import language_model
from app.checkpoint import Checkpoint
from app.language_model import LanguageModel
from app.pairs import TrainingPair, training_pairs
from app.predict import Predictor, log_probs
from app.settings import Settings

WORDS = "the little boat drifted across the quiet lake and the old man in it was fast asleep under the sun"
LENGTHS = (8, 32, 128)  # tokens
ROUNDS = 20  # at most; fewer where they would take longer than
PATIENCE = 4.0  # seconds a row
REQUESTS = 50  # a round, over one kept-alive connection
TURNS, STEPS = 5, 20  # with and without finetuning, and the steps in each
BODY = "FREELABELS_BENCH_BODY"  # the environment variable that names what the bare endpoint sends
BARE = ("-m", "uvicorn", "--factory", "app.bench:bare", "--no-access-log", "--log-level", "error")
OURS = ("-m", "app", "serve")


@dataclass(frozen=True)
class Row:
    """One line of the table: two lists of measurements in the same unit, and what the ratio or ours should reach."""

    what: str
    unit: str
    ours: list[float]
    beside: str
    other: list[float]
    aim: str

    @property
    def ratio(self) -> float:
        """Median over median."""
        return statistics.median(self.ours) / statistics.median(self.other)


def measure() -> Iterator[Row]:
    """Measure everything, a row at a time; takes a minute or two."""
    from app.bench_passes import rows

    settings = Settings()
    loaded = language_model.load(settings)
    if settings.threads:
        torch.set_num_threads(settings.threads)  # as the app serves it
    yield from _passes(loaded)
    if isinstance(loaded, Checkpoint):
        yield from rows(loaded, settings.checkpoint)
    yield from _served()


def table(rows: list[Row]) -> Table:
    """The rows as a table for a terminal: medians, and from the lowest to the highest quartile."""
    shown = Table("measure", "ours", "beside it", "other", "ours / other", "aim")
    for row in rows:
        ours, other = (f"{_spread(side)} {row.unit}" for side in (row.ours, row.other))
        shown.add_row(row.what, ours, row.beside, other, f"{row.ratio:.2f}", row.aim)
    return shown


def _spread(values: list[float]) -> str:
    low, middle, high = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
    return f"{middle:.2f} ({low:.2f}-{high:.2f})"


def _passes(loaded: LanguageModel) -> Iterator[Row]:
    """The whole analysis of a text, in one pass, beside the T − 1 passes over its prefixes alone."""
    for length in LENGTHS:
        tokens = loaded.tokens(f"{WORDS} " * 10)[: min(length, loaded.context_length)]
        text = loaded.decode(token.id for token in tokens)
        pairs = training_pairs([token.id for token in loaded.tokens(text)])
        ours, other = in_turns(partial(_one_pass, loaded, text), partial(_prefix_passes, loaded, pairs))
        aim = "ours < 10 ms" if length == 32 else ""
        beside = f"{len(pairs)} prefix passes"
        yield Row(f"analysis, {length} tokens", "ms", scaled(ours, 1e3), beside, scaled(other, 1e3), aim)


def _served() -> Iterator[Row]:
    """Kept pages beside a bare endpoint that sends the same bytes; start-up and memory beside torch alone."""
    state = urlencode({"sentence": WORDS, "step": 5})
    with serving(OURS) as (port, pid), tempfile.TemporaryDirectory() as folder:
        for name, path in (("page", f"/?{state}"), ("fragment", f"/stage?{state}")):
            body = Path(folder, name)
            body.write_bytes(_get(http.client.HTTPConnection("127.0.0.1", port), path))
            with serving(BARE, {BODY: str(body)}) as (bare_port, _):
                ours, other = in_turns(_asking(port, path), _asking(bare_port, "/"))
            sides = (scaled(side, 1e3 / REQUESTS) for side in (ours, other))
            size = f"{body.stat().st_size:,} bytes"
            yield Row(
                f"kept {name}, {size}", "ms", next(sides), "bare endpoint, same bytes", next(sides), "ratio ≤ 1.5"
            )
        memory = resident_megabytes(pid)
        yield _stepped_during_finetuning(port)
    with _python("-c", "import torch, time; print(flush=True); time.sleep(60)", stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield Row("resident memory", "MB", [memory], "import torch", [resident_megabytes(process.pid)], "ratio ≤ 1.5")
    starts, imports = in_turns(_start, _import_torch)
    yield Row("cold start to first answer", "s", starts, "import torch", imports, "ratio ≤ 1.5")


def _stepped_during_finetuning(port: int) -> Row:
    """Stages of sentences that were never asked for, while networks are finetuned for another visitor and while not."""
    queries = (urlencode({"sentence": f"{WORDS} number {number}"}) for number in count())
    during, without = [], []
    for turn in range(TURNS):
        without += _timed(port, islice(queries, STEPS))
        with _finetuning(port, seed=turn + 1):
            during += _timed(port, islice(queries, STEPS))
    return Row("step on a new sentence, finetuning", "ms", during, "no finetuning", without, "ratio ≤ 2")


def _timed(port: int, queries: Iterator[str]) -> list[float]:
    """The milliseconds of each stage's answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    taken = []
    for query in queries:
        started = time.perf_counter()
        _get(connection, f"/stage?{query}")
        taken.append(1e3 * (time.perf_counter() - started))
    return taken


@contextmanager
def _finetuning(port: int, seed: int) -> Iterator[None]:
    """A run that is under way, and given up after."""
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        connection.request("GET", f"/api/finetune?task=place&labels=200&seed={seed}")
        with connection.getresponse() as events:
            while not events.readline().startswith(b"event: progress"):
                pass
            yield


def _one_pass(loaded: LanguageModel, text: str) -> None:
    Predictor(loaded).analyze(text)  # a new predictor, which has kept nothing


def _prefix_passes(loaded: LanguageModel, pairs: list[TrainingPair]) -> None:
    for pair in pairs:
        log_probs(loaded, pair.context)


def _start() -> None:
    with serving(OURS):
        pass


def _import_torch() -> None:
    with _python("-c", "import torch") as process:
        process.wait()


def in_turns(
    ours: Callable[[], object], other: Callable[[], object], patience: float = PATIENCE
) -> tuple[list[float], list[float]]:
    """Seconds of each call, by turns, after one of each that is not counted: three rounds at least."""
    taken: tuple[list[float], list[float]] = ([], [])
    end = time.perf_counter() + patience
    for turn in range(ROUNDS + 1):
        if turn > 3 and time.perf_counter() > end:
            break
        for call, seconds in zip((ours, other), taken, strict=True):
            started = time.perf_counter()
            call()
            if turn:
                seconds.append(time.perf_counter() - started)
    return taken


def scaled(seconds: list[float], factor: float) -> list[float]:
    """Seconds in another unit."""
    return [factor * value for value in seconds]


def bare() -> Starlette:
    """The least that can send a page's bytes: one route, one response."""
    body = Path(os.environ[BODY]).read_bytes()

    async def answer(request: Request) -> Response:
        return Response(body, headers={"Content-Encoding": "gzip"}, media_type="text/html")

    return Starlette(routes=[Route("/", answer)])


@contextmanager
def _python(*arguments: str, **options: Any) -> Iterator[Any]:
    process = subprocess.Popen([sys.executable, *arguments], **options)  # noqa: S603  # our own arguments
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextmanager
def serving(command: tuple[str, ...], environment: dict[str, str] | None = None) -> Iterator[tuple[int, int]]:
    """Run a server until it answers; yields its port and process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": {**os.environ, **(environment or {})}}
    with _python(*command, "--port", str(port), **quiet) as process:
        while True:
            try:
                _get(http.client.HTTPConnection("127.0.0.1", port), "/")
                break
            except ConnectionRefusedError:
                if process.poll() is not None:
                    raise RuntimeError(f"the server ended at once: {' '.join(command)}") from None
                time.sleep(0.01)
        yield port, process.pid


def _asking(port: int, path: str) -> Callable[[], None]:
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask() -> None:
        for _ in range(REQUESTS):
            _get(connection, path)

    return ask


def _get(connection: http.client.HTTPConnection, path: str) -> bytes:
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    return connection.getresponse().read()


def resident_megabytes(pid: int) -> float:
    """Memory that a process and its workers hold, each counted whole."""
    import psutil

    first = psutil.Process(pid)
    resident: int = sum(process.memory_info().rss for process in (first, *first.children(recursive=True)))
    return resident / 2**20
