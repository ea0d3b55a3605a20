"""HEAD, ETag, 304 and gzip, on every kind of answer."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app.web.delivery import Delivery, takes_gzip

KEPT = ["/", "/stage", "/model", "/docs", "/api/pairs?sentence=a+b", "/openapi.json", "/static/app.css"]
ALL = [*KEPT, "/healthz", "/readyz", "/random", "/?sentence=", "/api/pairs", "/nowhere", "/api/nowhere"]
GZIP, PLAIN = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize("encoding", [GZIP, PLAIN])
def test_head_is_answered_as_get_without_a_body(client: TestClient, path: str, encoding: dict[str, str]) -> None:
    head, got = (client.request(method, path, headers=encoding, follow_redirects=False) for method in ("HEAD", "GET"))
    for name in ("location", "x-request-id"):  # of a random sentence, and each request's own
        head.headers.pop(name, None), got.headers.pop(name, None)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers == got.headers


@pytest.mark.parametrize("path", KEPT)
@pytest.mark.parametrize("encoding", [GZIP, PLAIN])
def test_who_has_an_answer_already_gets_304(client: TestClient, path: str, encoding: dict[str, str]) -> None:
    first = client.get(path, headers=encoding)
    again = client.get(path, headers=encoding | {"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert "content-type" not in again.headers
    assert "content-encoding" not in again.headers
    for name in ("etag", "cache-control", "vary"):
        assert again.headers[name] == first.headers[name]
    assert client.get(path, headers=encoding | {"If-None-Match": '"other"'}).content == first.content


def test_another_answer_has_another_etag(client: TestClient) -> None:
    paths = ["/?step=1", "/?step=2", "/stage?step=1", "/api/pairs?sentence=a+b", "/api/pairs?sentence=a+b&top_k=2"]
    assert len({client.get(path).headers["etag"] for path in paths}) == len(paths)


def test_a_refusal_is_no_content_to_name(client: TestClient) -> None:
    refused = client.get("/?sentence=", headers={"If-None-Match": "*"})
    assert refused.status_code == 422
    assert "etag" not in refused.headers


@pytest.mark.parametrize("path", KEPT)
@pytest.mark.parametrize("accepted", ["gzip;q=0", "gzip; Q=0.000, *", "*;q=0", "br", "", "x-gzip-not"])
def test_gzip_is_not_forced_on_those_who_refuse_it(client: TestClient, path: str, accepted: str) -> None:
    assert "content-encoding" not in client.get(path, headers={"Accept-Encoding": accepted}).headers


@pytest.mark.parametrize("accepted", ["gzip", "GZIP", "br, gzip;q=0.1", "*", "deflate;q=0, gzip ; q=1"])
def test_gzip_is_understood_in_every_spelling(accepted: str) -> None:
    assert takes_gzip(accepted)


@pytest.mark.parametrize("path", ALL)
def test_no_header_is_sent_twice_or_says_a_thing_twice(client: TestClient, path: str) -> None:
    headers = client.get(path, follow_redirects=False).headers
    names = [name for name, _ in headers.multi_items()]
    assert len(set(names)) == len(names)
    varies = [name.strip().lower() for name in headers.get("vary", "").split(",")]
    assert len(set(varies)) == len(varies)


def test_a_page_of_an_error_depends_on_who_asks(client: TestClient) -> None:
    assert client.get("/nowhere").headers["vary"] == "HX-Request, Accept-Language, Accept-Encoding"


@pytest.fixture
def streaming() -> TestClient:
    async def parts(request: Request) -> Response:
        async def each() -> AsyncIterator[bytes]:
            for _ in range(3):
                yield b"x" * 2_000

        return StreamingResponse(each(), media_type="text/plain")

    return TestClient(Delivery(Starlette(routes=[Route("/", parts)])))


def test_a_stream_passes_as_it_is(streaming: TestClient) -> None:
    response = streaming.get("/", headers=GZIP)
    assert response.content == b"x" * 6_000
    assert "content-encoding" not in response.headers
    assert "etag" not in response.headers
    assert streaming.head("/").content == b""


def test_a_part_of_a_file_stays_that_part(client: TestClient) -> None:
    response = client.get("/static/lesson.css", headers=GZIP | {"Range": "bytes=0-1999"})
    assert response.status_code == 206
    assert response.content == client.get("/static/lesson.css").content[:2_000]
