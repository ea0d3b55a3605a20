"""A real server in a process of its own, as an operator starts it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(**settings: str) -> dict[str, str]:
    """This process's environment, with the app importable from anywhere and no settings but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FREELABELS_")}
    return {**kept, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **settings}


@dataclass(frozen=True)
class Server:
    """A server under way: its address, its process and the file of its log."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Status and body of an answer."""
        try:
            with urlopen(Request(f"{self.address}{path}", headers=headers), timeout=60) as answer:  # noqa: S310 - ours
                return answer.status, answer.read()
        except HTTPError as error:
            return error.code, error.read()

    def become_ready(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            assert self.process.poll() is None, self.log.read_text()
            try:
                urlopen(f"{self.address}/readyz", timeout=5).close()  # noqa: S310 - our own server
                break
            except (URLError, ConnectionError):
                assert time.monotonic() < deadline, self.log.read_text()
                time.sleep(0.05)


@contextmanager
def running(folder: Path, *command: str, port: int = 0, **settings: str) -> Iterator[Server]:
    """Run `python -m` command in a folder until it is ready, and stop it after."""
    port = port or free_port()
    log = folder / f"server-{port}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "--port", str(port)],
            cwd=folder,
            env=environment(**settings),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        server.become_ready()
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def started(folder: Path, *command: str) -> Iterator[str]:
    """The same for tests that only talk to it; yields its address."""
    with running(folder, *command) as server:
        yield server.address
    assert "Traceback" not in server.log.read_text(), server.log.read_text()
