"""Whose pages may read the API in a browser."""

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from app.checkpoint import Checkpoint
from app.main import create_app
from app.predict import Predictor
from app.sentences import Bank
from app.settings import Settings
from app.web.render import RenderedPages
from app.web.services import Services

ELSEWHERE = {"Origin": "https://notebook.example.org"}
ANSWERS = ["/api/pairs?sentence=a+b", "/api/pairs", "/api/random", "/api/nowhere", "/oembed?url=x", "/openapi.json"]


def shared_with(shipped: Checkpoint, bank: Bank, origins: str, asking: str) -> str | None:
    known = Services(bank, Predictor(shipped), RenderedPages(1_000_000), {})
    with TestClient(create_app(Settings(cors_origins=origins), known)) as client:
        headers = client.get("/api/random", headers={"Origin": asking}).headers
        return headers.get("access-control-allow-origin")


@pytest.mark.parametrize("path", ANSWERS)
def test_anybodys_page_may_read_what_is_for_programs_errors_too(client: TestClient, path: str) -> None:
    headers = client.get(path, headers=ELSEWHERE).headers
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers
    assert "ETag" in headers["access-control-expose-headers"]


@pytest.mark.parametrize("path", ["/", "/docs", "/static/app.css"])
def test_pages_are_for_people(client: TestClient, path: str) -> None:
    assert "access-control-allow-origin" not in client.get(path, headers=ELSEWHERE).headers


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 200), ("DELETE", 400)])
def test_a_browser_that_asks_first_is_told_what_it_may(client: TestClient, method: str, status: int) -> None:
    asked = {**ELSEWHERE, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "if-none-match"}
    answer = client.options("/api/export", headers=asked)
    assert answer.status_code == status
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    ("origins", "asking", "allowed"),
    [
        ("https://a.org https://b.org:8443", "https://a.org", True),
        ("https://a.org https://b.org:8443", "https://b.org:8443", True),
        ("https://a.org", "https://evil.org", False),
        ("https://a.org", "https://a.org.evil.org", False),
        ("none", "https://a.org", False),
    ],
)
def test_an_operator_may_name_who(shipped: Checkpoint, bank: Bank, origins: str, asking: str, allowed: bool) -> None:
    assert shared_with(shipped, bank, origins, asking) == (asking if allowed else None)


@pytest.mark.parametrize(
    "origins", ["", "a.org", "https://a.org/path", "https://a.org,https://b.org", "* https://a.org"]
)
def test_a_setting_that_names_no_origins_is_refused_at_the_start(origins: str) -> None:
    with pytest.raises(ValidationError):
        Settings(cors_origins=origins)
