import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from app.checkpoint import Checkpoint
from app.embedding import HIDEABLE
from app.lesson.view import PARTS
from app.main import create_app
from app.predict import Predictor
from app.sentences import Bank
from app.settings import Settings
from app.web.render import RenderedPages
from app.web.services import Services
from tests.markup import Markup
from tests.reading import HOSTILE, SENTENCE, read

STATE = {"sentence": SENTENCE, "step": "3", "tint": "surprise", "lang": "en"}
SetUp = Callable[..., TestClient]


@pytest.fixture
def set_up(shipped: Checkpoint, bank: Bank) -> SetUp:
    def client(**settings: str) -> TestClient:
        services = Services(bank, Predictor(shipped), RenderedPages(1_000_000), {})
        app = create_app(Settings.model_validate(settings), services)
        app.state.services = services
        return TestClient(app)

    return client


def snippet(markup: Markup, name: str) -> str:
    return markup.one(name).text


@pytest.mark.parametrize("path", ["/share", "/share/panel"])
def test_every_snippet_is_of_exactly_this_state(client: TestClient, path: str) -> None:
    markup = read(client, path, 200, **STATE, hide="input", end=4)
    link = urlsplit(snippet(markup, "link"))
    assert (link.scheme, link.netloc, link.path) == ("http", "testserver", "/")
    assert parse_qs(link.query) == {name: [value] for name, value in STATE.items()}
    frame = Markup(snippet(markup, "html")).all("iframe")[0]
    address = urlsplit(frame["src"])
    assert address.path == "/embed"
    assert parse_qs(address.query) == {**parse_qs(link.query), "hide": ["input"], "end": ["4"]}
    assert markup.one("preview")["src"] == f"/embed?{address.query}"
    assert f"Pair 3 of “{SENTENCE}”" in frame["title"]


def test_what_a_link_shows_is_what_was_shared(client: TestClient) -> None:
    markup = read(client, "/share", 200, **STATE, hide="refresh")
    there = client.get(snippet(markup, "link"))
    assert there.text == client.get("/", params=STATE).text


def test_ticks_are_those_of_the_state_and_there_is_one_for_each_control(client: TestClient) -> None:
    boxes = [e for e in read(client, "/share", 200, **STATE, hide="guess,bars").all("input") if e["type"] == "checkbox"]
    assert {box["value"] for box in boxes} == HIDEABLE.keys() - {"quiz"}
    assert {box["value"] for box in boxes if "checked" in box.attributes} == {"guess", "bars"}


def test_the_form_keeps_the_state_and_sends_the_wishes(client: TestClient) -> None:
    markup = read(client, "/share", 200, **STATE, hide="guess", start=2)
    kept = {e["name"]: e["value"] for e in markup.all("input") if e["type"] == "hidden"}
    assert kept == STATE
    assert {e["id"]: e["value"] for e in markup.all("input") if e["type"] == "number"} == {
        "start": "2",
        "end": "7",
        "height": "900",
    }


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"height": "20"}, "The height is “20”, but can be 100 to 10000 pixels."),
        ({"height": "<i>"}, "The height is “<i>”"),
        ({"hide": "all"}, "“hide” names “all”"),
        ({"start": "9"}, "“start” is “9”"),
        ({"step": "99"}, "There is no step “99”"),
    ],
)
def test_what_cannot_be_is_said_and_the_rest_is_shared(client: TestClient, asked: dict[str, str], message: str) -> None:
    markup = read(client, "/share", 422, **{**STATE, **asked})
    assert message in markup.all("p", "error")[0].text
    assert snippet(markup, "link").startswith("http://testserver/?sentence=")


@pytest.mark.parametrize("path", ["/share", "/share/panel", "/share/lesson/text"])
@pytest.mark.parametrize(
    ("kept", "step"), [({"start": "4"}, "4"), ({"end": "2"}, "2"), ({"start": "5", "end": "2"}, "3")]
)
def test_the_step_follows_the_steps_to_keep_to(client: TestClient, path: str, kept: dict[str, str], step: str) -> None:
    answer = client.get(path, params={**STATE, **kept})
    assert parse_qs(urlsplit(snippet(Markup(answer.text), "link")).query)["step"] == [step]
    assert parse_qs(answer.url.query.decode()) == {
        name: [value] for name, value in {**STATE, **kept, "step": step}.items()
    }
    assert "There is no step" not in answer.text


def test_a_frames_step_beyond_its_own_range_is_said(client: TestClient) -> None:
    assert (
        "There is no step “3”: here are steps 4 to 7."
        in read(client, "/embed", 422, **STATE, start=4).one("stage").text
    )


@pytest.mark.parametrize("part", PARTS)
def test_each_part_of_the_lesson_is_handed_out_as_it_is(client: TestClient, part: str) -> None:
    asked = {"sentence": SENTENCE, "step": "3", "wage": "20", "lang": "de"}
    page = Markup(client.get(f"/lesson/{part}", params=asked).text)
    [way] = [e for e in page.all("a") if e.attributes.get("href", "").startswith("/share/")]
    markup = read(client, f"{way['href']}&hide=quiz")
    link, preview = urlsplit(snippet(markup, "link")), urlsplit(markup.one("preview")["src"])
    assert (link.path, preview.path) == (f"/lesson/{part}", f"/embed/lesson/{part}")
    assert {name: values[0] for name, values in parse_qs(link.query).items()} == asked
    assert parse_qs(preview.query) == {**parse_qs(link.query), "hide": ["quiz"]}
    assert Markup(snippet(markup, "html")).all("iframe")[0]["src"] == f"http://testserver{preview.geturl()}"
    assert page.all("title")[0].text in snippet(markup, "html")
    assert markup.all("form")[0]["action"] == f"/share/lesson/{part}"
    assert [e["href"] for e in markup.all("a", "button")] == [f"/lesson/{part}?{link.query}"]


@pytest.mark.parametrize("part", ["labels", "text"])
def test_each_tick_leaves_something_out_of_a_part(client: TestClient, part: str) -> None:
    def shown(name: str) -> str:
        text = client.get(f"/embed/lesson/{part}", params={"sentence": SENTENCE, "hide": name}).text
        return re.sub(r'(&amp;|\?)hide=\w*|<input type="hidden" name="hide"[^>]*>|\s', "", text)

    boxes = [e for e in read(client, f"/share/lesson/{part}").all("input") if e["type"] == "checkbox"]
    assert len(boxes) > 3
    for box in boxes:
        assert shown(box["value"]) != shown(""), box["value"]


def test_a_range_of_steps_is_asked_for_where_there_are_steps_alone(client: TestClient) -> None:
    asked = {
        part: {e["id"] for e in read(client, f"/share/lesson/{part}").all("input") if e["type"] == "number"}
        for part in PARTS
    }
    assert {part for part, fields in asked.items() if "end" in fields} == {"text"}
    assert all("height" in fields for fields in asked.values())


def test_a_clock_that_runs_is_not_handed_out(client: TestClient) -> None:
    markup = read(client, "/share/lesson/labels", sentence=SENTENCE, labels="pnp", begun="1700000000.0")
    assert parse_qs(urlsplit(snippet(markup, "link")).query) == {"sentence": [SENTENCE], "step": ["1"]}
    done = read(client, "/share/lesson/labels", labels="pnpnpnpn", seconds="12.5")
    assert "labels=pnpnpnpn&seconds=12.5" in snippet(done, "link")


def test_what_is_no_part_of_the_lesson_cannot_be_shared(client: TestClient) -> None:
    assert client.get("/share/lesson/nothing").status_code == 404


def test_empty_fields_of_the_form_ask_for_nothing(client: TestClient) -> None:
    assert "start" not in snippet(read(client, "/share", 200, **STATE, start="", end="", height=""), "html")


def test_a_refused_sentence_gets_a_page_that_says_why(client: TestClient) -> None:
    assert "Add a word." in read(client, "/share", 422, sentence="a").all("h1")[0].text


@pytest.mark.parametrize("sentence", HOSTILE)
def test_a_hostile_sentence_is_only_text_here_too(client: TestClient, sentence: str) -> None:
    shape, harmless = (
        {(element.tag, *element.attributes) for element in read(client, "/share", sentence=text).elements}
        for text in (sentence, SENTENCE)
    )
    assert shape <= harmless | {("p",)}


def test_an_address_too_long_for_a_qr_code_is_said_to_be(client: TestClient, set_up: SetUp) -> None:
    assert read(client, "/share", 200, **STATE).all("svg", "qr")
    markup = read(set_up(public_url=f"https://x.org/{'a' * 3_000}"), "/share", 200, **STATE)
    assert not markup.all("svg", "qr")
    assert "too long for a QR code" in markup.all("figcaption")[0].text


def test_addresses_are_of_the_host_that_was_asked_each_time(set_up: SetUp) -> None:
    client = set_up()
    for host in ("one.example", "two.example"):
        markup = Markup(client.get("/share", params=STATE, headers={"Host": host}).text)
        assert snippet(markup, "link").startswith(f"http://{host}/?")


def test_addresses_are_the_operators_where_one_is_set(set_up: SetUp) -> None:
    markup = Markup(set_up(public_url="https://example.org/labels/").get("/share", params=STATE).text)
    assert snippet(markup, "link").startswith("https://example.org/labels/?sentence=")
    assert 'src="https://example.org/labels/embed?sentence=' in snippet(markup, "html")
    assert markup.one("preview")["src"].startswith("/embed?")


def test_where_no_page_may_frame_the_app_links_are_left(set_up: SetUp) -> None:
    markup = Markup(set_up(frame_ancestors="none").get("/share", params=STATE).text)
    assert snippet(markup, "markdown")
    assert not markup.all("iframe")
    assert "lets no page show it in a frame" in markup.one("content").text


def test_the_stage_leads_to_it_but_not_a_guest_nor_the_projector(client: TestClient) -> None:
    assert parse_qs(urlsplit(read(client, "/", 200, **STATE).one("share")["href"]).query)["step"] == ["3"]
    for path, view in (("/embed", "page"), ("/", "projector")):
        assert "/share" not in client.get(path, params={**STATE, "view": view}).text


def test_the_pages_own_address_follows_what_is_ticked_but_the_stages_does_not(client: TestClient) -> None:
    on_page = client.get(
        "/share/panel?sentence=a+b", headers={"HX-Current-URL": "http://testserver/share?sentence=a+b"}
    )
    on_stage = client.get("/share/panel?sentence=a+b", headers={"HX-Current-URL": "http://testserver/?sentence=a+b"})
    assert on_page.headers["HX-Replace-Url"] == "/share?sentence=a+b"
    assert "HX-Replace-Url" not in on_stage.headers


def test_a_browser_may_say_any_address_of_its_page(client: TestClient) -> None:
    """A header is a visitor's to write, and one that Python cannot read as an address was an error of ours."""
    answer = client.get("/share/panel", params=STATE, headers={"HX-Current-URL": "http://[::1"})
    assert answer.status_code == 200
    assert "hx-replace-url" not in answer.headers
