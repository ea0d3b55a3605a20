"""A real Chromium before a real server: what a person gets, with the shipped model."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from app.bench_browser import chromium
from tests.server import started

DESKTOP, PHONE = (1280, 800), (390, 844)
PATIENCE = 15_000  # milliseconds until something that should be so is called absent, on a machine busy with other tests

expect.set_options(timeout=PATIENCE)


@dataclass
class Watch:
    """What a context's pages asked for and complained about."""

    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    elsewhere: tuple[str, ...] = ("data:",)  # addresses beside the app's own that a test means to ask for

    def attach(self, context: BrowserContext) -> None:
        context.on("request", lambda request: self.requests.append(request))
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium writes down every answer of 404 or 422; to a visitor's slip that is the right answer.
        if message.type in ("error", "warning") and not re.search("status of (404|422)", message.text):
            self.complaints.append(message.text)

    def kinds(self) -> set[tuple[str, str]]:
        """What was asked for since the last `clear`, as what and by which path; not the icon, asked for at any time."""
        kinds = {(request.resource_type, urlsplit(request.url).path) for request in self.requests}
        return {(kind, path) for kind, path in kinds if not path.endswith("/icon.svg")}

    def clear(self) -> None:
        self.requests.clear()
        self.complaints.clear()


OpenContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `python -m app serve`, started from a folder that is not the repository."""
    with started(tmp_path_factory.mktemp("server"), "app", "serve") as address:
        yield address


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for all of these tests, and for no others: while it runs, no asynchronous test can, by the same process."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def watch(origin: str) -> Iterator[Watch]:
    """At every test's end: no request has left the origin; no error is in the console, none of the policy's either."""
    watch = Watch()
    yield watch
    assert watch.complaints == []
    allowed = (origin, *watch.elsewhere)
    assert [request.url for request in watch.requests if not request.url.startswith(allowed)] == []


@pytest.fixture
def open_context(browser: Browser, origin: str, watch: Watch) -> Iterator[OpenContext]:
    """Make a fresh visitor: a context of its own, under watch."""
    contexts: list[BrowserContext] = []

    def make(size: tuple[int, int] = DESKTOP, **options: Any) -> BrowserContext:
        context = browser.new_context(
            base_url=origin, viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **options
        )
        context.set_default_timeout(PATIENCE)
        watch.attach(context)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_context: OpenContext) -> Page:
    return open_context().new_page()


@pytest.fixture(params=[True, False], ids=["htmx", "without JavaScript"])
def any_page(open_context: OpenContext, request: pytest.FixtureRequest) -> Page:
    """For what works with htmx and without JavaScript alike."""
    return open_context(java_script_enabled=request.param).new_page()
