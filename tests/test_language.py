"""The interface's language: whose it is, what it changes, and what caches are told of it."""

from collections.abc import Iterator
from contextvars import copy_context

import pytest
from starlette.testclient import TestClient

from app.formatting import (
    counted,
    decimal,
    duration,
    formula,
    in_words,
    loss_text,
    odds,
    ordinal,
    percent,
    perplexity_text,
)
from app.language import languages, speak
from app.web.language import preferred
from tests.markup import Markup

GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.7"}
SENTENCE = "/?sentence=The+cat+sat+on+the+mat.&step=2"
PAGES = [SENTENCE, SENTENCE.replace("/?", "/stage?"), "/model", "/docs", "/proof?sentence=The+cat+sat", "/nowhere"]


@pytest.fixture
def in_german() -> Iterator[None]:
    speak(languages()["de"])
    yield
    speak(languages()["en"])


def lang(html: str) -> str:
    return Markup(html).all("html")[0]["lang"]


# --- Which language ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("de", "de"),
        ("DE-at", "de"),
        ("fr, de;q=0.3", "de"),
        ("de;q=0.3, en;q=0.4", "en"),
        ("de;q=0, fr", "en"),
        ("den", "en"),
        ("de;q=nonsense", "en"),
        (", ;;,de", "de"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_a_browsers_languages_are_taken_by_their_weights(header: str, code: str) -> None:
    assert preferred(header) == code


@pytest.mark.parametrize("path", ["/", "/model", "/docs", "/nowhere"])
def test_a_page_is_in_the_browsers_language_unless_its_url_names_one(client: TestClient, path: str) -> None:
    assert lang(client.get(path).text) == "en"
    assert lang(client.get(path, headers=GERMAN).text) == "de"
    assert lang(client.get(path, params={"lang": "de"}).text) == "de"
    assert lang(client.get(path, params={"lang": "en"}, headers=GERMAN).text) == "en"


@pytest.mark.parametrize("path", PAGES)
def test_caches_keep_a_page_by_language_only_where_the_browser_chose_it(client: TestClient, path: str) -> None:
    assert "Accept-Language" in client.get(path).headers["vary"]
    named = path + ("&" if "?" in path else "?") + "lang=de"
    assert "Accept-Language" not in client.get(named).headers["vary"]


def test_an_answer_without_words_is_the_same_in_every_language(client: TestClient) -> None:
    for path in ("/api/pairs?sentence=Hi+there", "/static/app.css", "/openapi.json"):
        answer = client.get(path, headers=GERMAN)
        assert answer.content == client.get(path).content
        assert "Accept-Language" not in answer.headers.get("vary", "")


def test_a_kept_page_is_kept_for_its_language(client: TestClient) -> None:
    first, other = client.get(SENTENCE), client.get(SENTENCE, headers=GERMAN)
    assert first.headers["etag"] != other.headers["etag"]
    asked = {"If-None-Match": first.headers["etag"]}
    assert client.get(SENTENCE, headers=asked).status_code == 304
    changed = client.get(SENTENCE, headers={**asked, **GERMAN})
    assert (changed.status_code, changed.headers["etag"]) == (200, other.headers["etag"])


def test_an_unchanged_page_still_says_that_it_depends_on_the_language(client: TestClient) -> None:
    tag = client.get(SENTENCE).headers["etag"]
    assert "Accept-Language" in client.get(SENTENCE, headers={"If-None-Match": tag}).headers["vary"]


# --- In the URL ----------------------------------------------------------------------------------------------------


def test_every_link_of_a_stage_keeps_a_language_once_given(client: TestClient) -> None:
    markup = Markup(client.get(SENTENCE + "&lang=de&theme=dark").text)
    links = [a for a in markup.all("a") if "hreflang" not in a.attributes and "href" in a.attributes]
    assert [a["href"] for a in links if "lang=de" not in a["href"] and a["href"] != "#content"] == []
    assert ("lang", "de") in [
        (field["name"], field["value"]) for field in markup.all("input") if "value" in field.attributes
    ]


@pytest.mark.parametrize("path", ["/model", "/proof?sentence=The+cat+sat", "/nowhere"])
def test_links_between_pages_keep_it_too(client: TestClient, path: str) -> None:
    markup = Markup(client.get(path, params={"lang": "de"}).text)
    links = [a["href"] for a in markup.all("a") if "hreflang" not in a.attributes and a["href"] != "#content"]
    assert links
    assert [link for link in links if "lang=de" not in link] == []


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/nowhere"])
def test_every_page_offers_the_other_languages_for_itself(client: TestClient, path: str) -> None:
    markup = Markup(client.get(path).text)
    (german,) = [a for a in markup.all("a") if a.attributes.get("hreflang") == "de"]
    assert (german["lang"], german.text) == ("de", "Deutsch")
    there = client.get(f"{path.split('?')[0].replace('/stage', '/')}{german['href'].lstrip('/')}").text
    assert lang(there) == "de"
    assert "Deutsch" not in [a.text for a in Markup(there).all("a")]


@pytest.mark.parametrize("path", ["/", "/stage", "/model", "/docs", "/proof", "/api/random"])
def test_a_language_that_there_is_not_is_refused_with_the_choices(client: TestClient, path: str) -> None:
    answer = client.get(path, params={"lang": "xx"})
    assert answer.status_code == 422
    assert "“lang” is “xx”, but can be en or de." in answer.text


# --- What it changes -----------------------------------------------------------------------------------------------


def test_numbers_have_the_marks_of_the_language(in_german: None) -> None:
    assert (percent(0.6123), percent(4.1e-11)) == ("61,2\u202f%", "4,1\u202f×\u202f10⁻¹¹")
    assert (loss_text(4.3983), perplexity_text(8191.96), duration(0.00412)) == ("4,40", "8.192", "4,1\u202fms")
    assert (odds(0.000004), ordinal(1012)) == ("1\xa0von\xa0250.000", "1.012.")
    assert counted(8184, "%(n)s token", "%(n)s tokens") == "8.184\xa0Tokens"


def test_a_large_number_agrees_with_its_unit(in_german: None) -> None:
    assert [in_words(n) for n in (1e6, 1.5e6, 1e9, 3e12)] == [
        "1 Million",
        "1,5 Millionen",
        "1 Milliarde",
        "3 Billionen",
    ]


def test_a_formula_has_the_decimal_mark_and_keeps_its_signs(in_german: None) -> None:
    shown = formula(rf"-\ln \, {decimal(0.25)} \approx {1.39}")
    assert "<mn>0,2500</mn>" in shown
    assert "<mn>1,39</mn>" in shown
    assert "ln" in shown


def test_a_language_stays_with_the_task_that_speaks_it() -> None:
    copy_context().run(speak, languages()["de"])
    assert loss_text(1.5) == "1.50"


@pytest.mark.parametrize(("path", "status"), [("/?sentence=", 422), ("/?step=99", 422), ("/nowhere", 404)])
def test_an_error_on_a_page_is_in_the_pages_language(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path, headers=GERMAN)
    assert answer.status_code == status
    assert any(word in answer.text for word in ("Noch steht hier kein Text", "gibt es nicht", "gibt es nichts"))


def test_the_api_explains_errors_in_english_unless_asked_otherwise(client: TestClient) -> None:
    path = "/api/pairs?sentence=a&top_k=1000"
    assert "must be at most 100" in client.get(path).json()["error"]["message"]
    assert "höchstens 100" in client.get(path, headers=GERMAN).json()["error"]["message"]
    assert "höchstens 100" in client.get(path + "&lang=de").json()["error"]["message"]


def test_the_sentence_stays_english_and_says_so(client: TestClient) -> None:
    markup = Markup(client.get(SENTENCE, headers=GERMAN).text)
    assert {element["lang"] for element in markup.all("span", "text")} == {"en"}
    assert "nur Englisch gelesen" in markup.all("p", "note")[0].text
    assert Markup(client.get(SENTENCE).text).all("p", "note") == []


def test_what_the_scripts_say_comes_from_the_page(client: TestClient) -> None:
    field = Markup(client.get(SENTENCE, headers=GERMAN).text).one("sentence-error")
    assert field["data-offline"].startswith("Der Server")
