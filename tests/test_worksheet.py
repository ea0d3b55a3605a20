"""Pairs on paper: what a sheet asks, what its key answers, and which sentences a set has."""

import math
import re
import subprocess
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.checkpoint import Checkpoint
from app.main import create_app
from app.predict import Predictor
from app.sentences import Bank, Theme
from app.settings import RESOURCES, Settings
from app.share import qr_code
from app.web.render import RenderedPages
from app.web.services import Services
from tests.markup import Markup

SENTENCE = "The cat sat on the mat."
QUERY = {"sentence": SENTENCE}


def words(markup: Markup, tag: str, class_: str = "") -> list[str]:
    return [element.words for element in markup.all(tag, class_)]


def sheet(client: TestClient, place: str = "/worksheet", **query: Any) -> Markup:
    answer = client.get(place, params=query)
    assert answer.status_code == 200
    return Markup(answer.text)


def sentences(markup: Markup) -> list[str]:
    return ["".join(re.split(r" x\d+", pieces.text)) for pieces in markup.all("ol", "pieces")]


# --- A sheet -------------------------------------------------------------------------------------------------------


def test_a_sheet_asks_for_a_label_and_a_loss_a_pair_and_its_key_answers(client: TestClient) -> None:
    pairs = client.get("/api/pairs", params=QUERY).json()
    blank, key = sheet(client, **QUERY), sheet(client, "/worksheet/key", **QUERY)
    assert len(blank.all("span", "gap")) == 2 * len(pairs["pairs"]) + 3  # and mean loss, perplexity and name
    assert blank.all("", "answer") == []
    assert blank.all("td", "seen") == []
    assert key.all("span", "gap") == []
    answers = words(key, "", "answer")
    assert answers[:-2:2] == [pair["label"].strip() for pair in pairs["pairs"]]
    assert [float(loss) for loss in answers[1:-2:2]] == [round(pair["loss"], 2) for pair in pairs["pairs"]]
    assert float(answers[-2]) == round(pairs["mean_loss"], 2)


def test_the_printed_probabilities_lead_to_the_printed_losses(client: TestClient) -> None:
    key = sheet(client, "/worksheet/key", **QUERY)
    printed = [float(number.text) for number in key.all("mn")]
    losses = [float(loss) for loss in words(key, "span", "answer")[1::2]]
    assert [-math.log(probability) for probability in printed] == pytest.approx(losses, abs=0.006)


def test_the_key_shades_the_causal_mask(client: TestClient) -> None:
    rows = [row for row in sheet(client, "/worksheet/key", **QUERY).all("tr") if "seen" in row.text]
    assert [row.text.count("seen") for row in rows] == [1, 2, 3, 4, 5, 6]


def test_the_code_leads_to_the_stage_in_this_language_at_the_public_address(shipped: Checkpoint, bank: Bank) -> None:
    known = Services(bank, Predictor(shipped), RenderedPages(1_000_000), {})
    settings = Settings(public_url="https://example.org/labels")
    with TestClient(create_app(settings, known)) as client:
        html = client.get("/worksheet", params={**QUERY, "lang": "de"}).text
    assert qr_code("https://example.org/labels/?sentence=The+cat+sat+on+the+mat.&step=1&lang=de") in html


def test_a_kept_page_is_not_given_to_who_asks_by_another_name(client: TestClient) -> None:
    one, other = (client.get("/worksheet", params=QUERY, headers={"Host": host}).text for host in ("a.org", "b.org"))
    assert one != other


def test_sheet_and_key_lead_to_each_other_and_keep_the_address(client: TestClient) -> None:
    query = {"seed": "group B", "n": "2", "topic": "science", "theme": "dark", "lang": "de"}
    blank = sheet(client, **query)
    key = Markup(client.get(blank.one("answers")["href"]).text)
    assert sentences(key) == sentences(blank)
    assert key.all("html")[0]["lang"] == "de"
    assert key.one("sheets")["href"] == "/worksheet?" + blank.one("answers")["href"].partition("?")[2]


# --- A set ---------------------------------------------------------------------------------------------------------


def test_a_set_is_the_same_for_everyone(client: TestClient) -> None:
    """These very sentences, for as long as the bank has them."""
    bank = Bank((Theme("a", "A", tuple(f"Sentence number {i}." for i in range(50))),))
    assert bank.pick("7", 3) == ("Sentence number 3.", "Sentence number 31.", "Sentence number 42.")
    assert sentences(sheet(client, seed="7", n=4)) == sentences(sheet(client, seed="7", n=4))


def test_another_seed_gives_another_set_and_a_theme_its_own_sentences(bank: Bank) -> None:
    assert bank.pick("7", 5) != bank.pick("8", 5)
    science = next(theme for theme in bank.themes if theme.name == "science")
    assert set(bank.pick("7", 5, "science")) <= set(science.sentences)


def test_a_sentence_more_changes_one_place_at_most() -> None:
    some = tuple(f"Sentence number {i}." for i in range(50))
    for i in range(50, 60):
        before, after = (Bank((Theme("a", "A", each),)) for each in (some, (*some, f"Sentence number {i}.")))
        assert len(set(before.pick("7", 5)) - set(after.pick("7", 5))) <= 1


def test_the_documents_command_draws_the_same_set(bank: Bank) -> None:
    text = (RESOURCES / "docs" / "worksheets.md").read_text(encoding="utf-8")
    [command] = re.findall(r"^    grep .*\n(?:      .*\n)?    done.*$", text, flags=re.MULTILINE)
    done = subprocess.run(["bash", "-c", command], cwd=RESOURCES, capture_output=True, text=True, check=True)
    assert tuple(line.split("  ", 1)[1] for line in done.stdout.splitlines()) == bank.pick("7", 5, "science")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"seed": "7", "n": "0"}, "“n” is “0”, but can be a whole number from 1 to 20."),
        ({"seed": "7", "n": "21"}, "“n” is “21”"),
        ({"seed": "7", "n": "²"}, "“n” is “²”"),
        ({"seed": "7", "topic": "odd"}, "“topic” is “odd”, but can be everyday or"),
        ({"seed": "x" * 41}, "The set’s name has 41 characters; the limit is 40."),
        ({"sentence": "a"}, "The text is 1 token"),
        ({"sentence": "one two " * 13}, "a worksheet has room for 24"),
    ],
)
@pytest.mark.parametrize("place", ["/worksheet", "/worksheet/key"])
def test_what_cannot_be_printed_is_refused_in_words(
    client: TestClient, place: str, query: dict[str, str], message: str
) -> None:
    answer = client.get(place, params=query)
    assert answer.status_code == 422
    assert message in Markup(answer.text).all("h1")[0].text


def test_the_stage_leads_to_the_worksheet_of_its_sentence_where_there_is_room(client: TestClient) -> None:
    stage = Markup(client.get("/", params=QUERY).text)
    assert sentences(Markup(client.get(stage.one("worksheet")["href"]).text)) == [SENTENCE]
    assert 'id="worksheet"' not in client.get("/", params={"sentence": "one two " * 13}).text
