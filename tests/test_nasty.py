"""Whatever is pasted comes back as it was, or is refused with what is wrong with it; nothing falls over."""

import csv
import io
import json
from urllib.parse import parse_qs, quote, urlsplit
from xml.etree import ElementTree

import pytest
from pyarrow import parquet
from starlette.testclient import TestClient

from app.checkpoint import Checkpoint
from app.sentences import one_line_break
from app.web.oembed import NOT_XML
from tests.markup import Markup
from tests.nasty import NASTY
from tests.reading import undone

PAGES = ("/", "/proof", "/lesson/text")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
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


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_every_kind_of_file_holds_it_or_it_is_refused(client: TestClient, shipped: Checkpoint, text: str) -> None:
    query = f"sentence={written(text)}&numbers=false"
    jsonl, table, cells = (client.get(f"/api/export?{query}&format={name}") for name in ("jsonl", "parquet", "csv"))
    posted = client.post("/api/export?numbers=false", content=f"text={written(text)}", headers=FORM)
    if jsonl.status_code == 200:
        rows = [json.loads(line) for line in jsonl.text.split("\n")[:-1]]
        assert shipped.decode([*rows[0]["context_ids"], *(row["label_id"] for row in rows)]) == one_line_break(text)
        assert parquet.read_table(io.BytesIO(table.content)).to_pylist() == rows
        read = csv.DictReader(io.StringIO(cells.content.decode("utf-8-sig"), newline=""))
        assert [(undone(row["context"]), undone(row["label"])) for row in read] == [
            (row["context"], row["label"]) for row in rows
        ]
        assert posted.content == jsonl.content
    else:
        assert [answer.status_code for answer in (jsonl, table, cells)] == [422] * 3
        assert {answer.json()["error"]["code"] for answer in (jsonl, table, cells)} == {jsonl.json()["error"]["code"]}
        assert posted.status_code == (200 if text == NASTY["2,001 times a"] else 422)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_a_worksheet_prints_it_or_says_why_not(client: TestClient, text: str) -> None:
    for query in (f"sentence={written(text)}", f"seed={written(text[:40])}&n=1"):
        answer = client.get(f"/worksheet?{query}")
        markup = Markup(answer.text)
        assert answer.status_code in (200, 422)
        assert markup.all("h1")[0].words
        assert "\0" not in answer.text


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_oembed_frames_it_or_finds_nothing(client: TestClient, text: str) -> None:
    url = quote(f"http://testserver/?sentence={written(text)}")
    as_json, as_xml = (client.get(f"/oembed?url={url}&format={name}") for name in ("json", "xml"))
    assert as_json.status_code == as_xml.status_code
    if as_json.status_code == 200:
        found, root = as_json.json(), ElementTree.fromstring(as_xml.content)  # noqa: S314 - our own
        assert found["title"] == f"{one_line_break(text.strip())} · Free Labels".replace("\n", " ")
        assert root.findtext("html") == NOT_XML.sub("\ufffd", found["html"])
        [frame] = Markup(found["html"]).all("iframe")
        assert frame["title"] == found["title"]
        assert parse_qs(urlsplit(frame["src"]).query)["sentence"] == [text]
    else:
        assert as_json.status_code in (404, 414)
