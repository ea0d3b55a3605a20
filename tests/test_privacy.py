"""What a school relies on: nothing that was typed outlives its answer, in a log, a cookie or a file."""

from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from tests.markup import Markup
from tests.server import running

TYPED = "Grandmother hides keys underneath geraniums"
PATHS = ("/", "/stage", "/proof", "/lesson", "/api/pairs", "/nowhere", "/lesson/nowhere", "/static/nowhere")


@pytest.mark.parametrize("path", ["/", "/lesson", "/model", "/docs", "/nowhere", "/privacy?lang=de"])
def test_every_page_links_to_what_becomes_of_a_visitor_s_text(client: TestClient, path: str) -> None:
    links = [link.attributes.get("href", "") for link in Markup(client.get(path).text).all("a")]
    assert [link for link in links if link.startswith("/privacy")] == [f"/privacy{'?lang=de' if '?' in path else ''}"]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_full_run_leaves_no_word_of_what_was_typed_in_its_log_or_its_folder(tmp_path: Path, log_format: str) -> None:
    typed = quote(TYPED)
    with running(tmp_path, "app", "serve", FREELABELS_LOG_FORMAT=log_format) as server:
        for path in PATHS:
            for query in (
                f"sentence={quote(TYPED)}",
                f"step={quote(TYPED)}",
                f"sentence={quote(TYPED)}&lang={quote(TYPED)}",
            ):
                server.get(f"{path}?{query}", Referer=f"http://elsewhere/?{typed}")
        server.get(f"/{typed}")
        socket = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        server.get(f"/?sentence={typed}", **socket, **{"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="})
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [server.log]
    log = server.log.read_text()
    assert log.count(" ms" if log_format == "text" else "milliseconds") > 3 * len(PATHS)
    assert [word for word in TYPED.split() if word in log] == []
