import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app.web.render import Page, RenderedPages
from tests.markup import FRAME

KEPT_BESIDE = 1_000  # bytes that a page is said to take beside its body


@dataclass
class Site:
    """A site of pages /1, /2 … of so many bytes each, that counts how often each is made."""

    client: TestClient
    made: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    waits_for: int = 1  # how many have to ask for a page before it is made

    def make(self, request: Request) -> Page:
        size = int(request.path_params["size"])
        while self.asked[request.url.path] < self.waits_for:
            time.sleep(0.001)
        self.made[str(request.url).removeprefix("http://testserver")] += 1
        return Page(b"x" * size, b"", 200, {"X-Size": str(size)})


Build = Callable[[int], Site]


@pytest.fixture
def build() -> Build:
    def build(max_bytes: int) -> Site:
        pages = RenderedPages(max_bytes)

        async def answer(request: Request) -> Response:
            site.asked[request.url.path] += 1
            return await pages.get(request, site.make)

        site = Site(TestClient(Starlette(routes=[Route("/{size:int}", answer)])))
        site.client.headers["Accept-Encoding"] = "identity"
        return site

    return build


def test_a_page_is_made_once_and_then_kept(build: Build) -> None:
    site = build(100_000)
    first, second = site.client.get("/500"), site.client.get("/500")
    assert first.content == second.content == b"x" * 500
    assert first.headers == second.headers
    assert site.made == {"/500": 1}


def test_another_query_is_another_page(build: Build) -> None:
    site = build(100_000)
    for path in ("/500?step=1", "/500?step=2", "/500?step=1"):
        site.client.get(path)
    assert site.made == {"/500?step=1": 1, "/500?step=2": 1}


def test_kept_pages_never_take_more_than_the_bound(build: Build) -> None:
    """Room for three pages of 9,000 + 1,000 bytes: of four, the first has gone."""
    site = build(3 * (9_000 + KEPT_BESIDE))
    addresses = [f"/9000?step={step}" for step in range(1, 5)]
    for address in [*addresses, *addresses[1:]]:
        site.client.get(address)
    assert set(site.made.values()) == {1}
    site.client.get(addresses[0])
    assert site.made[addresses[0]] == 2


def test_the_least_recently_used_page_goes_first(build: Build) -> None:
    site = build(2 * (9_000 + KEPT_BESIDE))
    for step in (1, 2, 1, 3, 1):  # 3 finds 2 the longest unused
        site.client.get(f"/9000?step={step}")
    assert site.made == {"/9000?step=1": 1, "/9000?step=2": 1, "/9000?step=3": 1}
    site.client.get("/9000?step=2")
    assert site.made["/9000?step=2"] == 2


def test_one_large_page_takes_the_place_of_many_small_ones(build: Build) -> None:
    site = build(20_000)
    for path in ("/1", "/2", "/3", "/18500", "/18500", "/1"):
        site.client.get(path)
    assert site.made == {"/1": 2, "/2": 1, "/3": 1, "/18500": 1}


def test_a_page_larger_than_the_bound_is_answered_but_not_kept(build: Build) -> None:
    site = build(5_000)
    site.client.get("/100")
    for _ in range(2):
        assert len(site.client.get("/9000").content) == 9_000
    site.client.get("/100")
    assert site.made == {"/9000": 2, "/100": 1}


def test_a_pages_size_counts_both_its_forms() -> None:
    page = Page.of("error.html", 404, message="There is nothing here.", status_code=404, **FRAME)
    assert page.size > len(page.body) + len(page.compressed)


def test_templates_escape_what_they_are_given() -> None:
    page = Page.of("_fragments/error.html", message="<script>&\"'", status_code=500, **FRAME)
    assert b"<script>" not in page.body
    assert b"&lt;script&gt;&amp;&#34;&#39;" in page.body


def test_a_page_that_many_wait_for_is_made_once(build: Build) -> None:
    site = build(10_000)
    site.waits_for = 10
    with site.client, ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(site.client.get, ["/100"] * 10))
    assert {answer.content for answer in answers} == {b"x" * 100}
    assert site.made == {"/100": 1}
