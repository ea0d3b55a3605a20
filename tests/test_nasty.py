"""Whatever is pasted comes back as it was, or is refused with what is wrong with it; nothing falls over."""

import json
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from app.sentences import one_line_break
from tests.markup import Markup
from tests.nasty import NASTY

PAGES = ("/", "/proof", "/lesson/text")
OPTIONS = ("&tint=surprise&rows=folded", "&unit=words", "&guess=on&lang=de")


def written(text: str) -> str:
    """A text in a URL; half a surrogate pair as the three bytes that some software sends."""
    return quote(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_it_or_says_what_is_wrong(client: TestClient, path: str, text: str) -> None:
    answer = client.get(f"{path}?sentence={written(text)}")
    assert answer.status_code in (200, 422)
    page = Markup(answer.text)  # every tag is closed, no attribute stands twice
    for script in page.all("script"):  # none is inline, but for the description of the page in JSON
        assert not script.text or json.loads(script.text)["@context"] == "https://schema.org"
    if path == "/" and answer.status_code == 200:
        assert page.one("sentence")["value"] == one_line_break(text.strip()).replace("\n", " ")


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
@pytest.mark.parametrize("options", OPTIONS)
def test_so_does_the_stage_in_any_state(client: TestClient, options: str, text: str) -> None:
    answer = client.get(f"/?sentence={written(text)}{options}")
    assert answer.status_code in (200, 422)
    if answer.status_code == 422:
        page = Markup(answer.text)
        complaints = [e.words for e in page.elements if e.attributes.get("id") == "sentence-error"]
        assert all(complaints or [heading.words for heading in page.all("h1")])


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_the_api_gives_it_back_or_says_why_not(client: TestClient, text: str) -> None:
    answer = client.get(f"/api/pairs?sentence={written(text)}")
    if answer.status_code == 200:
        found = answer.json()
        assert found["sentence"] == one_line_break(text)
        assert len(found["pairs"]) == len(found["tokens"]) - 1
    else:
        assert answer.status_code == 422
        assert set(answer.json()["error"]) >= {"code", "message"}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_every_parameter_may_hold_it(client: TestClient, text: str) -> None:
    names = ("step", "rows", "lang", "theme", "guesses", "seen", "pick", "word", "after", "quiz", "labels", "nothing")
    query = "&".join(f"{name}={written(text[:200])}" for name in names)
    for path in ("/", "/lesson", "/random", "/api/pairs", "/proof"):
        answer = client.get(f"{path}?sentence=a+boat&{query}", follow_redirects=False)
        assert answer.status_code in (200, 303, 422), path


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_a_path_of_it_is_not_found_and_shown_as_text(client: TestClient, text: str) -> None:
    answer = client.get(f"/x{written(text)}")
    assert answer.status_code == 404
    assert Markup(answer.text).all("h1")
