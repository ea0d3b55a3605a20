"""What is pasted elsewhere says there what it says here, whatever signs the sentence has."""

import re
import sys
from types import ModuleType
from typing import Any

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.share import Shared, html, jupyter, latex, markdown, qr_code, quarto
from app.state import State
from app.view_share import share_view
from tests.markup import Markup
from tests.reading import HOSTILE, ODD

SPECIAL = "\\`*_{}[]()<>#+-.!|~&$^@=:\"'%/ ab“”…"
TITLES = st.text(st.one_of(st.sampled_from(SPECIAL), st.characters(exclude_categories=["C", "Z"])), min_size=1).map(
    lambda text: f"x{text}x"
)
TEX = re.compile(r"\\text(backslash|asciicircum|asciitilde|less|greater|bar)\{\}|\\([{}$&%#_])|([^\\{}$&%#_^~<>|]+)")
NAMED = {"backslash": "\\", "asciicircum": "^", "asciitilde": "~", "less": "<", "greater": ">", "bar": "|"}


def shared(title: str = "Pair 1", query: str = "sentence=a+%25b&step=2") -> Shared:
    root = "https://labels.example.org"
    return Shared(title, f"Open {title}", f"{root}/?{query}", f"{root}/embed?{query}", 640)


def read_tex(text: str) -> str:
    """What LaTeX sets; it fails where a sign has its meaning as a command."""
    found = list(TEX.finditer(text))
    assert "".join(match[0] for match in found) == text
    return "".join(NAMED.get(match[1] or "", "") + (match[2] or "") + (match[3] or "") for match in found)


@given(TITLES)
def test_html_says_the_title_and_names_the_addresses(title: str) -> None:
    markup = Markup(html(shared(title)))
    (frame,), (link,) = markup.all("iframe"), markup.all("a")
    assert [element.tag for element in markup.elements] == ["iframe", "p", "a"]
    assert (frame["title"], frame["src"], frame["height"]) == (title, shared().frame_url, "640")
    assert (frame["loading"], frame["referrerpolicy"]) == ("lazy", "no-referrer")
    assert (link.text, link["href"]) == (f"Open {title}", shared().url)


@given(TITLES)
def test_markdown_is_one_link_with_the_title_as_its_text(title: str) -> None:
    rendered = Markup(MarkdownIt("commonmark").enable("strikethrough").render(markdown(shared(title))))
    assert [element.tag for element in rendered.elements] == ["p", "a"]
    (link,) = rendered.all("a")
    assert (link.text, link["href"]) == (title, shared().url)


@given(TITLES)
def test_latex_sets_the_title_and_leads_to_the_address(title: str) -> None:
    found = re.fullmatch(r"\\href\{(.*?)\}\{(.*)\}", latex(shared(title)), re.DOTALL)
    assert found
    assert read_tex(found[2]) == title
    assert re.sub(r"\\([%#&_])", r"\1", found[1]) == shared().url
    assert not re.search(r"(?<!\\)[%#&]", found[1])


@given(TITLES)
def test_quarto_holds_the_frame_for_a_screen_and_the_link_for_paper(title: str) -> None:
    lines = quarto(shared(title)).split("\n")
    fence = lines.index("```{=html}")
    assert "\n".join(lines[fence + 1 : lines.index("```")]).replace(' data-external="1"', "") == html(shared(title))
    assert lines[-2] == markdown(shared(title))
    assert [line for line in lines if line.startswith(":::")] == [lines[0], ":::", lines[-3], ":::"]


def test_quarto_leaves_the_frame_on_its_server_where_a_file_holds_all_else() -> None:
    """Pandoc, which it uses, copies what any element without this attribute names, when told to embed resources."""
    [frame] = Markup(quarto(shared())).all("iframe")
    assert frame["data-external"] == "1"


def test_jupyter_is_a_cell_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    display = ModuleType("IPython.display")
    display.IFrame = lambda *args, **named: shown.append((args, named))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    exec(jupyter(shared()), {})  # noqa: S102 - what a reader would run
    assert shown == [((shared().frame_url,), {"width": "100%", "height": 640})]


def test_a_qr_code_holds_the_whole_address() -> None:
    """Dark where the library has a dark module, and four light ones around, as cameras expect."""
    code = Markup(qr_code(shared().url))
    matrix = segno.make(shared().url, micro=False).matrix
    assert code.all("svg")[0]["viewbox"] == f"0 0 {len(matrix) + 8} {len(matrix) + 8}"
    light, dark = code.all("path")
    assert (light["fill"], dark["stroke"]) == ("#fff", "#000")


@pytest.mark.parametrize("sentence", [*HOSTILE, *ODD, "line one\nline two"])
def test_a_sentence_goes_by_its_address_and_its_title_alone(sentence: str) -> None:
    view = share_view(State(sentence, 2, hide=("input",), start=2), "", 5, 700, lambda path: f"https://x.org{path}")
    link = next(each.text for each in view.links if each.id == "link")
    assert re.fullmatch(r"https://x\.org/\?[\w%+.~,=&-]+", link)
    assert "hide" not in link
    for frame in view.frames:
        assert "hide=input" in frame.text
    assert "\n" not in view.title
