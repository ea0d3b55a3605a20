import asyncio
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from app.finetune.training import LEARNERS, Run
from app.web import runs as module
from app.web.finetune import result
from app.web.runs import Runs
from tests.rehearsal import Rehearsal, progress_of

QUERY = {"task": "place", "labels": "20", "seed": "7"}
RUN = Run("place", 20, 7)


class Event(dict[str, str]):
    """One event of a stream: its fields."""

    @property
    def data(self) -> Any:
        return json.loads(self["data"])


def events(text: str) -> list[Event]:
    blocks = [block for block in text.split("\n\n") if block]
    return [Event(line.split(": ", 1) for line in block.splitlines()) for block in blocks]


@pytest.fixture
def trainer(client: TestClient) -> Iterator[Rehearsal]:
    """The app's runs from scratch."""
    made = Rehearsal()
    state = client.app.state  # type: ignore[attr-defined]
    before = state.services
    state.services = replace(before, runs=Runs(made))
    yield made
    state.services = before


@pytest.mark.usefixtures("trainer")
def test_a_run_is_streamed_as_events_from_its_place_in_line_to_its_end(client: TestClient) -> None:
    response = client.get("/api/finetune", params=QUERY)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert "content-encoding" not in response.headers
    waiting, begins, *progress, done = events(response.text)
    assert (waiting["event"], waiting.data) == ("waiting", {"position": 1})
    assert (begins["event"], begins.data) == ("waiting", {"position": 0})
    assert [(event["event"], event.data) for event in progress] == [
        ("progress", asdict(each)) for each in progress_of(RUN)
    ]
    assert (done["event"], done.data) == ("done", {})


@pytest.mark.usefixtures("trainer")
def test_a_browser_whose_stream_broke_goes_on_after_the_last_event_it_heard(client: TestClient) -> None:
    whole = events(client.get("/api/finetune", params=QUERY).text)
    ids = [event["id"] for event in whole if event["event"] == "progress"]
    rest = events(client.get("/api/finetune", params=QUERY, headers={"Last-Event-ID": ids[1]}).text)
    assert [event.get("id") for event in rest] == [*ids[2:], None]


@pytest.mark.usefixtures("trainer")
@pytest.mark.parametrize("heard", ["", "x", "-1", "²", "9" * 5000])
def test_an_event_that_was_never_sent_is_no_place_to_go_on_from(client: TestClient, heard: str) -> None:
    client.get("/api/finetune", params=QUERY)
    again = events(client.get("/api/finetune", params=QUERY, headers={b"Last-Event-ID": heard.encode()}).text)
    assert [event.data for event in again[:-1]] == [asdict(each) for each in progress_of(RUN)]


@pytest.mark.usefixtures("trainer")
def test_a_browser_that_does_not_close_the_stream_is_told_not_to_ask_again_soon(client: TestClient) -> None:
    assert int(events(client.get("/api/finetune", params=QUERY).text)[-1]["retry"]) >= 3_600_000


def test_a_hall_that_asks_for_a_run_trains_it_once(client: TestClient, trainer: Rehearsal) -> None:
    for _ in range(3):
        client.get("/api/finetune", params=QUERY)
    assert trainer.begun == [RUN]


@pytest.mark.usefixtures("trainer")
def test_a_run_that_cannot_be_had_says_why_in_an_event(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 0)
    (failed,) = events(client.get("/api/finetune", params=QUERY).text)
    assert failed["event"] == "failed"
    assert failed.data["code"] == "too_many_runs"
    assert "Try again" in failed.data["message"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"task": "tone"}, "There is no task “tone”. Choose one of these: sentiment, place."),
        ({"labels": "201"}, "The parameter “labels” is “201”; it must be at most 200."),
        ({"labels": "many"}, "The parameter “labels” is “many”; it must be a whole number."),
        ({"seed": "0"}, "The parameter “seed” is “0”; it must be at least 1."),
        ({"shuffled": "perhaps"}, "The parameter “shuffled” is “perhaps”; it must be true or false."),
    ],
)
def test_a_run_that_there_is_not_is_refused_before_anything_streams(
    client: TestClient, trainer: Rehearsal, asked: dict[str, str], message: str
) -> None:
    response = client.get("/api/finetune", params=QUERY | asked)
    assert (response.status_code, response.json()["error"]["message"]) == (422, message)
    assert trainer.begun == []


# --- For those who wait for the end --------------------------------------------------------------------------------


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def request(runs: Runs, *messages: dict[str, str]) -> Request:
    """A request for a page, whose client sends these messages and then nothing."""
    sent = iter(messages)

    async def receive() -> dict[str, str]:
        for message in sent:
            return message
        return await asyncio.Future()  # nothing more comes

    app = SimpleNamespace(state=SimpleNamespace(services=SimpleNamespace(runs=runs)))
    return Request({"type": "http", "app": app, "client": ("here", 1), "headers": []}, receive)


@pytest.mark.anyio
async def test_a_page_can_wait_for_the_result_of_both_networks() -> None:
    runs = Runs(Rehearsal())
    ends = await result(request(runs), RUN)
    assert ends == {network: progress_of(RUN)[index] for network, index in zip(LEARNERS, (2, 3, 4), strict=True)}
    await runs.close()


@pytest.mark.anyio
async def test_a_run_is_given_up_when_whoever_waited_for_its_result_has_left() -> None:
    trainer = Rehearsal()
    runs = Runs(trainer)
    assert await result(request(runs, {"type": "http.disconnect"}), RUN) is None
    await runs.close()
    assert trainer.finished == []
