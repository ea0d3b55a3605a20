"""What other sites are told of a page: oEmbed (https://oembed.com), Open Graph, JSON-LD, and its picture."""

import json
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.checkpoint import Checkpoint
from app.main import create_app
from app.predict import Predictor
from app.sentences import Bank
from app.settings import Settings
from app.view_preview import png, preview
from app.web.oembed import PAGES
from app.web.render import RenderedPages, templates
from app.web.services import Services
from tests.markup import Element, Markup

STAGE = "http://testserver/?sentence=Tea+%26+%22cake%22+%3Cnow%3E.&step=3&theme=dark&lang=de"
SENTENCE = 'Tea & "cake" <now>.'


def meta(markup: Markup, name: str) -> str:
    [found] = [e for e in markup.all("meta") if name in (e.attributes.get("property"), e.attributes.get("name"))]
    return found["content"]


def oembed(client: TestClient, url: str = STAGE, /, **parameters: int) -> Any:
    response = client.get("/oembed", params={"url": url, **parameters})
    assert response.status_code == 200, response.text
    return response.json()


def frame(html: str) -> Element:
    [found] = Markup(html).all("iframe")
    return found


# --- oEmbed --------------------------------------------------------------------------------------------------------


def test_an_answer_has_all_that_the_specification_asks_of_a_rich_one(client: TestClient) -> None:
    answer = oembed(client)
    assert (answer["version"], answer["type"]) == ("1.0", "rich")
    assert {"html", "width", "height", "title", "provider_name", "provider_url", "cache_age"} <= answer.keys()
    assert {"thumbnail_url", "thumbnail_width", "thumbnail_height"} <= answer.keys()


def test_the_frame_holds_the_guest_of_that_very_state(client: TestClient) -> None:
    found = frame(oembed(client)["html"])
    address = urlsplit(found["src"])
    assert (address.scheme, address.netloc, address.path) == ("http", "testserver", "/embed")
    assert address.query == urlsplit(STAGE).query
    assert found["title"] == f"{SENTENCE} · Free Labels"


@pytest.mark.parametrize(
    ("page", "place"), [("/lesson/labels", "/embed/lesson/labels"), ("/proof", "/embed/proof"), ("/model", "/model")]
)
def test_each_page_is_framed_as_a_guest_where_there_is_such_a_one(client: TestClient, page: str, place: str) -> None:
    assert urlsplit(frame(oembed(client, f"http://testserver{page}")["html"])["src"]).path == place


def test_a_guests_address_is_taken_as_its_pages(client: TestClient) -> None:
    guest = oembed(client, "http://testserver/embed?sentence=Hi+there.&step=1")
    assert guest == oembed(client, "http://testserver/?sentence=Hi+there.&step=1")


@pytest.mark.parametrize(
    ("limits", "size", "has_thumbnail"),
    [
        ({}, (800, 900), True),
        ({"maxwidth": 400}, (400, 900), False),
        ({"maxwidth": 2000, "maxheight": 600}, (800, 600), False),
        ({"maxwidth": 2000, "maxheight": 2000}, (800, 900), True),
    ],
)
def test_nothing_is_larger_than_was_asked_for(
    client: TestClient, limits: dict[str, int], size: tuple[int, int], has_thumbnail: bool
) -> None:
    answer = oembed(client, **limits)
    assert (answer["width"], answer["height"]) == size
    assert (frame(answer["html"])["width"], frame(answer["html"])["height"]) == tuple(map(str, size))
    assert ("thumbnail_url" in answer) == has_thumbnail


@pytest.mark.parametrize(
    ("place", "title"),
    [
        ("/lesson/labels", "Labels are costly · Free Labels"),
        ("/lesson/labels?lang=de", "Labels sind teuer · Free Labels"),
        ("/model", "Free Labels"),
        ("/?guess=on", "Free Labels"),
    ],
)
def test_the_title_is_the_pages_own_in_its_own_language(client: TestClient, place: str, title: str) -> None:
    assert oembed(client, f"http://testserver{place}")["title"] == title


def test_xml_says_the_same(client: TestClient) -> None:
    response = client.get("/oembed", params={"url": STAGE, "format": "xml"})
    assert response.headers["content-type"].startswith("text/xml")
    root = ElementTree.fromstring(response.text)  # noqa: S314 - our own
    assert root.tag == "oembed"
    assert {field.tag: field.text for field in root} == {name: str(value) for name, value in oembed(client).items()}


@pytest.mark.parametrize(
    ("url", "parameters", "status", "code"),
    [
        ("http://elsewhere.org/?sentence=Hi+there.", {}, 404, "not_found"),
        ("http://testserver/nowhere", {}, 404, "not_found"),
        ("http://testserver/api/pairs?sentence=Hi+there.", {}, 404, "not_found"),
        ("http://testserver/?sentence=a", {}, 404, "not_found"),
        ("ftp://testserver/", {}, 404, "not_found"),
        ("http://[", {}, 404, "not_found"),
        (STAGE, {"format": "yaml"}, 501, "unknown_format"),
        (STAGE, {"maxwidth": "0"}, 422, "invalid_maxwidth"),
        (STAGE, {"maxheight": "wide"}, 422, "invalid_maxheight"),
    ],
)
def test_errors_are_those_of_the_specification(
    client: TestClient, url: str, parameters: dict[str, str], status: int, code: str
) -> None:
    response = client.get("/oembed", params={"url": url, **parameters})
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_where_no_page_may_frame_the_app_the_link_is_to_be_given(shipped: Checkpoint, bank: Bank) -> None:
    known = Services(bank, Predictor(shipped), RenderedPages(1_000_000), {})
    with TestClient(create_app(Settings(frame_ancestors="none"), known)) as client:
        answer = client.get("/oembed", params={"url": STAGE})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_shown")
    assert STAGE in answer.json()["error"]["message"]
    assert "WWW-Authenticate" in answer.headers


def test_an_address_that_was_not_written_as_one_comes_back_as_one(client: TestClient) -> None:
    found = oembed(client, "http://testserver/?sentence=Tea & <b>cake</b> now.")
    assert found["thumbnail_url"] == "http://testserver/preview.png?sentence=Tea%20&%20%3Cb%3Ecake%3C/b%3E%20now."
    assert frame(found["html"])["src"].endswith("/embed?sentence=Tea%20&%20%3Cb%3Ecake%3C/b%3E%20now.")


@pytest.mark.parametrize("public_url", ["https://example.org", "https://example.org/labels"])
def test_behind_a_proxy_addresses_are_those_that_others_know(shipped: Checkpoint, bank: Bank, public_url: str) -> None:
    known = Services(bank, Predictor(shipped), RenderedPages(1_000_000), {})
    with TestClient(create_app(Settings(public_url=public_url), known)) as client:
        answer = oembed(client, f"{public_url}/?sentence=Hi+there.")
        assert frame(answer["html"])["src"] == f"{public_url}/embed?sentence=Hi+there."
        assert oembed(client, public_url)["provider_url"] == f"{public_url}/"
        assert client.get("/oembed", params={"url": "http://testserver/"}).status_code == 404


# --- Every page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_every_page_leads_to_its_description_and_its_picture(client: TestClient, page: str) -> None:
    markup = Markup(client.get(page).text)
    links = {e["type"]: e["href"] for e in markup.all("link") if e["rel"] == "alternate"}
    assert set(links) == {"application/json+oembed", "text/xml+oembed"}
    for kind, address in links.items():
        assert parse_qs(urlsplit(address).query)["url"] == [f"http://testserver{page}"]
        response = client.get(address)
        assert response.status_code == 200
        assert response.headers["content-type"].partition(";")[0] == kind.replace("+oembed", "")
    assert meta(markup, "og:title") == markup.all("title")[0].text
    assert meta(markup, "og:description") == meta(markup, "description")
    assert meta(markup, "twitter:card") == "summary_large_image"


@pytest.mark.parametrize("guest", ["/embed", "/embed/?step=2&hide=input", "/embed/lesson/text?sentence=Hi+there."])
def test_a_guest_leads_to_the_description_of_itself(client: TestClient, guest: str) -> None:
    links = [e["href"] for e in Markup(client.get(guest).text).all("link") if e["rel"] == "alternate"]
    assert [frame(client.get(links[0]).json()["html"])["src"]] == [f"http://testserver{guest.replace('/?', '?')}"]
    assert meta(Markup(client.get(guest).text), "og:image").startswith("http://testserver/preview.png")


def test_a_stages_head_tells_its_very_state(client: TestClient) -> None:
    markup = Markup(client.get(STAGE).text)
    assert meta(markup, "og:url") == STAGE
    assert meta(markup, "og:image") == STAGE.replace("/?", "/preview.png?")
    [data] = [json.loads(e.text) for e in markup.all("script") if e.attributes.get("type") == "application/ld+json"]
    assert data["@type"] == "LearningResource"
    assert data["name"] == markup.all("title")[0].text
    assert (data["url"], data["inLanguage"]) == (STAGE, "de")


# --- The picture ---------------------------------------------------------------------------------------------------


def picture(predictor: Predictor, sentence: str, step: int, is_hidden: bool = False) -> bytes:
    shown = preview(predictor.analyze(sentence), step, is_hidden)
    return png(templates.get_template("preview.svg").render(picture=shown))


@pytest.fixture(scope="module")
def predictor(shipped: Checkpoint) -> Predictor:
    return Predictor(shipped)


@pytest.mark.parametrize("query", ["", "?sentence=Hi+there.&step=2&unit=words", "?guess=on&step=3", "?lang=de"])
def test_the_picture_is_a_png_that_is_kept(client: TestClient, query: str) -> None:
    response = client.get(f"/preview.png{query}")
    assert response.headers["content-type"] == "image/png"
    assert Image.open(BytesIO(response.content)).size == (1200, 630)
    again = client.get(f"/preview.png{query}", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304


def test_each_step_and_each_sentence_has_its_own_picture(predictor: Predictor) -> None:
    asked = [("Hi there.", 1), ("Hi there.", 2), ("Hi you.", 1)]
    assert len({picture(predictor, sentence, step) for sentence, step in asked}) == 3


def test_a_picture_to_guess_from_tells_nothing_of_what_comes(predictor: Predictor) -> None:
    one, other = (picture(predictor, f"The cat {verb} now.", 2, is_hidden=True) for verb in ("sat", "ran"))
    assert one == other


@pytest.mark.parametrize(
    "sentence", ["and so on " * 40, "日本 😀 العربية", "x" * 60, " \t\n a b", '\u202e\u200d\ufffe <&>"]]>']
)
@pytest.mark.parametrize("where", ["first", "last"])
def test_any_sentence_can_be_drawn(predictor: Predictor, sentence: str, where: str) -> None:
    last = len(predictor.analyze(sentence).predictions)
    assert picture(predictor, sentence, 1 if where == "first" else last)


@pytest.mark.parametrize("step", [24, 59])
def test_the_label_is_in_the_picture_also_of_long_words(predictor: Predictor, step: int) -> None:
    sentence = "representative infrastructure characteristics " * 20
    tokens = Image.open(BytesIO(picture(predictor, sentence.strip(), step))).convert("RGB").crop((0, 100, 1200, 410))
    colours = {colour for _, colour in tokens.getcolors(1 << 20) or ()}
    assert (0xA8, 0x43, 0x00) in colours


def test_a_sentence_that_cannot_be_cut_has_no_picture(client: TestClient) -> None:
    assert client.get("/preview.png?sentence=a").status_code == 422
