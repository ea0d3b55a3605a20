"""/export and /api/export: the file that is asked for, or what is wrong with the asking."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.export import FORMATS, MAX_EXPORT
from tests.markup import Markup

SENTENCE = "The boat drifted across the lake."
LONG = f"{SENTENCE} " * 120  # about a thousand tokens


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("numbers", ["true", "false"])
def test_both_ways_to_ask_give_one_file(client: TestClient, name: str, numbers: str) -> None:
    query = {"format": name, "numbers": numbers}
    got = client.get("/api/export", params={"sentence": SENTENCE, **query})
    posted = client.post("/api/export", params=query, data={"text": SENTENCE})
    form = {"text": f" {SENTENCE}\r\n", "format": name, **({"numbers": "true"} if numbers == "true" else {})}
    by_form = client.post("/export", data=form)
    for answer in (got, posted, by_form):
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == FORMATS[name].media_type
        disposition = f'attachment; filename="free-labels-the-boat-drifted-across-the.{name}"'
        assert answer.headers["content-disposition"] == disposition
    assert got.content == posted.content == by_form.content


def test_an_exports_numbers_are_the_apis(client: TestClient) -> None:
    rows = [json.loads(line) for line in client.get("/api/export", params={"sentence": SENTENCE}).text.splitlines()]
    pairs = client.get("/api/pairs", params={"sentence": SENTENCE}).json()["pairs"]
    shared = rows[0].keys() & pairs[0].keys()
    assert {"probability", "rank", "loss"} < shared
    assert [{name: row[name] for name in shared} for row in rows] == [
        {name: pair[name] for name in shared} for pair in pairs
    ]


def test_a_long_text_is_sent_in_pieces_and_never_stored(client: TestClient) -> None:
    answer = client.post("/api/export", data={"text": LONG}, params={"numbers": "false"})
    assert len(answer.text.splitlines()) > 900
    assert "content-length" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "form", "status", "code"),
    [
        ({}, {"text": "a"}, 422, "too_few_tokens"),
        ({}, {"text": "a " * 10_001}, 422, "too_many_characters"),
        ({}, {"text": "a" * (1 << 20)}, 413, "too_large_body"),
        ({}, {"words": "a b"}, 422, "missing_text"),
        ({"format": "xml"}, {"text": "a b"}, 422, "invalid_format"),
        ({"numbers": "some"}, {"text": "a b"}, 422, "invalid_numbers"),
    ],
)
def test_the_api_says_what_is_wrong(
    client: TestClient, query: dict[str, str], form: dict[str, str], status: int, code: str
) -> None:
    answer = client.post("/api/export", params=query, data=form)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b'{"text": "a b"}', "application/json"), (b"--x\r\n", "multipart/form-data; boundary=x"), (b"", "")],
)
def test_a_body_that_is_no_form_is_refused_in_words(client: TestClient, body: bytes, kind: str) -> None:
    answer = client.post("/api/export", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "missing_text"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"text": "a", "format": "csv", "numbers": "true"}, "The text is 1 token"),
        ({"text": "", "format": "csv", "numbers": "true"}, "There is no text yet"),
        ({"text": "a b", "format": "odd", "numbers": "true"}, "“format” is “odd”, but can be jsonl or csv or parquet."),
        ({"text": "<a> & " * 4_000, "format": "csv", "numbers": "true"}, f"the limit is {MAX_EXPORT:,}"),
    ],
)
def test_the_page_says_what_is_wrong_and_keeps_what_was_entered(
    client: TestClient, form: dict[str, str], words: str
) -> None:
    answer = client.post("/export", data=form)
    markup = Markup(answer.text)
    assert answer.status_code == 422
    assert words in markup.one("text-error").text
    assert markup.one("text").text == f"\n{form['text']}"
    chosen = [element["value"] for element in markup.all("input") if "checked" in element.attributes]
    assert chosen == [name for name in (form["format"], "true") if name != "odd"]


def test_the_page_explains_every_field_and_shows_the_program(client: TestClient) -> None:
    markup = Markup(client.get("/export").text)
    assert [cell.text for cell in markup.all("th") if "_" in cell.text] == ["context_start", "context_ids", "label_id"]
    assert client.get("/static/train.py").text == markup.all("pre")[0].text


def test_the_stage_leads_to_the_export_of_its_sentence(client: TestClient) -> None:
    stage: Any = Markup(client.get("/", params={"sentence": "Tea & <cake>.", "theme": "dark"}).text)
    page = Markup(client.get(stage.one("export")["href"]).text)
    assert page.one("text").text == "\nTea & <cake>."
    assert "theme-dark" in page.all("html")[0].classes


def test_a_form_of_more_fields_than_are_read_is_refused_in_words(client: TestClient) -> None:
    answer = client.post("/api/export", data={f"field{n}": "x" for n in range(1_100)})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "broken_form")
