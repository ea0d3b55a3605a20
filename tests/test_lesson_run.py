"""The lesson's live run as pages meet it: a stream of fragments with htmx, a finished page without scripts."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from app.finetune.training import Run
from app.web import runs as module
from app.web.render import RenderedPages
from app.web.runs import Runs
from tests.rehearsal import Rehearsal

QUERY = {"sentence": "The cat sat.", "step": "2", "task": "place", "examples": "20", "quiz": "a0"}


@pytest.fixture
def trainer(client: TestClient) -> Iterator[Rehearsal]:
    """The app's runs and pages from scratch."""
    made = Rehearsal()
    state = client.app.state  # type: ignore[attr-defined]
    before = state.services
    state.services = replace(before, runs=Runs(made), pages=RenderedPages(1_000_000))
    yield made
    state.services = before


def fragments(client: TestClient, **asked: str) -> list[str]:
    response = client.get("/lesson/run/events/finetune", params=QUERY | asked)
    assert response.headers["content-type"].startswith("text/event-stream")
    return [block.replace("data: ", "") for block in response.text.split("\n\n") if block]


def test_a_run_is_streamed_as_fragments_that_end_with_fetching_the_lesson(
    client: TestClient, trainer: Rehearsal
) -> None:
    waiting, begun, *progress, end = fragments(client)
    assert "Next in line." in waiting
    assert "The run begins" in begun
    assert ["Learning: pretrained" in each for each in progress] == [True, True, True, False, False]
    assert "56.0\u202f%" in progress[-1]
    assert 'hx-get="/lesson/panel/finetune"' in end
    assert 'name="runs" value="p20.6"' in end
    assert trainer.begun == [Run("place", 20, 6)]


def test_a_run_that_is_kept_is_at_its_end_at_once(client: TestClient, trainer: Rehearsal) -> None:
    fragments(client)
    assert len(fragments(client)) == 1
    assert len(trainer.begun) == 1


@pytest.mark.usefixtures("trainer")
def test_a_full_line_is_told_in_place_of_the_run(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 0)
    (refused,) = fragments(client)
    assert '<p class="error" role="alert">Too many runs are waiting' in refused
    page = client.get("/lesson/run/finetune", params=QUERY, follow_redirects=False)
    assert (page.status_code, page.headers["Cache-Control"]) == (503, "no-store")
    assert "Too many runs are waiting" in page.text


@pytest.mark.parametrize("asked", [{"task": "tone"}, {"examples": "many"}, {"runs": "x"}])
def test_a_run_that_there_is_not_is_refused_before_it_streams(
    client: TestClient, trainer: Rehearsal, asked: dict[str, str]
) -> None:
    (name, value) = asked.popitem()
    for place in ("/lesson/run/events", "/lesson/run"):
        response = client.get(place, params=QUERY | {name: value})
        assert response.status_code == 422
        assert f"” is “{value}”, but can be" in response.text
    assert trainer.begun == []


@pytest.mark.parametrize("part", ["", "/finetune"])
@pytest.mark.usefixtures("trainer")
def test_without_scripts_the_form_answers_with_the_finished_result(client: TestClient, part: str) -> None:
    response = client.get(f"/lesson/run{part}", params=QUERY, follow_redirects=False)
    assert response.status_code == 303
    place = urlsplit(response.headers["Location"])
    assert (place.path, place.fragment) == (f"/lesson{part}", "finetune")
    assert parse_qs(place.query) == {name: [value] for name, value in (QUERY | {"runs": "p20.6"}).items()}
    assert "56.0\u202f%" in client.get(response.headers["Location"]).text


@pytest.mark.usefixtures("trainer")
def test_a_page_that_names_a_run_is_kept_only_once_the_run_is_known(client: TestClient) -> None:
    asked = QUERY | {"runs": "p20.6"}
    before = client.get("/lesson/finetune", params=asked)
    assert "not kept any more" in before.text
    assert before.headers["Cache-Control"] == "no-store"
    fragments(client)
    after = client.get("/lesson/finetune", params=asked)
    assert "not kept any more" not in after.text
    assert after.headers["Cache-Control"] == "no-cache"
