"""`python -m app bench-load`: a lecture hall before a server of this machine, which the load generator shares.

Locust plays the students, in a process of its own that opens this file. Everything stays on the loopback address.
"""

import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from app.bench import OURS, resident_megabytes, serving

STUDENTS = 300
ARRIVAL = 10  # seconds in which all arrive
SECONDS = 60  # of a lecture, after which the figures are taken
THINKING = (1.0, 3.0)  # seconds between two steps, evenly spread
OWN = 0.2  # of the students type a sentence of their own
KNEE = 200  # milliseconds: the 95th percentile at which a server is said to be full
HALLS = range(100, 3000, 100)  # students of the sweep, while the server holds


@dataclass(frozen=True)
class Hall:
    """What came of one lecture: milliseconds at percentiles, and the server's memory along the way, in MB."""

    students: int
    workers: int
    requests: int
    per_second: float
    failures: int
    median: float
    p95: float
    p99: float
    memory: list[float]


EMPTY = Hall(students=0, workers=1, requests=0, per_second=0, failures=0, median=0, p95=0, p99=0, memory=[])


def lecture(students: int = STUDENTS, workers: int = 1, seconds: int = SECONDS) -> Hall:
    """Play one lecture; RuntimeError where the load generator did not run."""
    with serving((*OURS, "--workers", f"{workers}")) as (port, pid), tempfile.TemporaryDirectory() as folder:
        locust = [
            *(sys.executable, "-m", "locust", "--headless", "--locustfile", __file__, "--only-summary"),
            *("--users", f"{students}", "--spawn-rate", f"{students / ARRIVAL}", "--run-time", f"{seconds}s"),
            *("--host", f"http://127.0.0.1:{port}", "--csv", f"{folder}/hall", "--loglevel", "ERROR"),
        ]
        memory = []
        with subprocess.Popen(  # noqa: S603  # our own arguments
            locust, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            while process.poll() is None:
                memory.append(resident_megabytes(pid))
                time.sleep(seconds / 6)
            _, errors = process.communicate()
        results = Path(folder, "hall_stats.csv")
        if not results.exists():
            raise RuntimeError(f"locust did not run: {errors.decode().strip()[-300:]}")
        with results.open(encoding="utf-8") as file:
            (total,) = [row for row in csv.DictReader(file) if row["Name"] == "Aggregated"]
    return Hall(
        students,
        workers,
        requests=int(total["Request Count"]),
        per_second=float(total["Requests/s"]),
        failures=int(total["Failure Count"]),
        median=float(total["50%"]),
        p95=float(total["95%"]),
        p99=float(total["99%"]),
        memory=memory,
    )


def sweep(workers: int) -> Iterator[Hall]:
    """Larger and larger halls, until the 95th percentile is beyond the knee."""
    for students in HALLS:
        hall = lecture(students, workers, seconds=30)
        yield hall
        if hall.p95 > KNEE:
            break


def knee(halls: list[Hall]) -> float:
    """Requests a second at which the 95th percentile meets KNEE, on the line between the halls before and beyond it.

    The last hall is the one beyond it, as `sweep` leaves them; before the first is an empty one.
    """
    *_, below, beyond = [EMPTY, *halls]
    return below.per_second + (KNEE - below.p95) / (beyond.p95 - below.p95) * (beyond.per_second - below.per_second)


def table(halls: list[Hall]) -> Table:
    """The lectures as a table for a terminal."""
    shown = Table("students", "workers", "a second", "errors", "median", "p95", "p99, ms", "memory, MB")
    for hall in halls:
        counts = (hall.students, hall.workers, hall.per_second, hall.failures, hall.median, hall.p95, hall.p99)
        shown.add_row(*(f"{value:,.0f}" for value in counts), f"{hall.memory[0]:.0f} to {hall.memory[-1]:.0f}")
    return shown


if "locust" in sys.modules:  # this file, opened by it
    import random

    from locust import FastHttpUser, between, task

    from app.sentences import Bank
    from app.settings import Settings

    SENTENCES = Bank.load(Settings().sentences).sentences
    ASSETS = ("/static/app.css", "/static/stage.js", "/static/icon.svg")

    class Student(FastHttpUser):
        """Opens the lecturer's link, perhaps types a sentence, and steps."""

        wait_time = between(*THINKING)
        step, n_steps = 1, 10

        def on_start(self) -> None:
            """Open the link, and what belongs to the page."""
            self.sentence = SENTENCES[0]
            self._get("/", "page")
            for asset in ASSETS:
                self.client.get(asset, name="asset")
            if random.random() < OWN:
                self.sentence = " ".join(random.choice(random.choice(SENTENCES).split()) for _ in range(12))
                self._get("/stage", "own sentence")

        @task
        def next(self) -> None:
            """One step on, from the last to the first."""
            self.step = self.step % self.n_steps + 1
            self._get("/stage/step", "step")

        def _get(self, path: str, name: str) -> None:
            query = {"sentence": self.sentence, "step": self.step}
            self.client.get(path, params=query, name=name, headers={"Accept-Encoding": "gzip", "HX-Request": "true"})
