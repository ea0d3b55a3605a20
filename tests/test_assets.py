import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.web import assets
from app.web.assets import JOINED, STATIC, asset, content
from tests.markup import Markup

FILES = sorted(str(file.relative_to(STATIC)) for file in STATIC.rglob("*") if file.suffix in (".css", ".js", ".svg"))


@pytest.fixture
def static(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty static folder."""
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    asset.cache_clear()
    content.cache_clear()


def test_an_address_changes_with_the_files_content(static: Path) -> None:
    (static / "a.css").write_text("a {}")
    first = asset("a.css")
    forget()
    (static / "a.css").write_text("b {}")
    assert asset("a.css") != first
    assert first.startswith("static/a.css?v=")


@pytest.mark.parametrize("name", FILES)
def test_a_versioned_file_may_be_kept_for_good_and_an_unversioned_one_is_asked_for_again(
    client: TestClient, name: str
) -> None:
    versioned, plain = client.get(f"/{asset(name)}"), client.get(f"/static/{name}")
    assert versioned.content == plain.content == (STATIC / name).read_bytes()
    assert versioned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/docs", "/nowhere"])
def test_pages_ask_for_files_by_versioned_addresses_and_get_their_types(client: TestClient, path: str) -> None:
    markup = Markup(client.get(path).text)
    types = {"link": ("text/css", "image/svg+xml"), "script": ("text/javascript",)}
    loaded = [e for e in markup.all("link") if e["rel"] != "alternate"]
    loaded += [e for e in markup.all("script") if e.attributes.get("type") != "application/ld+json"]
    for element in loaded:
        address = element.attributes.get("src") or element["href"]
        response = client.get(address)
        assert "?v=" in address
        assert response.status_code == 200, address
        assert response.headers["content-type"].startswith(types[element.tag])


@pytest.mark.parametrize("path", ["nowhere.css", "%2e%2e/pyproject.toml", "..%2fapp%2fmain.py", "vendor", ""])
def test_nothing_but_the_static_files_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_every_script_of_ours_is_among_those_that_a_page_asks_for_at_once() -> None:
    assert {file.name for file in STATIC.glob("*.js")} == {
        name for names in JOINED.values() for name in names if name.endswith(".js") and "/" not in name
    }


@pytest.mark.parametrize("joined", JOINED)
def test_what_is_joined_comes_whole_and_may_be_kept(client: TestClient, joined: str) -> None:
    answer = client.get(f"/{asset(joined)}")
    assert all((STATIC / name).read_text(encoding="utf-8") in answer.text for name in JOINED[joined])
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("joined", [name for name in JOINED if name.endswith(".js")])
def test_joined_scripts_have_no_name_in_common(joined: str) -> None:
    """They share one scope, where of two functions of one name the later would silently be both."""
    ours = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in JOINED[joined] if "/" not in name)
    names = re.findall(r"^(?:const|let|(?:async )?function) (\w+)", ours, re.M)
    assert names
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_the_style_sheet_asks_for_nothing_from_elsewhere() -> None:
    sheet = content("app.css").decode()
    assert "@import" not in sheet
    assert "url(" not in sheet


def test_the_build_has_vendored_htmx() -> None:
    """Where this fails, static/vendor/ was not filled: `pip install .` does it, by hatch_build.py."""
    assert {"vendor/htmx.min.js", "vendor/hx-sse.min.js"} <= set(FILES)
    assert (STATIC / "vendor" / "DejaVuSerif.ttf").is_file()
