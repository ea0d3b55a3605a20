"""A visitor's text is only text, and no page does more than the policy allows."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.markup import Markup
from tests.reading import HOSTILE, SENTENCE, read

PAGES = ["/", "/?sentence=a", "/?step=99", "/stage", "/stage?sentence=", "/docs", "/nowhere"]


def skeleton(markup: Markup) -> set[tuple[str, str]]:
    return {(element.tag, name) for element in markup.elements for name in ("", *element.attributes)}


@pytest.mark.parametrize("sentence", HOSTILE)
@pytest.mark.parametrize("path", ["/", "/stage"])
def test_a_hostile_sentence_is_only_text(client: TestClient, path: str, sentence: str) -> None:
    markup = read(client, path, sentence=sentence, step=2)
    harmless = [skeleton(read(client, path, sentence=text, step=2)) for text in (SENTENCE, "and on" * 30)]
    assert skeleton(markup) <= set().union(*harmless) | {("td", "colspan")}  # the label may be among the bars
    assert markup.one("sentence")["value"] == sentence
    assert markup.all("title")[0].text.startswith(f"Pair 2 of {len(markup.all('li')) - 1}: {sentence[:60]}")
    assert "".join(span.text for span in markup.all("span", "text")[: len(markup.all("li"))]) == sentence


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_step_is_only_text(client: TestClient, text: str) -> None:
    markup = read(client, "/", 422, step=text)
    assert skeleton(markup) <= skeleton(read(client, "/", 422, step="99"))
    assert f"“{text[:40]}”" in markup.one("sentence-error").text


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_inline_code_or_style(client: TestClient, path: str) -> None:
    markup = Markup(client.get(path).text)
    scripts = [e for e in markup.all("script") if e.attributes.get("type") != "application/ld+json"]  # that is data
    assert [e.text for e in scripts if e.text or "src" not in e.attributes] == []
    assert markup.all("style") == []
    names = {name for element in markup.elements for name in element.attributes}
    assert {name for name in names if name == "style" or name.startswith(("on", "hx-on"))} == set()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_points_to_another_host(client: TestClient, path: str) -> None:
    for address in Markup(client.get(path).text).addresses():
        assert urlsplit(address).netloc in ("", "testserver"), address


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_named_and_every_control_is(client: TestClient, path: str) -> None:
    markup = Markup(client.get(path).text)
    assert [e.text != "" for e in markup.all("title")] == [True]
    assert len(markup.all("h1")) == 1
    assert [e for e in markup.all("a") + markup.all("button") if not e.words and "aria-label" not in e.attributes] == []
    labelled = {e["for"] for e in markup.all("label")}
    assert {e["id"] for e in markup.all("input")} <= labelled


@pytest.mark.parametrize("path", ["/", "/model", "/docs", "/proof?sentence=Hi+there", "/nowhere"])
def test_a_theme_is_asked_for_by_the_url_and_kept_by_the_links_between_pages(client: TestClient, path: str) -> None:
    markup = Markup(client.get(path, params={"theme": "dark"} | dict(parse_qsl(urlsplit(path).query))).text)
    assert markup.all("html")[0].classes == ["theme-dark"]
    links = [
        link["href"]
        for link in markup.all("a")
        if link.attributes.get("href") in ("/model?theme=dark", "/docs?theme=dark")
    ]
    assert set(links) == {"/model?theme=dark", "/docs?theme=dark"}
