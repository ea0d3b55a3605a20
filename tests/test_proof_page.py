import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from app.language_model import LanguageModel
from app.proof import Proof
from tests.markup import Markup

QUERY = {"sentence": "The boat drifted & <sank>.", "step": "3", "unit": "words"}
PATHS = ["/proof", "/proof/panel"]
PROOF = Proof(6, 8192, 0.004, 0.024, 5, 2e-7)


@pytest.mark.parametrize("path", PATHS)
def test_a_proof_shows_both_times_and_the_largest_difference(client: TestClient, path: str) -> None:
    response = client.get(path, params=QUERY)
    assert response.status_code == 200
    (panel,) = Markup(response.text).all("details", "proof")
    assert "1 masked pass over the sentence" in panel.words
    assert "Largest difference of any probability" in panel.words
    assert "The causal mask hides" in panel.words


def test_the_panel_is_the_pages(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.proof.prove", lambda model, sentence: PROOF)
    page, panel = (client.get(path, params=QUERY).text for path in PATHS)
    assert panel in page
    assert "<html" not in panel


def test_the_page_leads_back_to_the_very_stage(client: TestClient) -> None:
    markup = Markup(client.get("/proof", params=QUERY).text)
    (back,) = [link for link in markup.all("a", "button") if link.words == "Back to the stage"]
    assert urlsplit(back["href"]).path == "/"
    assert {name: value for name, (value,) in parse_qs(urlsplit(back["href"]).query).items()} == QUERY
    assert markup.all("p", "quoted")[0].text == QUERY["sentence"]


@pytest.mark.parametrize("path", PATHS)
def test_a_proof_is_run_anew_for_whoever_asks(client: TestClient, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []

    def prove(model: LanguageModel, sentence: str) -> Proof:
        runs.append(sentence)
        return PROOF

    monkeypatch.setattr("app.web.proof.prove", prove)
    for _ in range(2):
        assert client.get(path, params=QUERY).headers["cache-control"] == "no-store"
    assert runs == [QUERY["sentence"]] * 2


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("wrong", "message"), [({"step": "99"}, "There is no step “99”"), ({"rows": "odd"}, "“rows” is “odd”")]
)
def test_what_else_is_wrong_in_the_address_is_said_above_the_proof(
    client: TestClient, path: str, wrong: dict[str, str], message: str
) -> None:
    response = client.get(path, params={**QUERY, **wrong})
    markup = Markup(response.text)
    assert response.status_code == 422
    assert message in markup.all("p", "error")[0].words
    assert len(markup.all("details", "proof")) == 1


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("sentence", ["", "a", "0" * 129])
def test_a_text_that_cannot_be_used_is_refused_in_words(client: TestClient, path: str, sentence: str) -> None:
    response = client.get(path, params={"sentence": sentence})
    assert response.status_code == 422
    assert response.headers["cache-control"] == "no-store"
    message = client.get("/api/pairs", params={"sentence": sentence}).json()["error"]["message"]
    assert [error.text for error in Markup(response.text).all("p", "error")] == [message]


def test_one_proof_runs_at_a_time_and_those_who_wait_keep_no_page_from_answering(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More proofs are asked for at once than the server has threads."""
    go, running, most = Event(), [0], [0]

    def prove(model: LanguageModel, sentence: str) -> Proof:
        running[0] += 1
        most[0] = max(most[0], running[0])
        go.wait(30)
        time.sleep(0.001)  # time for another to begin, if it could
        running[0] -= 1
        return PROOF

    monkeypatch.setattr("app.web.proof.prove", prove)
    with ThreadPoolExecutor(60) as phones:
        asked = [phones.submit(client.get, "/proof/panel", params=QUERY) for _ in range(60)]
        try:
            assert client.get("/", params={"sentence": "Is anybody there?"}).status_code == 200
        finally:
            go.set()
        assert {answer.result().status_code for answer in asked} == {200}
    assert most == [1]


def test_the_stage_links_to_the_proof(client: TestClient) -> None:
    link = Markup(client.get("/", params=QUERY).text).one("prove")
    assert urlsplit(link["href"]).path == "/proof"
    assert link["data-panel"] == "/proof/panel"
    assert parse_qs(urlsplit(link["href"]).query)["step"] == ["3"]
