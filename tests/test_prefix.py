"""The app under a prefix, behind a proxy."""

from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from app.checkpoint import Checkpoint
from app.main import create_app
from app.predict import Predictor
from app.sentences import Bank
from app.settings import Settings
from app.web.render import RenderedPages
from app.web.services import Services
from tests.markup import Markup
from tests.reading import SENTENCE


@pytest.fixture
def prefixed(shipped: Checkpoint, bank: Bank) -> Iterator[TestClient]:
    """The app under /prefix, as `uvicorn --root-path /prefix` hands requests on: the path with the prefix."""
    services = Services(bank, Predictor(shipped), RenderedPages(1_000_000), {})
    with TestClient(create_app(Settings(), services), root_path="/prefix") as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/?sentence=a", "/docs", "/nowhere", "/?sentence=a%26b+c&step=1"])
def test_every_address_keeps_the_prefix_and_answers(prefixed: TestClient, path: str) -> None:
    markup = Markup(prefixed.get(f"/prefix{path}").text)
    addresses = {address for address in markup.addresses() if not address.startswith("#")}
    assert len(addresses) >= 4
    for address in addresses:
        if address.startswith("?"):  # the same page, in another language
            address = f"/prefix{path}{address}"
        assert address.removeprefix("http://testserver").startswith("/prefix/")  # what leaves the page is absolute
        if "/api/finetune" in address:
            continue  # it would finetune: tests/test_finetune_served.py has that
        # A text that is refused has a page that says so, and nothing to embed.
        answered = (200, 404) if "/oembed" in address else (200, 422)
        assert prefixed.get(unescape(address)).status_code in answered, address


def test_redirects_and_pushed_urls_keep_the_prefix(prefixed: TestClient) -> None:
    for path in ("/random", "/stage/random"):
        location = prefixed.get(f"/prefix{path}", follow_redirects=False).headers["location"]
        assert location.startswith("/prefix/")
    for query in ({"sentence": SENTENCE}, {"sentence": "a"}):
        pushed = prefixed.get(f"/prefix/stage?{urlencode(query)}").headers["HX-Push-Url"]
        assert pushed.startswith("/prefix/?")


def test_an_error_of_the_api_is_json_behind_a_prefix_too(prefixed: TestClient) -> None:
    assert prefixed.get("/prefix/api/nowhere").json()["error"]["code"] == "not_found"
