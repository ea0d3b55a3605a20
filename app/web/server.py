"""uvicorn as this app needs it: its limits on connections, its logs, and whom it believes."""

import asyncio
import os
import resource
import signal
import socket
from multiprocessing import parent_process
from threading import Thread
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.settings import Settings
from app.web.assets import check
from app.web.journal import configuration
from app.web.services import Services

MAX_HEAD = 64 << 10  # bytes of a request's first line and headers: a text of 2,000 emoji takes 24,000 in a URL
HEAD_PATIENCE = 10.0  # seconds for them to arrive
READER_PATIENCE = 30.0  # seconds from one look at whether an answer is being taken to the next
START = 60  # seconds for a worker to begin; with uvicorn's 5 a busy machine would kill and begin workers for ever
GRACE = 3  # seconds for requests under way when the server is told to stop
CONNECTIONS = 4_000  # at once: a browser has up to six, and closes them late
PLAIN = {  # what is said before any request has been understood, beside its length
    b"content-type": b"text/plain; charset=utf-8",
    b"content-security-policy": b"default-src 'none'",
    b"x-content-type-options": b"nosniff",
    b"connection": b"close",
}


class AddressError(Exception):
    """Nothing can be served at an address; the message names it and the remedy."""


class BoundedHttp(HttpToolsProtocol):
    """A connection that must say what it wants soon and shortly, and take the answer, or is closed.

    uvicorn itself would wait for ever.
    """

    _head = 0
    _patience: asyncio.TimerHandle | None = None
    _untaken = 0  # bytes of answers, when last looked at

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._await_head()
        self._look = self.loop.call_later(READER_PATIENCE, self._look_at_reader)

    def data_received(self, data: bytes) -> None:
        """Take more bytes, unless a head is too long."""
        if self._patience and self._head > MAX_HEAD:
            self._refuse(b"431 Request Header Fields Too Large", b"The request's head is longer than 64 KB.")
            return
        self._head += len(data)
        super().data_received(data)
        # What comes after an answer and is no request, as the rest of a body, ends uvicorn's own patience.
        if self.cycle and self.cycle.response_complete and not (self._patience or self.timeout_keep_alive_task):
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def on_message_begin(self) -> None:
        """Begin to wait for the head of a connection's next request, too."""
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        """Stop waiting: a body's size and time are its route's to limit."""
        self._stop_waiting()
        super().on_headers_complete()

    def shutdown(self) -> None:
        """Let an answer that is under way come to its end, and ask what may go on for long to come to it soon."""
        if end := self.app_state.get("end"):
            end()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        self._look.cancel()
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        """Note that bytes have been taken."""
        self._untaken = 0
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self._refuse(b"400 Bad Request", msg.encode())

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: the request is answered as any other, and whoever runs the app need not know."""

    def _look_at_reader(self) -> None:
        """Cut off who has taken nothing since the last look; an answer that is slowly taken goes on."""
        left = self.transport.get_write_buffer_size()
        if 0 < self._untaken <= left:
            self.transport.abort()
            return
        self._untaken = left
        self._look = self.loop.call_later(READER_PATIENCE, self._look_at_reader)

    def _await_head(self) -> None:
        if self._patience is None:
            self._head = 0
            self._patience = self.loop.call_later(
                HEAD_PATIENCE, self._refuse, b"408 Request Timeout", b"The request's head did not arrive within 10 s."
            )

    def _stop_waiting(self) -> None:
        if self._patience:
            self._patience.cancel()
            self._patience = None

    def _refuse(self, status: bytes, why: bytes) -> None:
        self._stop_waiting()
        fields = {**PLAIN, b"content-length": b"%d" % len(why)}
        head = b"".join(b"%b: %b\r\n" % field for field in fields.items())
        self.transport.write(b"HTTP/1.1 %b\r\n%b\r\n%b" % (status, head, why))
        self.transport.close()


def serve(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve the app until told to stop; AddressError, CheckpointError, BankError or AssetError where it can't."""
    from app.main import create_app

    _check_address(host, port)
    _allow_files(CONNECTIONS + 100)
    # Here, so that what is wrong with a file ends in one line, not in uvicorn's trace.
    check()
    services = Services.load(settings)
    app = create_app(settings, services) if workers == 1 else f"{__name__}:{worker.__name__}"
    uvicorn.run(
        app,
        host=host,
        port=port,
        workers=workers,
        factory=workers > 1,
        http=BoundedHttp,
        ws="none",  # nothing is answered by them, and uvicorn would log their addresses with the query
        log_config=configuration(settings.log_format),
        access_log=False,  # app.web.journal's says no query
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=GRACE,
        timeout_worker_healthcheck=START,
    )


def worker() -> FastAPI:
    """The app of one of several processes, which ends with the one that began it: orphaned, it would keep the port."""
    from app.main import create_app

    Thread(target=_end_with_parent, daemon=True).start()
    return create_app()


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _check_address(host: str, port: int) -> None:
    try:
        for family, kind, _protocol, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with socket.socket(family, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as uvicorn has it
                probe.bind(address)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise AddressError(f"{host} port {port}: {reason}; name another --host or --port") from error


def _allow_files(n_files: int) -> None:
    """Each connection is an open file, of which a process often may have 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = n_files if hard == resource.RLIM_INFINITY else min(n_files, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
