import pytest
from starlette.testclient import TestClient

from app.checkpoint import Checkpoint
from app.main import create_app
from app.predict import Predictor
from app.sentences import Bank
from app.settings import Settings
from app.web.headers import headers as always
from app.web.render import RenderedPages
from app.web.services import Services

ANSWERS = [
    "/",
    "/embed",
    "/stage",
    "/docs",
    "/random",
    "/api/pairs?sentence=a+b",
    "/api/random",
    "/openapi.json",
    "/healthz",
    "/static/app.css",
    "/?sentence=",
    "/api/pairs",
    "/nowhere",
    "/static/nowhere.css",
]


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_has_the_security_headers_and_sets_no_cookie(client: TestClient, path: str) -> None:
    headers = client.get(path, follow_redirects=False).headers
    assert headers.items() >= always("*").items()
    assert "set-cookie" not in headers


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "POST", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/api/pairs?sentence=a+b", "/static/app.css", "/nowhere"])
def test_so_has_that_to_any_method(client: TestClient, method: str, path: str) -> None:
    assert client.request(method, path).headers.items() >= always("*").items()


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(client: TestClient) -> None:
    policy = dict(rule.split(" ", 1) for rule in client.get("/").headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert {source for rule in policy.values() for source in rule.split()} == {"'none'", "'self'", "data:"}


def test_a_browser_is_held_to_tls_only_where_it_came_by_it(client: TestClient) -> None:
    assert "strict-transport-security" not in client.get("/").headers
    assert client.get("https://testserver/").headers["strict-transport-security"] == "max-age=31536000"


def test_nothing_forbids_framing(client: TestClient) -> None:
    """Not even `frame-ancestors *`, which would leave out a page that was opened from a file."""
    headers = client.get("/").headers
    assert "x-frame-options" not in headers
    assert "frame-ancestors" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("setting", "rule"),
    [
        ("none", "frame-ancestors 'none'"),
        ("https://moodle.example *.example.org", "frame-ancestors 'self' https://moodle.example *.example.org"),
    ],
)
def test_the_operator_says_who_may_frame_the_app(shipped: Checkpoint, bank: Bank, setting: str, rule: str) -> None:
    services = Services(bank, Predictor(shipped), RenderedPages(1_000_000), {})
    app = create_app(Settings(frame_ancestors=setting), services)
    with TestClient(app, raise_server_exceptions=False) as client:
        for path in ("/", "/embed", "/nowhere", "/static/app.css"):
            headers = client.get(path).headers
            assert headers["Content-Security-Policy"].endswith(f"; {rule}")
            assert "x-frame-options" not in headers


@pytest.mark.parametrize(
    "path", ["/", "/stage", "/docs", "/?sentence=", "/api/pairs?sentence=a+b", "/openapi.json", "/api/"]
)
def test_an_answer_is_asked_for_again_each_time(client: TestClient, path: str) -> None:
    assert client.get(path).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/random", "/stage/random", "/api/random", "/healthz", "/readyz"])
def test_what_differs_from_time_to_time_is_never_stored(client: TestClient, path: str) -> None:
    headers = client.get(path, follow_redirects=False).headers
    assert headers["cache-control"] == "no-store"
    assert "etag" not in headers


@pytest.mark.parametrize("path", ["/", "/stage", "/static/app.css", "/openapi.json"])
def test_an_answer_is_compressed_only_for_those_who_take_it_so(client: TestClient, path: str) -> None:
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert packed.headers["vary"] == plain.headers["vary"]
    assert "Accept-Encoding" in plain.headers["vary"]
