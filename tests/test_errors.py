from collections.abc import Iterator

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.testclient import TestClient

from app.checkpoint import Checkpoint
from app.main import create_app
from app.predict import Analysis, Predictor
from app.sentences import Bank
from app.settings import Settings
from app.web.headers import headers as always
from app.web.render import RenderedPages
from app.web.services import Services
from tests.markup import Markup


class BrokenPredictor(Predictor):
    """Fails as code with a bug does, its message holding what the visitor typed."""

    def _analyze(self, sentence: str, top_k: int = 8) -> Analysis:
        raise RuntimeError(f"bug at {sentence!r}")


@pytest.fixture
def broken(shipped: Checkpoint, bank: Bank) -> Iterator[TestClient]:
    services = Services(bank, BrokenPredictor(shipped), RenderedPages(1_000_000), {})
    with TestClient(create_app(Settings(), services), raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("path", ["/api/nowhere", "/api/", "/api/pairs/x"])
def test_an_unknown_address_of_the_api_is_a_json_error(client: TestClient, path: str) -> None:
    response = client.get(path, follow_redirects=False)
    assert response.status_code == 404
    assert response.json() == {"error": {"code": "not_found", "message": f"There is nothing at {path}."}}


def test_an_unknown_page_says_so_and_leads_back(client: TestClient) -> None:
    response = client.get("/no<b>where")
    markup = Markup(response.text)
    assert response.status_code == 404
    assert markup.all("h1")[0].text == "There is nothing at /no<b>where."
    assert [link["href"] for link in markup.all("a", "button")] == ["/"]


def test_htmx_gets_an_error_as_a_fragment(client: TestClient) -> None:
    response = client.get("/nowhere", headers={"HX-Request": "true"})
    assert response.status_code == 404
    assert response.text in client.get("/nowhere").text
    assert Markup(response.text).all("html") == []


GETS = ["/api/pairs", "/api/random", "/api/finetune", "/oembed", "/", "/stage", "/readyz", "/embed", "/embed/stage"]


@pytest.mark.parametrize(
    ("path", "answered"),
    [*((path, "GET") for path in GETS), ("/export", "GET, POST"), ("/api/export", "GET, POST"), ("/api/count", "POST")],
)
def test_another_method_is_refused_and_told_which_are_answered(client: TestClient, path: str, answered: str) -> None:
    response = client.delete(path)
    assert response.status_code == 405
    assert response.headers["allow"] == (f"{answered}, HEAD" if "GET" in answered else answered)
    assert f"DELETE is not answered here. Try {answered}." in response.text


@pytest.mark.parametrize("path", ["/?sentence=my+secret", "/stage?sentence=my+secret", "/api/pairs?sentence=my+secret"])
def test_a_bug_of_ours_gives_a_plain_500_that_tells_nothing_of_the_inside(broken: TestClient, path: str) -> None:
    response = broken.get(path)
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
    assert "secret" not in response.text
    assert "RuntimeError" not in response.text
    assert response.headers.get("content-type", "").startswith("application/json" if "/api/" in path else "text/html")


def test_an_answer_of_500_has_the_security_headers_too(broken: TestClient) -> None:
    """It is made outside of the middleware that adds them to the others."""
    headers = broken.get("/").headers
    assert headers.items() >= always("*").items()


def test_a_bug_of_ours_is_logged_with_its_path(broken: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    broken.get("/?sentence=my+secret")
    (record,) = [record for record in caplog.records if record.name == "freelabels.errors"]
    assert record.getMessage() == "no answer to /"
    assert record.exc_info


def test_what_needs_no_model_answers_beside_a_bug(broken: TestClient) -> None:
    assert {broken.get(path).status_code for path in ("/docs", "/healthz", "/static/app.css", "/api/random")} == {200}
    assert broken.get("/readyz").status_code == 500


def test_where_a_file_is_missing_the_way_back_leads_to_the_stage(client: TestClient) -> None:
    page = Markup(client.get("/static/nowhere.css").text)
    assert "embedded" not in page.all("html")[0].classes
    assert "/" in [link["href"] for link in page.all("a")]


def test_who_leaves_within_a_form_is_no_fault_of_ours(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def leaves(request: Request) -> bytes:
        raise ClientDisconnect

    monkeypatch.setattr(Request, "body", leaves)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/api/export", content="text=a", headers=form).status_code == 499
