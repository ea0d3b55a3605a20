"""Every route, whichever are added: HEAD beside GET, an ETag and what caches may do, and errors in one form."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from app.main import app

QUERIES = {  # what a route needs to be answered
    "/api/pairs": "?sentence=The+boat+drifted.",
    "/api/export": "?sentence=The+boat+drifted.",
    "/oembed": "?url=http%3A%2F%2Ftestserver%2F",
}
NEVER_STORED = {  # they differ from time to time
    *("/random", "/stage/random", "/api/random", "/healthz", "/readyz", "/proof", "/proof/panel"),
    *("/lesson/begin", "/lesson/begin/panel", "/lesson/begin/{part}", "/lesson/begin/panel/{part}"),
    *("/lesson/run", "/lesson/run/{part}"),
}
STREAMS = {"/api/finetune", "/lesson/run/events", "/lesson/run/events/{part}"}  # each starts work; see their own tests


def routes(node: Any = app, prefix: str = "") -> Iterator[tuple[str, set[str]]]:
    """Every path with its methods, those of routers and mounts inside, too; static files are in test_assets."""
    for route in node.routes:
        if isinstance(route, Route):
            yield prefix + route.path, set(route.methods or ())
        elif isinstance(route, Mount):
            yield from routes(route, prefix + route.path) if route.name != "static" else ()
        elif hasattr(route, "original_router"):
            yield from routes(route.original_router, prefix)
        else:
            raise TypeError(f"what is {route}?")


def page(path: str) -> str:
    """What a guest's address shows."""
    return path.removeprefix("/embed") or "/"


READ = sorted({path for path, methods in routes() if "GET" in methods and page(path) not in STREAMS})
SENT = sorted({path for path, methods in routes() if "POST" in methods} - set(READ))


def address(path: str) -> str:
    return path.replace("{part}", "labels") + QUERIES.get(path, "")


def test_there_are_routes_of_every_kind() -> None:
    assert {"/", "/export", "/oembed", "/api/pairs", "/healthz", "/lesson/{part}"} <= set(READ)
    assert {"/api/count", "/lesson/count", "/lesson/count/panel"} == set(map(page, SENT))


@pytest.mark.parametrize("path", READ)
def test_head_is_answered_as_get(client: TestClient, path: str) -> None:
    head, got = (client.request(method, address(path), follow_redirects=False) for method in ("HEAD", "GET"))
    assert got.status_code in (200, 303)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers.keys() == got.headers.keys()


@pytest.mark.parametrize("path", READ)
def test_what_stays_the_same_has_an_etag_and_what_does_not_is_never_stored(client: TestClient, path: str) -> None:
    headers = client.get(address(path), follow_redirects=False).headers
    assert headers["cache-control"] == ("no-store" if page(path) in NEVER_STORED else "no-cache")
    assert ("etag" in headers) == (page(path) not in NEVER_STORED)
    if "etag" in headers:
        assert client.get(address(path), headers={"If-None-Match": headers["etag"]}).status_code == 304


@pytest.mark.parametrize("path", [*READ, *SENT])
def test_another_method_is_refused_and_told_which_would_do(client: TestClient, path: str) -> None:
    answer = client.delete(address(path))
    assert answer.status_code == 405
    assert {"GET", "POST"} & {method.strip() for method in answer.headers["allow"].split(",")}


@pytest.mark.parametrize("path", [path for path in [*READ, *SENT] if path.startswith(("/api/", "/oembed"))])
@pytest.mark.parametrize(("method", "query"), [("DELETE", ""), ("GET", "?lang=xx"), ("POST", "?lang=xx")])
def test_every_error_of_the_api_has_one_form(client: TestClient, path: str, method: str, query: str) -> None:
    answer = client.request(method, path + query)
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert error.keys() <= {"code", "message", "limit", "actual"}
        assert error["code"] == error["code"].lower()
        assert error["message"].endswith((".", "…", "txt"))
