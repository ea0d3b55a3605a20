"""The stage as tests read it, and texts that are hard to keep whole."""

import re

from starlette.testclient import TestClient

from tests.markup import Markup

SENTENCE = "The boat drifted across the lake."
ODD = [
    "R&D = #1 + 2 % ? /",
    "“Quotes”, 'single' and \"double\"",
    "naïve 😀 日本語",
    "a+b&step=9#x",
    "100%25 %26 &amp; ok",
]
HOSTILE = [
    "<script>alert(1)</script> is text",
    "\"><img src=x onerror=alert(1)> and ' onfocus=alert(2) autofocus x='",
    "{{ 7*7 }} {% raw %} ${7*7} #{7*7}",
    "javascript:alert(document.domain) //",
    "</title></textarea></style><svg onload=alert(1)>",
    "&lt;b&gt; &#x3c;i&#x3e; are text",
    '" hx-get="//evil.example/x" hx-trigger="load',
]


def read(client: TestClient, path: str, status: int = 200, **query: str | int) -> Markup:
    response = client.get(path, params=query or None)
    assert response.status_code == status, response.text
    return Markup(response.text)


def where(markup: Markup) -> str:
    return markup.all("p", "where")[0].words


def undone(text: str) -> str:
    """A cell of an exported CSV file without its apostrophes, as the documentation says."""
    return re.sub(r"(^|[,;\t\r\n])'", r"\1", text)
