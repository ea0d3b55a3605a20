"""The server as an operator runs it: what it does not wait for, whom it believes, and how it ends."""

import asyncio
import itertools
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from queue import Queue
from urllib.error import URLError

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from app.web import server
from app.web.server import MAX_HEAD, BoundedHttp
from tests.server import free_port, running

SENTENCE = "the+little+boat+drifted+across+the+lake"


async def echo(request: Request) -> Response:
    return PlainTextResponse(f"{len(await request.body())} bytes")


given_up = threading.Event()


async def endless(request: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65_536
            await asyncio.sleep(0)  # where nobody listens any more, sending waits for nothing

    return StreamingResponse(pieces(), background=BackgroundTask(given_up.set))


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A small app behind our protocol, which waits for a head only briefly."""
    monkeypatch.setattr(server, "HEAD_PATIENCE", 0.3)
    monkeypatch.setattr(server, "READER_PATIENCE", 0.3)
    chosen = free_port()
    app = Starlette(routes=[Route("/", echo, methods=["GET", "POST"]), Route("/endless", endless)])
    config = uvicorn.Config(
        app, port=chosen, http=BoundedHttp, ws="none", log_config=None, lifespan="off", timeout_keep_alive=1
    )
    served = uvicorn.Server(config)
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


@pytest.mark.parametrize("rest", [b"\r\n", b"x"], ids=["line break", "body"])
def test_what_comes_after_an_answer_and_is_no_request_keeps_nothing_open(port: int, rest: bytes) -> None:
    head = b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (9 if rest == b"x" else 0)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 405 ")
        connection.sendall(rest)
        while connection.recv(65_536):
            pass  # until it is closed


def test_an_answer_that_nobody_takes_is_given_up(port: int) -> None:
    given_up.clear()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        assert given_up.wait(30)


def test_but_one_that_is_taken_slowly_goes_on(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        until = time.monotonic() + 1.2
        while time.monotonic() < until:
            assert connection.recv(4 << 20)
            time.sleep(0.05)


def test_what_is_no_http_is_refused_as_strictly_as_any_page(port: int) -> None:
    answer = told(port, b"\x16\x03\x01\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"\r\nx-content-type-options: nosniff\r\n" in answer
    assert b"\r\ncontent-security-policy: default-src 'none'\r\n" in answer


def test_a_request_for_a_socket_is_answered_as_any_other(port: int) -> None:
    """By a socket's own protocol it would pass by our limits, and its query would be logged."""
    upgrade = (
        b"Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA=="
    )
    assert told(port, b"GET /?sentence=x HTTP/1.1\r\nHost: x\r\n%b\r\n\r\n" % upgrade).endswith(b"\r\n\r\n0 bytes")


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
        assert b"server_ends" in events.read()  # and it ends whole, or this raised IncompleteRead
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


def test_steps_may_be_answered_by_one_worker_or_another_and_all_end_together(tmp_path: Path) -> None:
    """Nothing is kept for a visitor, so that each worker shows the same, and so would a replica elsewhere."""
    with running(tmp_path, "app", "serve", "--workers", "2") as server:
        workers: set[str] = set()
        deadline = time.monotonic() + 60
        while len(workers) < 2:  # the first may answer long before the other has come
            assert time.monotonic() < deadline
            time.sleep(0.1)
            workers = set(re.findall(r"Started server process \[(\d+)\]", server.log.read_text()))
        for step in (1, 2, 3):
            answers = {server.get(f"/stage?sentence={SENTENCE}&step={step}") for _ in range(8)}
            assert [status for status, _ in answers] == [200]
        server.process.kill()
        server.process.wait()
        # Killed, it cannot tell its workers, who would keep the port from whatever is begun anew.
        deadline = time.monotonic() + 10
        while any(Path(f"/proc/{pid}").exists() for pid in workers):
            assert time.monotonic() < deadline
            time.sleep(0.05)
