"""Finetuning as a browser meets it: a real server, a real process that trains, and listeners who leave."""

import http.client
import json
import time
from collections.abc import Iterator
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest
import uvicorn

from app.checkpoint import Checkpoint
from app.finetune.training import LEARNERS
from app.finetune.worker import Worker
from app.main import create_app
from app.predict import Predictor
from app.sentences import Bank
from app.settings import CHECKPOINTS, Settings
from app.web.render import RenderedPages
from app.web.runs import Runs
from app.web.services import Services


class Stream:
    """A listener at /api/finetune, or at the lesson's own stream."""

    def __init__(self, port: int, path: str = "/api/finetune", **query: object) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self.connection.request("GET", f"{path}?{urlencode(query)}")
        self.response = self.connection.getresponse()

    def event(self) -> tuple[str, Any]:
        """The next event's name and data."""
        fields: dict[str, str] = {}
        while "event" not in fields:
            assert not self.response.isclosed()
            for line in iter(lambda: self.response.readline().decode().strip(), ""):
                name, _, value = line.partition(": ")
                fields[name] = value
        return fields["event"], json.loads(fields["data"])

    def until(self, words: bytes) -> None:
        while words not in self.response.readline():
            assert not self.response.isclosed()

    def leave(self) -> None:
        self.response.close()
        self.connection.close()


@pytest.fixture
def port(shipped: Checkpoint, bank: Bank) -> Iterator[int]:
    """A server whose finetuning, unlike an operator's, gives way to nobody, since tests may keep every core busy."""
    runs = Runs(Worker(CHECKPOINTS / "tiny", niceness=0))
    services = Services(bank, Predictor(shipped), RenderedPages(1_000_000), {}, runs=runs)
    server = uvicorn.Server(uvicorn.Config(create_app(Settings(), services), port=0, log_config=None))
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


def test_a_run_trains_for_real_and_is_given_up_when_its_listener_leaves(port: int) -> None:
    left = Stream(port, task="place", labels=200)
    name = ""
    while name != "progress":
        name, data = left.event()
    assert (data["step"], data["n_steps"]) == (0, 50)
    left.leave()

    stays = Stream(port, task="place", labels=0)
    told = []
    while name != "done":
        name, data = stays.event()
        told += [data["network"]] if name == "progress" else []
    assert told == list(LEARNERS)
    stays.leave()

    again = Stream(port, task="place", labels=200)
    assert again.event() == ("waiting", {"position": 1})  # had it gone on, it would be under way, or done
    again.leave()


def test_a_reader_who_leaves_the_lesson_gives_up_its_run(port: int) -> None:
    left = Stream(port, "/lesson/run/events/finetune", task="place", examples=200)
    left.until(b"Learning")
    left.leave()
    stays = Stream(port, task="place", labels=0)
    stays.until(b"event: done")
    stays.leave()
    again = Stream(port, task="place", labels=200)  # the same run
    assert again.event() == ("waiting", {"position": 1})
    again.leave()
