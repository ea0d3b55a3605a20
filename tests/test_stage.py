import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.sentences import Bank
from tests.markup import Markup
from tests.reading import HOSTILE, ODD, SENTENCE, read, where

# --- The first view ------------------------------------------------------------------------------------------------


def test_the_app_opens_on_the_banks_opening_sentence_at_its_first_pair(client: TestClient, bank: Bank) -> None:
    markup = read(client, "/")
    assert markup.one("sentence")["value"] == bank.opening
    assert where(markup).startswith("Pair 1 of ")
    assert [token["id"] for token in markup.all("a", "label")] == ["x2"]


def test_the_tokens_on_the_stage_make_up_the_sentence(client: TestClient) -> None:
    markup = read(client, "/", sentence=SENTENCE, step=3)
    (row,) = markup.all("ol", "tokens")
    words = [span.text for span in markup.all("span", "text")[: len(markup.all("li"))]]
    assert "".join(words) == SENTENCE
    assert row["aria-label"]


def test_the_first_view_weighs_under_100_kb(client: TestClient) -> None:
    page = client.get("/")
    markup = Markup(page.text)
    assets = [e["src"] for e in markup.all("script") if "src" in e.attributes]
    assets += [e["href"] for e in markup.all("link") if e["rel"] != "alternate"]
    answers = [page, *(client.get(address) for address in assets)]
    assert len(answers) == 4  # the page, its style, its scripts in one, its icon
    assert sum(answer.num_bytes_downloaded for answer in answers) < 100_000


def test_a_refused_text_is_followed_by_an_example_to_go_on_with(client: TestClient) -> None:
    markup = read(client, "/", 422, sentence="a", tint="surprise")
    href = markup.one("example")["href"]
    assert href.startswith("/?sentence=The+cat+fell+asleep")
    assert "tint=surprise" in href
    assert client.get(href).status_code == 200


# --- Links, fragments and the URL ----------------------------------------------------------------------------------


@pytest.mark.parametrize("sentence", [SENTENCE, *ODD, *HOSTILE])
def test_every_link_is_the_pages_for_everyone_and_its_fragments_for_htmx(client: TestClient, sentence: str) -> None:
    markup = read(client, "/", sentence=sentence, step=2)
    panels = {element["data-panel"] for element in markup.elements if "data-panel" in element.attributes}
    assert panels == {"/stage/step", "/stage", "/share/panel", "/proof/panel"}
    # static/links.js lends a link the fragment with its own query, of the panel that it or a list around it names.
    stepping = [link for link in markup.all("a") if link.attributes.get("id", "").startswith(("x", "row"))]
    ends = [markup.one(name) for name in ("first", "previous", "next", "last", "goto")]
    named = [link for link in markup.all("a") if "data-panel" in link.attributes]
    for link in stepping + ends + [link for link in named if link["id"] not in ("prove", "share")]:
        href = urlsplit(link["href"])
        is_step = link in stepping or link in ends
        assert (href.path, link.attributes.get("data-panel", "/stage/step")) == (
            "/",
            "/stage/step" if is_step else "/stage",
        )
        assert parse_qs(href.query)["sentence"] == [sentence]
    refresh = markup.one("refresh")
    assert refresh["hx-get"] == "/stage" + refresh["href"]
    form = markup.all("form")[0]
    assert (form["action"], form["hx-get"]) == ("/", "/stage")
    n_steps = int(where(markup).split()[-1])
    assert {int(parse_qs(urlsplit(link["href"]).query)["step"][0]) for link in stepping} == set(range(1, n_steps + 1))


def title_and_stage(fragment: str) -> list[str]:
    """A fragment's two parts, which a page holds in its head and in its body."""
    parts = fragment.split("\n", 1)
    assert parts[0].startswith("<title>")
    return parts


@pytest.mark.parametrize(
    "query",
    [
        {"sentence": SENTENCE, "step": "3"},
        {"sentence": SENTENCE},
        {"sentence": "a"},
        {"sentence": SENTENCE, "step": "99"},
        *({"sentence": sentence, "step": "2"} for sentence in ODD),
    ],
)
def test_the_fragment_is_the_pages_stage(client: TestClient, query: dict[str, str]) -> None:
    page, fragment = client.get("/", params=query), client.get("/stage", params=query)
    assert fragment.status_code == page.status_code
    assert all(part in page.text for part in title_and_stage(fragment.text))
    assert "<html" not in fragment.text


@pytest.mark.parametrize("sentence", [SENTENCE, *ODD, *HOSTILE])
@pytest.mark.parametrize("step", [{}, {"step": "2"}])
def test_a_fragment_pushes_the_url_of_its_page(client: TestClient, sentence: str, step: dict[str, str]) -> None:
    fragment = client.get("/stage", params={"sentence": sentence, **step})
    pushed = fragment.headers["HX-Push-Url"]
    assert pushed.isascii()
    assert urlsplit(pushed).path == "/"
    assert parse_qs(urlsplit(pushed).query) == {"sentence": [sentence], **({"step": ["2"]} if step else {})}
    page = client.get(pushed).text
    assert all(part in page for part in title_and_stage(fragment.text))


@pytest.mark.parametrize("sentence", ["", "a", "one\x00two", "<b>" * 700, "&#+%😀\x07", SENTENCE])
def test_a_refused_fragment_pushes_the_url_of_the_same_refusal(client: TestClient, sentence: str) -> None:
    fragment = client.get("/stage", params={"sentence": sentence, "step": "99"})
    page = client.get(fragment.headers["HX-Push-Url"])
    assert (fragment.status_code, page.status_code) == (422, 422)
    assert all(part in page.text for part in title_and_stage(fragment.text))


PLACE = re.compile(r'<hx-partial hx-target="#([\w-]+)" hx-swap="outerMorph">(.*?)</hx-partial>', re.S)


@pytest.mark.parametrize("options", [{}, {"rows": "folded", "lang": "de"}, {"unit": "words", "tint": "surprise"}])
def test_a_steps_fragment_is_the_parts_of_the_stage_that_a_step_changes(
    client: TestClient, options: dict[str, str]
) -> None:
    query = {"sentence": SENTENCE, "step": "3", **options}
    whole, step = client.get("/stage", params=query), client.get("/stage/step", params=query)
    parts = PLACE.findall(step.text)
    assert [place for place, _ in parts] == [
        *("sentence-error", "goto", "steps", "unit", "spoken", "pair", "expected", "so-far")
    ]
    for place, part in parts:
        assert part in whole.text
        assert re.match(rf'<\w+ [^>]*\bid="{place}"', part)
        assert part.endswith(">")  # white space beside it would stay on the page, more at each step
    assert PLACE.sub("", step.text) == title_and_stage(whole.text)[0] + "\n"
    assert step.headers["HX-Push-Url"] == whole.headers["HX-Push-Url"]


def test_a_steps_fragment_has_no_part_that_the_page_leaves_out(client: TestClient) -> None:
    query = {"sentence": SENTENCE, "step": "3", "hide": "unit,stepper,bars,staircase"}
    step = client.get("/embed/stage/step", params=query)
    assert [place for place, _ in PLACE.findall(step.text)] == ["sentence-error", "goto", "spoken", "pair"]


@pytest.mark.parametrize("query", [{"guess": "on", "step": "2"}, {"sentence": "a"}])
def test_a_steps_fragment_is_whole_where_a_step_changes_the_sentence_or_there_is_none(
    client: TestClient, query: dict[str, str]
) -> None:
    """To guess hides the tokens from the step's label on."""
    assert client.get("/stage/step", params=query).text == client.get("/stage", params=query).text


def test_a_page_pushes_no_url(client: TestClient) -> None:
    assert "HX-Push-Url" not in client.get("/").headers


def test_white_space_around_a_sentence_is_a_slip_of_the_hand(client: TestClient) -> None:
    assert read(client, "/", sentence=f"  {SENTENCE}\n").one("sentence")["value"] == SENTENCE


def test_a_text_of_two_lines_becomes_one_line_as_in_the_field(client: TestClient) -> None:
    assert read(client, "/", sentence="one line\r\nand two").one("sentence")["value"] == "one line and two"


# --- Another sentence ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "target"), [("/random", "/"), ("/stage/random", "/stage")])
def test_refresh_leads_to_another_sentence_of_the_bank(client: TestClient, bank: Bank, path: str, target: str) -> None:
    drawn, after = set(), bank.opening
    for _ in range(100):
        response = client.get(path, params={"after": after}, follow_redirects=False)
        assert response.status_code == 303
        location = urlsplit(response.headers["location"])
        (sentence,) = parse_qs(location.query)["sentence"]
        assert location.path == target
        assert sentence != after
        assert sentence in bank.sentences
        drawn.add(sentence)
        after = sentence
    assert len(drawn) > 20


@pytest.mark.parametrize("after", ["", "not of the bank", "😀 &#"])
def test_refresh_after_any_text_gives_a_sentence(client: TestClient, bank: Bank, after: str) -> None:
    markup = read(client, "/random", after=after)
    assert markup.one("sentence")["value"] in bank.sentences


# --- What cannot be used -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/stage"])
@pytest.mark.parametrize("sentence", ["", "a", "one\x00two", "0" * 129, "<b>" * 700])
def test_a_refused_sentence_is_kept_with_the_apis_message_beside_the_field(
    client: TestClient, path: str, sentence: str
) -> None:
    markup = read(client, path, 422, sentence=sentence)
    field, message = markup.one("sentence"), markup.one("sentence-error")
    error = client.get("/api/pairs", params={"sentence": sentence}).json()["error"]
    assert message.text == error["message"]
    assert field["value"] == sentence
    assert (field["aria-invalid"], field["aria-describedby"]) == ("true", "sentence-error")
    assert markup.all("ol", "tokens") == []


@pytest.mark.parametrize("query", [{"step": "99"}, {"rows": "sideways"}])
def test_a_wrong_step_or_option_is_no_fault_of_the_sentence(client: TestClient, query: dict[str, str]) -> None:
    markup = read(client, "/", 422, sentence=SENTENCE, **query)
    message = markup.one("sentence-error")
    assert message.text
    assert message["role"] == "alert"
    assert {"aria-invalid", "aria-describedby"} & markup.one("sentence").attributes.keys() == set()


def test_a_good_sentence_has_no_message(client: TestClient) -> None:
    markup = read(client, "/", sentence=SENTENCE)
    assert markup.one("sentence-error").text == ""
    assert "aria-invalid" not in markup.one("sentence").attributes


@given(
    st.one_of(
        st.text(max_size=12),
        st.integers(-2, 30).map(str),
        st.text("0123456789٣²", min_size=1, max_size=12),
        st.integers(1, 5_000).map(lambda n: "0" * n + "19"),
    )
)
def test_any_step_is_shown_or_refused_with_the_sentence_kept(client: TestClient, step: str) -> None:
    response = client.get("/stage", params={"sentence": SENTENCE, "step": step})
    markup = Markup(response.text)
    assert markup.one("sentence")["value"] == SENTENCE
    if response.status_code == 200:
        assert where(markup).startswith(f"Pair {int(step)} of ")
    else:
        assert response.status_code == 422
        message = markup.one("sentence-error").text
        assert message.startswith("There is no step “")
        assert "steps 1 to " in message
        assert where(markup).startswith("Pair 1 of ")


@pytest.mark.parametrize("step", ["0", "-1", "8", "x", "", "1.0", "99999999999999999999"])
def test_a_step_that_is_none_is_refused(client: TestClient, step: str) -> None:
    """“The boat drifted across the lake.” has 7 words and signs, but the model may cut it finer."""
    n_steps = int(where(read(client, "/", sentence=SENTENCE)).split()[-1])
    refused = str(n_steps + 1) if step == "8" else step
    read(client, "/", 422, sentence=SENTENCE, step=refused)


# --- Options --------------------------------------------------------------------------------------------------------


OTHERWISE = {"rows": "folded", "tint": "surprise", "keys": "off"}


@pytest.mark.parametrize(("sentence", "status"), [(SENTENCE, 200), ("a", 422)], ids=["used", "refused"])
def test_every_link_and_the_form_keep_the_way_that_the_stage_is_shown(
    client: TestClient, sentence: str, status: int
) -> None:
    markup = read(client, "/", status, sentence=sentence, step=2, **OTHERWISE)
    for link in markup.all("a"):
        name = link.attributes.get("id", "")
        is_ours = "data-panel" in link.attributes or name.startswith(("x", "row", "first", "previous", "next", "last"))
        if is_ours and name not in ("fold", "tint", "letters"):
            asked = parse_qs(urlsplit(link["href"]).query)
            assert {name: asked[name][0] for name in OTHERWISE} == OTHERWISE, link["id"]
    hidden = {
        field["name"]: field["value"] for field in markup.all("input") if field.attributes.get("type") == "hidden"
    }
    assert hidden == OTHERWISE


@pytest.mark.parametrize(
    ("keys", "text", "others"), [("on", "Turn letters off", ["off"]), ("off", "Turn letters on", [])]
)
def test_a_link_turns_letters_off_and_on(client: TestClient, keys: str, text: str, others: list[str]) -> None:
    link = read(client, "/", sentence=SENTENCE, step=2, keys=keys).one("letters")
    assert link.words == text
    asked = parse_qs(urlsplit(link["href"]).query)
    assert (asked["step"], asked.get("keys", [])) == (["2"], others)


def test_a_random_sentence_is_shown_as_the_one_before(client: TestClient) -> None:
    response = client.get("/random", params={"rows": "folded", "tint": "?"}, follow_redirects=False)
    asked = parse_qs(urlsplit(response.headers["location"]).query)
    assert asked["rows"] == ["folded"]
    assert "tint" not in asked


def test_in_words_steps_count_words(client: TestClient) -> None:
    sentence = "The little boat drifted."
    assert where(read(client, "/", sentence=sentence, step=4)) == "Pair 4 of 5"
    assert where(read(client, "/", sentence=sentence, step=4, unit="words")) == "Pair 4 of 4"
    refused = read(client, "/", 422, sentence=sentence, step=5, unit="words")
    assert "this sentence has steps 1 to 4" in refused.one("sentence-error").text


@pytest.mark.parametrize("path", ["/", "/stage"])
def test_a_single_word_is_told_to_have_no_pair_in_words_and_shown_in_tokens(client: TestClient, path: str) -> None:
    markup = read(client, path, 422, sentence="Donaudampfschiff", unit="words")
    assert "this text is 1 word of 7 tokens, and a pair takes two. Add a word." in markup.one("sentence-error").text
    assert where(markup) == "Pair 1 of 6"
    assert [link for link in markup.all("a") if link.attributes.get("id") == "unit"] == []


def test_an_unknown_value_of_an_option_is_told_and_the_stage_shown_all_the_same(client: TestClient) -> None:
    response = client.get("/", params={"sentence": SENTENCE, "step": 3, "rows": "sideways"})
    assert response.status_code == 422
    markup = Markup(response.text)
    assert "“rows” is “sideways”, but can be pairs or folded" in markup.one("sentence-error").text
    assert markup.one("x4")["aria-current"] == "step"
