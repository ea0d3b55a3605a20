import math
import re
from collections.abc import Callable
from html import escape
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.checkpoint import Checkpoint
from app.formatting import percent
from app.predict import Analysis, Predictor
from tests.markup import Markup

SENTENCE = "The cat fell asleep on top of my birthday cake."
V = 8192


@pytest.fixture(scope="module")
def analyze(shipped: Checkpoint) -> Callable[[str], Analysis]:
    return Predictor(shipped).analyze


def ask(client: TestClient, path: str = "/", status: int = 200, sentence: str = SENTENCE, **query: str | int) -> Markup:
    response = client.get(path, params={"sentence": sentence, "guess": "on", **query})
    assert response.status_code == status, response.text
    return Markup(response.text)


def rest_of(html: str, sentence: str, n_fields: int = 1) -> str:
    """A page without what a guesser does not see before the guess is made, lower-cased: addresses, the guess form's
    hidden field (just one), and the candidates."""
    html, n = re.subn(rf'<input type="hidden" name="sentence" value="{re.escape(escape(sentence))}">', "", html)
    assert n == n_fields
    for address in (quote_plus(quote_plus(sentence)), quote_plus(sentence)):  # in an address in an address, too
        html = html.replace(address, "")
    return re.sub(r'<div class="choices">.*?</div>', "", html, flags=re.DOTALL).lower()


@pytest.fixture(scope="module")
def rare_words(shipped: Checkpoint, client: TestClient) -> list[str]:
    """Words that are one token each and stand on no page of ours."""
    asked = {"sentence": SENTENCE, "guess": "on"}
    pages = [client.get("/", params={**asked, **more}).text for more in ({}, {"tint": "surprise", "rows": "folded"})]
    page = "".join(rest_of(html, SENTENCE) for html in pages)
    texts = (shipped.text(token_id) for token_id in range(shipped.vocab_size))
    return [text.strip() for text in texts if re.fullmatch(" [a-z]{7,}", text) and text.strip() not in page]


@settings(max_examples=20)
@given(data=st.data())
def test_neither_the_label_nor_the_future_is_in_the_page_before_the_guess(
    client: TestClient, analyze: Callable[[str], Analysis], rare_words: list[str], data: st.DataObject
) -> None:
    words = data.draw(st.lists(st.sampled_from(rare_words), min_size=4, max_size=9, unique_by=lambda word: word[:5]))
    sentence = " ".join(words)
    tokens = analyze(sentence).tokens
    step = data.draw(st.integers(1, len(tokens) - 1))
    options = data.draw(st.fixed_dictionaries({}, optional={"rows": st.just("folded"), "tint": st.just("surprise")}))
    hidden = [word for word in words if sentence.index(word) >= tokens[step].start]
    for path in ("/", "/stage"):
        html = client.get(path, params={"sentence": sentence, "guess": "on", "step": step, **options}).text
        body = rest_of(html, sentence)
        assert [word for word in hidden if word in body] == []
        (buttons,) = re.findall(r'<div class="choices">.*?</div>', html, re.DOTALL)
        assert buttons.count(f'value="{tokens[step].id}"') == 1


LINKED_DATA = "application/ld+json"
INVENTED = "The wuzzlefrank blorptang met a quizzlethorp and the snarbledoof."


def test_of_invented_words_nothing_at_all_is_in_the_page_before_their_step(client: TestClient) -> None:
    for path in ("/", "/stage"):
        for query in ({}, {"guesses": "1.5.60"}, {"rows": "folded"}):
            html = client.get(path, params={"sentence": INVENTED, "guess": "on", **query}).text
            body = rest_of(html, INVENTED, n_fields=0 if "guesses" in query else 1)
            choices_too = html.replace(INVENTED, "").lower()
            for address in (quote_plus(quote_plus(INVENTED)), quote_plus(INVENTED)):
                choices_too = choices_too.replace(address.lower(), "")
            for word in ("frank", "blorptang", "quizzle", "thorp", "snarble", "doof"):
                assert word not in body
                assert word not in choices_too


def test_nothing_after_the_label_is_in_the_page_after_the_guess(client: TestClient) -> None:
    html = client.get("/", params={"sentence": SENTENCE, "guess": "on", "step": 3, "pick": 5, "sure": 60}).text
    body = rest_of(html, SENTENCE, n_fields=0)
    assert "asleep" in body
    assert "birthday" not in body
    assert "cake" not in body


def test_the_page_shows_blanks_that_lead_nowhere_in_place_of_what_is_to_come(client: TestClient) -> None:
    markup = ask(client, step=3)
    texts = [text.words for text in markup.all("span", "text")[:11]]
    assert texts == ["The", "cat", "fell", "?", *["…"] * 7]
    assert {token.tag for token in markup.all(class_="future")} == {"span"}
    assert len(markup.all(class_="future")) == 7
    assert markup.one("sentence")["value"] == ""
    assert markup.all("table") == []


def pick(client: TestClient, token_id: int, path: str = "/") -> Markup:
    return ask(client, path, step=2, sure=60, word="", pick=token_id)


def test_the_form_sends_the_state_and_one_choice_each(client: TestClient) -> None:
    markup = ask(client, step=2, tint="surprise", guesses="1.5.30")
    form = markup.all("form", "guess")[0]
    assert (form["action"], form["hx-get"]) == ("/", "/stage")
    hidden = {e["name"]: e["value"] for e in markup.all("input") if e["type"] == "hidden" and e["name"] != "guess"}
    assert hidden == {"sentence": SENTENCE, "step": "2", "tint": "surprise", "guesses": "1.5.30"}
    assert [e["value"] for e in markup.all("input") if "checked" in e.attributes] == ["30"]
    assert len({e["value"] for e in markup.all("button") if e.attributes.get("name") == "pick"}) == 8
    labelled = {e["for"] for e in markup.all("label")}
    assert {e["id"] for e in markup.all("input") if e["type"] != "hidden"} <= labelled


@pytest.mark.parametrize("path", ["/", "/stage"])
def test_a_right_guess_is_said_to_be_right_and_scored(
    client: TestClient, analyze: Callable[[str], Analysis], path: str
) -> None:
    pair = analyze(SENTENCE).predictions[1]
    markup = pick(client, pair.label_id, path=path)
    assert markup.all(class_="verdict")[0].words == "Right"
    (spoken,) = [e for e in markup.all("p", "spoken") if "aria-live" in e.attributes]
    assert spoken.words.startswith(
        "Right: the label is “fell”. You put 60 % on it: 0.74 bits. "
        f"The model gave it {' '.join(percent(pair.probability).split())}: {pair.loss / math.log(2):.2f} bits."
    )
    scored = markup.elements[markup.elements.index(markup.all("table", "scores")[0]) :]
    numbers = [cell.words for cell in scored if cell.tag == "td" and "number" in cell.classes]
    assert numbers == ["0.74", "0.74", *[f"{pair.loss / math.log(2):.2f}"] * 2, "13.0", "13.0"]
    assert parse_qs(urlsplit(markup.one("on")["href"]).query)["guesses"] == [f"2.{pair.label_id}.60"]


def test_a_wrong_guess_has_its_own_bar_and_the_bars_still_fill_the_track(
    client: TestClient, analyze: Callable[[str], Analysis], shipped: Checkpoint
) -> None:
    for token_id in (5, 3084, *(candidate.id for candidate in analyze(SENTENCE).predictions[1].top)):
        markup = pick(client, token_id)
        assert markup.all(class_="verdict")[0].words == "Not this one"
        (row,) = markup.all("tr", "is-guess")
        assert f"{shipped.text(token_id).strip()}, your guess" in row.words
        first, end = (markup.elements.index(markup.all("table", name)[0]) for name in ("bars", "scores"))
        lengths = [e["width"] for e in markup.elements[first:end] if e.tag == "rect" and "length" in e.classes]
        assert sum(float(length.rstrip("%")) for length in lengths) == pytest.approx(100, abs=0.001)


@pytest.mark.parametrize(
    ("word", "step", "text"),
    [("fell", 2, " fell"), (" fell", 2, " fell"), (".", 10, "."), ("fell asleep", 2, " fell"), ("Fell", 2, " F")],
)
def test_a_typed_word_is_its_first_token_in_this_place(
    client: TestClient, shipped: Checkpoint, word: str, step: int, text: str
) -> None:
    markup = ask(client, step=step, word=word, sure=90)
    again = parse_qs(urlsplit(markup.one("guess")["href"]).query)["guesses"][0]
    _, token_id, sure = again.split(".")
    assert (shipped.text(int(token_id)), sure) == (text, "90")


def test_what_a_typed_word_became_is_explained(client: TestClient) -> None:
    assert "“fell asleep” begins with the token “fell”." in ask(client, step=2, word="fell asleep").all("main")[0].words
    assert "begins with" not in ask(client, step=2, word="fell").all("main")[0].words
    assert (
        "Only capital letters differ"
        in ask(client, sentence="We saw The cat.", step=2, word="the").all("main")[0].words
    )


def test_a_typed_word_never_counts_as_the_rest_of_a_character(
    client: TestClient, analyze: Callable[[str], Analysis]
) -> None:
    sentence = "It is 😀 here"
    cut = next(i for i, token in enumerate(analyze(sentence).tokens) if token.text.startswith(("⟨", " ⟨")))
    markup = ask(client, "/", 422, sentence=sentence, step=cut + 1, word="word")
    assert "cannot follow here" in markup.one("word-error").text


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"word": ""}, "There is no guess yet."),
        ({"word": "x" * 61}, "The guess has 61 characters; the limit is 60."),
        ({"word": "a\x00b"}, "U+0000"),
        ({"pick": "8192"}, "they are numbered from 0 to 8,191"),
        ({"pick": "-1"}, "“pick” is “-1”"),
        ({"pick": "٣"}, "“pick” is “٣”"),
        ({"pick": "5", "sure": "100"}, "“sure” is “100”, but can be 30, 60 or 90."),
    ],
)
def test_a_guess_that_cannot_be_used_is_told_beside_the_field(
    client: TestClient, query: dict[str, str], message: str
) -> None:
    for path in ("/", "/stage"):
        markup = ask(client, path, 422, step=2, **query)
        assert message in markup.one("word-error").text
        assert markup.one("word2")["value"] == ("" if "pick" in query else query["word"])
        assert len(markup.all(class_="verdict")) == 0


@pytest.mark.parametrize("on", [True, False])
def test_tampered_guesses_are_told_and_dropped(client: TestClient, on: bool) -> None:
    query = {"guess": "on"} if on else {}
    response = client.get("/", params={"sentence": SENTENCE, "step": 2, "guesses": "1.99999.60", **query})
    assert response.status_code == 422
    markup = Markup(response.text)
    assert "“guesses” is “1.99999.60”" in markup.one("sentence-error").text
    assert "guesses" not in parse_qs(urlsplit(markup.one("next")["href"]).query)


def test_a_step_that_is_none_takes_no_guess(client: TestClient) -> None:
    markup = ask(client, "/", 422, step=99, pick=5, sure=60)
    assert markup.all(class_="verdict") == []
    assert "There is no step “99”" in markup.one("sentence-error").text


def test_guessing_is_left_and_taken_up_again_with_all_its_guesses(client: TestClient) -> None:
    left = client.get(ask(client, step=2, guesses="1.5.60").one("guess")["href"])
    markup = Markup(left.text)
    assert markup.one("sentence")["value"] == SENTENCE
    assert markup.one("guess").words == "Guess first"
    assert Markup(client.get(markup.one("guess")["href"]).text).all("table", "scores")


def test_start_over_forgets_the_guesses(client: TestClient) -> None:
    query = parse_qs(urlsplit(ask(client, step=3, guesses="1.5.60").one("again")["href"]).query)
    assert query == {"sentence": [SENTENCE], "step": ["1"], "guess": ["on"]}


def test_another_sentence_is_guessed_too_without_the_old_guesses(client: TestClient) -> None:
    markup = ask(client, step=3, guesses="1.5.60")
    query = parse_qs(urlsplit(markup.one("refresh")["href"]).query)
    assert query == {"guess": ["on"], "after": [SENTENCE]}
    form = [e for e in markup.all("input") if e["type"] == "hidden" and e["name"] == "guess"]
    assert form


def test_the_last_step_ends_the_sentence(client: TestClient) -> None:
    markup = ask(client, step=10, pick=5, sure=30)
    assert "That was the last pair of this sentence." in markup.all("main")[0].words


@pytest.mark.parametrize("sentence", ["<script>alert(1)</script> is text", "\"><img src=x> and ' onfocus=alert(2) x='"])
def test_hostile_text_is_only_text(client: TestClient, sentence: str) -> None:
    for query in ({}, {"pick": 5, "sure": 60}, {"word": "<b>x</b>", "sure": 60}):
        markup = ask(client, sentence=sentence, step=2, **query)
        assert markup.all("img") == []
        assert {e.attributes.get("type") for e in markup.all("script") if "src" not in e.attributes} <= {LINKED_DATA}
