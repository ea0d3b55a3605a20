"""The server as an operator runs it: what it does not wait for, whom it believes, and how it ends."""

import contextlib
import itertools
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from queue import Queue
from urllib.error import URLError

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.web import server
from app.web.server import MAX_HEAD, BoundedHttp
from tests.server import free_port, running

SENTENCE = "the+little+boat+drifted+across+the+lake"


async def echo(request: Request) -> Response:
    return PlainTextResponse(f"{len(await request.body())} bytes")


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A small app behind our protocol, which waits for a head only briefly."""
    monkeypatch.setattr(server, "HEAD_PATIENCE", 0.3)
    chosen = free_port()
    app = Starlette(routes=[Route("/", echo, methods=["GET", "POST"])])
    served = uvicorn.Server(uvicorn.Config(app, port=chosen, http=BoundedHttp, log_config=None, lifespan="off"))
    thread = threading.Thread(target=served.run)
    thread.start()
    while not served.started:
        time.sleep(0.01)
    yield chosen
    served.should_exit = True
    thread.join()


def told(port: int, *pieces: bytes) -> bytes:
    """All that the server says to these bytes, until it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        for piece in pieces:
            try:
                connection.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                break
        answer = b""
        while True:
            try:
                some = connection.recv(65_536)
            except ConnectionResetError:
                return answer
            if not some:
                return answer
            answer += some


@pytest.mark.parametrize(
    "beginning", [b"", b"GET /", b"GET / HTTP/1.1\r\nHost: x\r\nX: "], ids=["silent", "line", "head"]
)
def test_a_head_that_does_not_come_is_not_waited_for(port: int, beginning: bytes) -> None:
    assert told(port, beginning).startswith(b"HTTP/1.1 408 ")


def test_nor_is_that_of_a_connection_s_second_request(port: int) -> None:
    answer = told(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT")
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"408"]


def test_a_head_that_does_not_end_is_cut_off(port: int) -> None:
    answer = told(port, b"GET / HTTP/1.1\r\nHost: x\r\nX: ", *[b"x" * MAX_HEAD] * 9)
    assert answer.startswith(b"HTTP/1.1 431 ") or answer == b""  # the answer may be lost when bytes lie unread


def test_a_body_may_be_longer_than_a_head_and_take_longer(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port)

    def slowly() -> Iterator[bytes]:
        yield b"x" * (2 * MAX_HEAD)
        time.sleep(0.5)
        yield b"x"

    connection.request("POST", "/", body=slowly(), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
    assert connection.getresponse().read() == f"{2 * MAX_HEAD + 1} bytes".encode()
    connection.close()


@pytest.mark.parametrize(("proxies", "believed"), [("127.0.0.1", True), ("192.0.2.0/24", False)])
def test_a_proxy_s_word_counts_only_where_the_operator_says_so(tmp_path: Path, proxies: str, believed: bool) -> None:
    """Each request comes, as it says, from another address; only who believes it gives each an allowance of its own."""
    with running(tmp_path, "app", "serve", FREELABELS_TRUSTED_PROXIES=proxies, FREELABELS_ALLOWANCE="25") as server:
        answers = [
            server.get(f"/?step={step}&sentence={SENTENCE}", **{"X-Forwarded-For": f"198.51.100.{step}"})[0]
            for step in range(1, 5)
        ]
    assert answers == ([200] * 4 if believed else [200, 200, 429, 429])


def test_a_stop_in_full_load_finishes_what_is_under_way(tmp_path: Path) -> None:
    with running(tmp_path, "app", "serve", FREELABELS_ALLOWANCE="0") as server, ThreadPoolExecutor(8) as threads:
        answers: Queue[tuple[int, bool]] = Queue()

        def ask(first: int) -> None:
            for n in itertools.count(first):
                try:
                    status, body = server.get(f"/?sentence=a+boat+{n}+on+the+lake")
                except (URLError, ConnectionError):
                    return  # the server takes no more
                answers.put((status, body.rstrip().endswith(b"</html>")))

        asked = [threads.submit(ask, 10_000 * n) for n in range(8)]
        seen = {answers.get() for _ in range(16)}
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=5)
        for one in asked:
            one.result()
    seen.update(answers.queue)
    assert seen == {(200, True)}


def test_a_stop_ends_a_stream_and_the_work_behind_it(tmp_path: Path) -> None:
    with running(tmp_path, "app", "serve") as server:
        stream = HTTPConnection(server.address.removeprefix("http://"), timeout=300)
        stream.request("GET", "/api/finetune?task=place&labels=200")
        events = stream.getresponse()
        while not events.readline().startswith(b"event: progress"):
            pass
        workers = children(server.process.pid)
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=5)
        with contextlib.suppress(IncompleteRead, ConnectionResetError):
            assert events.read() is not None  # it ends
        stream.close()
    assert workers
    assert [pid for pid in workers if Path(f"/proc/{pid}").exists()] == []


def children(pid: int) -> list[int]:
    told = subprocess.run(["ps", "-o", "pid=", "--ppid", f"{pid}"], capture_output=True, text=True, check=False)
    return [int(line) for line in told.stdout.split()]


def test_a_killed_server_has_nothing_to_lose(tmp_path: Path) -> None:
    port = free_port()
    path = f"/?sentence={SENTENCE}&step=3"
    with running(tmp_path, "app", "serve", port=port) as server:
        before = server.get(path)
        server.process.kill()
        server.process.wait()
    with running(tmp_path, "app", "serve", port=port) as server:
        assert server.get(path) == before


def test_steps_may_be_answered_by_one_worker_or_another(tmp_path: Path) -> None:
    """Nothing is kept for a visitor, so that each worker shows the same, and so would a replica elsewhere."""
    with running(tmp_path, "app", "serve", "--workers", "2") as server:
        for step in (1, 2, 3):
            answers = {server.get(f"/stage?sentence={SENTENCE}&step={step}") for _ in range(8)}
            assert [status for status, _ in answers] == [200]
        workers = set(re.findall(r"Started server process \[(\d+)\]", server.log.read_text()))
    assert len(workers) == 2
