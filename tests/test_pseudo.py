"""In a made-up language, nothing on a page is left in English but what is the model's, or code."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from app.language import languages
from app.main import create_app
from app.settings import Settings
from app.web.services import Services
from tests.markup import VOID
from tests.pseudo import offer

SENTENCE = "sentence=Six+naughty+owls+hid+my+hat.&lang=pseudo"
ADDRESSES = [
    f"/?{SENTENCE}",
    f"/?{SENTENCE}&step=4&tint=surprise&theme=dark&keys=off",
    f"/?{SENTENCE}&rows=folded&unit=words",
    f"/?{SENTENCE}&unit=words&view=projector",
    f"/?{SENTENCE}&seen=0",
    f"/?{SENTENCE}&seen=40889&step=3",
    f"/?{SENTENCE}&guess=on",
    f"/?{SENTENCE}&guess=on&step=2&pick=5&sure=60",
    f"/?{SENTENCE}&guess=on&step=2&word=Naughty&sure=60",
    f"/?{SENTENCE}&guess=on&word=",
    f"/?{SENTENCE}&step=99&guesses=x",
    f"/?{SENTENCE}&guess=on&sure=61&pick=1",
    "/?lang=pseudo&sentence=",
    "/?lang=pseudo&sentence=a",
    "/?lang=pseudo&sentence=Hi+there&seen=0&unit=words",
    f"/stage?{SENTENCE}",
    f"/proof?{SENTENCE}",
    "/model?lang=pseudo",
    "/docs?lang=pseudo",
    f"/lesson?{SENTENCE}",
    f"/lesson/labels?{SENTENCE}&begun=1000000000&labels=pn",
    f"/lesson/labels?{SENTENCE}&labels=pnpnpnpn&seconds=20",
    f"/lesson?{SENTENCE}&step=2&shuffled=yes&rows=folded&quiz=a0b1c2d0e1f2g0h1i2j0k1",
    f"/lesson/finetune?{SENTENCE}&runs=p20.6&task=sentiment",
    f"/lesson?{SENTENCE}&step=99&wage=x&quiz=1",
    "/lesson/limits?lang=pseudo",
    f"/export?{SENTENCE}",
    f"/worksheet?{SENTENCE}",
    "/worksheet/key?seed=7&n=2&lang=pseudo",
    "/nowhere?lang=pseudo",
]
SAID = ("aria-label", "aria-valuetext", "title", "placeholder", "alt", "data-name", "data-offline")
CODE = {"code", "pre", "math", "script", "style"}
NAMES = re.compile(
    r"“[^”]*”|Free Labels|Six naughty owls hid my hat\.|Hi there|API|CPU|SHA-256|\bms\b|\b(?:string|integer|boolean)\b|"
    r'CSV|JSON lines|Parquet|"jsonl"|'
    r"\b(?:python|torch|tokenizers|safetensors|numpy) [\d.]+(?:\+cpu)?|/nowhere|\bfalse\b|\btrue\b|[0-9a-f]{12}"
)


class Reader(HTMLParser):
    """All that a page says, to eyes or to a screen reader, in the page's own language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._left_out: list[bool] = [False]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        is_other = tag in CODE or attributes.get("lang", "pseudo") != "pseudo"
        if not self._left_out[-1] and not is_other:
            self.said += [attributes[name] or "" for name in SAID if name in attributes]
            self.said += [attributes["content"] or ""] if attributes.get("name") == "description" else []
        if tag not in VOID:
            self._left_out.append(self._left_out[-1] or is_other)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """It says nothing: only SVG has such."""

    def handle_endtag(self, tag: str) -> None:
        self._left_out.pop()

    def handle_data(self, data: str) -> None:
        if not self._left_out[-1]:
            self.said.append(data)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """The app as it is served, with the two made-up languages."""
    known = dict(languages())
    offer()
    with TestClient(create_app(Settings(), Services.load(Settings()))) as client:
        yield client
    languages().clear()
    languages().update(known)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_text_is_left_in_english(client: TestClient, address: str) -> None:
    said = [NAMES.sub("", text) for text in Reader(client.get(address).text).said]
    assert "[" in "".join(said)
    assert [text for text in said if re.search("[A-Za-z]{2}", text)] == []


def test_the_test_would_find_what_was_forgotten() -> None:
    page = '<p>[Ŧéxŧ] <b>Forgotten</b> <i lang="en">kept</i></p><input title="Missed">'
    assert [text for text in Reader(page).said if re.search("[A-Za-z]{2}", text)] == ["Forgotten", "Missed"]
