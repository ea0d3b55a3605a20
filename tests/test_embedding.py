from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from app.embedding import HIDEABLE, hiding, keeping
from app.guess import Guess
from app.lesson.view import PARTS
from app.sentences import InputError
from app.state import State
from app.web.assets import content
from tests.markup import Markup
from tests.reading import SENTENCE, read, where

ASKED = {"sentence": SENTENCE, "hide": "refresh,keys", "start": "2", "end": "4", "theme": "dark", "lang": "de"}


# --- What the URL asks for ------------------------------------------------------------------------------------------


def test_names_to_hide_may_be_repeated_listed_and_spaced() -> None:
    assert hiding(State("a b"), ["refresh, input", "", "input"]) == (State("a b", hide=("input", "refresh")), ())


def test_an_unknown_name_is_refused_naming_all_that_can_be_and_the_others_are_kept() -> None:
    state, (message,) = hiding(State("a b"), ["input,<b>", "refresh"])
    assert state.hide == ("input", "refresh")
    assert "“<b>”" in message
    assert message.endswith(f"{', '.join(HIDEABLE)}.")


@pytest.mark.parametrize(("start", "end"), [("0", "3"), ("3", "2"), ("2", "9"), ("two", "3"), ("²", "3"), ("1", "-1")])
def test_a_range_that_the_sentence_does_not_have_is_refused(start: str, end: str) -> None:
    with pytest.raises(InputError, match=f"“start” is “{start}” and “end” is “{end}”, but this .* steps 1 to 5"):
        keeping(State("a b"), {"start": start, "end": end}, 5)


def test_a_range_may_be_open_at_either_end() -> None:
    assert keeping(State("a b"), {"start": "2"}, 5) == State("a b", start=2)
    assert keeping(State("a b"), {"end": "3"}, 5) == State("a b", end=3)
    assert keeping(State("a b"), {"end": "5"}, 5) == State("a b")


def test_the_url_says_again_what_a_host_asked_for() -> None:
    state = State("Hi there", 3, hide=("input", "refresh"), start=2, end=4, guesses=(Guess(2, 7, 60),))
    assert state.query() == "sentence=Hi+there&step=3&hide=input,refresh&start=2&end=4&guesses=2.7.60"
    assert [step for step in range(1, 7) if state.to(step)] == [2, 3, 4]


# --- Pages ----------------------------------------------------------------------------------------------------------


def test_every_link_of_a_guest_leads_to_a_guest_with_the_same_wishes(client: TestClient) -> None:
    markup = read(client, "/embed", 200, **ASKED)
    addresses = [e["href"] for e in markup.all("a") if "href" in e.attributes]
    addresses += [e[name] for e in markup.elements for name in ("hx-get", "data-panel") if name in e.attributes]
    addresses.remove(markup.one("full")["href"])
    for address in addresses:
        assert address.startswith("/embed/")
        if "?" in address:
            assert parse_qs(urlsplit(address).query).items() >= {"hide": ["refresh,keys"], "theme": ["dark"]}.items()
    steps = [parse_qs(urlsplit(address).query)["step"][0] for address in addresses if "step=" in address]
    assert set(steps) == {"2", "3", "4"}


def test_the_form_of_a_guest_keeps_the_wishes_but_the_range_of_another_sentence(client: TestClient) -> None:
    markup = read(client, "/embed", 200, **ASKED)
    kept = {e["name"]: e["value"] for e in markup.all("input") if e["type"] == "hidden"}
    assert kept == {"hide": "refresh,keys", "theme": "dark", "lang": "de"}
    assert markup.all("form")[0]["action"] == "/embed/"


def test_the_way_out_leads_to_the_full_page_with_everything(client: TestClient) -> None:
    out = urlsplit(read(client, "/embed", 200, **ASKED).one("full")["href"])
    assert out.path == "/"
    assert parse_qs(out.query) == {"sentence": [SENTENCE], "step": ["2"], "theme": ["dark"], "lang": ["de"]}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"hide": "everything"}, "“hide” names “everything”"),
        ({"start": "5", "end": "4"}, "“start” is “5”"),
        ({"start": "3", "step": "2"}, "There is no step “2”: here are steps 3 to"),
    ],
)
def test_a_wish_that_cannot_be_met_is_answered_in_place(
    client: TestClient, asked: dict[str, str], message: str
) -> None:
    markup = read(client, "/embed", 422, sentence=SENTENCE, **asked)
    assert message in markup.one("sentence-error").text
    assert markup.all("ol", "tokens")


def test_a_guest_begins_where_its_range_does(client: TestClient) -> None:
    assert where(read(client, "/embed", sentence=SENTENCE, start=3)).startswith("Pair 3 of")


def test_nothing_of_this_changes_the_stage_itself(client: TestClient) -> None:
    markup = read(client, "/", 200, **{**ASKED, "hide": "input", "lang": "en"})
    assert markup.one("sentence")["value"] == SENTENCE
    assert where(markup).startswith("Pair 1 of")
    assert not any("hide=" in e.attributes.get("href", "") for e in markup.all("a"))


@pytest.mark.parametrize("name", sorted(HIDEABLE.keys() - {"quiz", "training"}))  # neither is on this stage
def test_each_name_leaves_something_out_of_the_stage(client: TestClient, name: str) -> None:
    whole, less = (read(client, "/embed", sentence=SENTENCE, step=2, hide=hide) for hide in ("", name))
    if name == "headline":  # which a screen reader still needs
        assert less.all("h1")[0].classes == ["spoken"]
    else:
        n_less, n_whole = (sum(e.attributes.get("type") != "hidden" for e in page.elements) for page in (less, whole))
        assert n_less < n_whole


def test_a_guest_with_everything_hidden_still_says_what_it_is(client: TestClient) -> None:
    markup = read(client, "/embed", sentence=SENTENCE, hide=",".join(HIDEABLE))
    assert len(markup.all("h1")) == len(markup.all("title")) == 1
    assert markup.one("spoken").text


@pytest.mark.parametrize("part", PARTS)
def test_each_part_of_the_lesson_is_a_guest_too(client: TestClient, part: str) -> None:
    markup = read(client, f"/embed/lesson/{part}", sentence=SENTENCE, hide="quiz,text")
    assert not markup.all("header")
    assert not markup.all("div", "quiz")
    assert len(markup.all("h1")) == 1
    assert "bare" in markup.one(part).classes
    assert urlsplit(markup.one("full")["href"]).path == f"/lesson/{part}"
    for element in markup.all("form"):
        assert element["action"].startswith("/embed/lesson/")


def test_the_whole_lesson_is_no_guest(client: TestClient) -> None:
    assert "/embed/lesson" in read(client, "/embed/lesson", 404).all("h1")[0].text


def test_steps_in_a_guest_take_the_place_of_the_last_in_the_history(client: TestClient) -> None:
    headers = client.get("/embed/stage", params={"sentence": SENTENCE}).headers
    assert headers["HX-Replace-Url"].startswith("/embed/?sentence=")
    assert "HX-Push-Url" not in headers


def test_a_guest_behind_a_prefix_keeps_it(client: TestClient) -> None:
    with_prefix = TestClient(client.app, root_path="/labels")
    markup = Markup(with_prefix.get("/embed", params={"sentence": SENTENCE}).text)
    assert markup.one("next")["href"].startswith("/labels/embed/?")
    assert markup.one("full")["href"].startswith("/labels/?")
    assert markup.all("script")[-1]["src"].startswith("/labels/static/")


def test_no_length_in_a_guest_follows_the_height_of_its_frame() -> None:
    """The style of the projector's view and the lesson's do, which a guest undoes or does not have."""
    sheets = {name: content(name).decode() for name in ("app.css", "embed.css")}
    for name, sheet in sheets.items():
        assert not any(unit in sheet for unit in ("vh", "vmin", "vmax", "vb;", "min-height: 100%")), name
