import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext
from tests.browser.person import LONG, address, link

SENTENCES = [
    ("This sentence was written by nobody you know.", ""),
    ("In English, the letter q is almost always followed by u.", ""),
    ("In English, the letter q is almost always followed by u.", "&rows=folded&tint=surprise"),
    ("😀 or 🤖, naïve?", ""),  # the context of each loose byte is longer than that of the whole character
]
WIDTHS = (320, 390, 768, 820, 1280, 1920)  # pixels
LAYOUTS = (320, 820, 1280)  # one width of each arrangement of the cards
FIXED = {
    "the token row": ".tokens, .tokens li",
    "the stepper": ".stepper, .stepper a",
    "the cards": ".card",
    "the bars": ".bars tbody tr:first-child .track",
    "the staircase": ".staircase tr, .folded li",
}
# Where each part's elements lie in the document, to a tenth of a pixel.
BOXES = """parts => Object.fromEntries(Object.entries(parts).map(([part, selector]) =>
    [part, [...document.querySelectorAll(selector)].map(element => {
        const box = element.getBoundingClientRect();
        return [box.x + scrollX, box.y + scrollY, box.width, box.height].map(length => Math.round(length * 10) / 10);
    })]
))"""


def boxes(page: Page, width: int) -> dict[str, list[list[float]]]:
    page.set_viewport_size({"width": width, "height": 800})
    found: dict[str, list[list[float]]] = page.evaluate(BOXES, FIXED)
    return found


def expect_nothing_to_move(page: Page) -> None:
    """From the first step to the last, each part stays where it is in every layout."""
    first = {width: boxes(page, width) for width in LAYOUTS}
    for step in range(2, page.locator("a.token").count() + 1):
        link(page, "Next").click()
        expect(page.locator(".where b").first).to_have_text(str(step))
        for width in LAYOUTS:
            now = boxes(page, width)
            moved = {part: (first[width][part], now[part]) for part in FIXED if now[part] != first[width][part]}
            assert moved == {}, f"step {step} at {width} px"


@pytest.mark.parametrize(("sentence", "options"), SENTENCES, ids=["short", "longer", "folded, tinted", "loose bytes"])
def test_nothing_moves_from_step_to_step(page: Page, sentence: str, options: str) -> None:
    page.goto(address(sentence) + options)
    expect_nothing_to_move(page)


def test_to_tint_the_sentence_moves_nothing_below_it(page: Page) -> None:
    page.goto(address())
    widths = (390, 820, 1280)  # at 320 the link's shorter name spares its neighbours a line
    below = {width: boxes(page, width)["the cards"] for width in widths}
    page.get_by_role("link", name="Show the surprise").click()
    expect(page.locator(".tokens.tinted")).to_be_visible()
    for width in widths:
        assert boxes(page, width)["the cards"] == [pytest.approx(box, abs=0.5) for box in below[width]]


@pytest.mark.parametrize(
    "path",
    [
        address("Hi there"),
        address(" ".join(["one", "two", "three", "four"] * 6), step=12),
        address(LONG),
        address(LONG, step=127),
        address("Donaudampfschiff" * 12, step=2),
        "/?sentence=",
        "/?sentence=" + "x" * 2_001,
        "/docs",
        "/nowhere",
    ],
    ids=["two words", "24 words", "128 tokens", "128th token", "one long word", "no text", "long text", "docs", "404"],
)
def test_nothing_overflows_sideways_at_any_width(page: Page, path: str) -> None:
    page.goto(path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width


def test_every_number_of_the_bars_fits_its_column(page: Page) -> None:
    """Also those of a label that no model expects, which are the longest."""
    for step in (3, 4, 5):
        page.goto(address("in the zq zq of the of of", step))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            cut = "cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth).map(cell => cell.textContent)"
            assert page.locator(".bars .number").evaluate_all(cut) == [], width


@pytest.mark.parametrize("n_words", [4, 8, 10, 14, 17, 24])
def test_the_staircase_and_its_formula_fit_their_card_at_any_width(page: Page, n_words: int) -> None:
    """The cells where they fit, else the ends of the contexts: nothing is behind an edge."""
    page.goto(address(" ".join(["one"] * n_words), step=n_words - 1))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        cut = "parts => parts.filter(part => part.scrollWidth > part.clientWidth).map(part => part.className)"
        assert page.locator(".scroll, .sum").evaluate_all(cut) == [], width
        shown = [page.locator(f".staircase tbody {cell}").first.is_visible() for cell in ("td.cell", "td.end")]
        assert sorted(shown) == [False, True], width


def test_on_paper_the_sentence_is_whole_and_the_step_named_without_controls(page: Page) -> None:
    page.goto(address(LONG, step=3))
    page.emulate_media(media="print")
    expect(page.locator(".printed")).to_have_text(LONG)
    expect(page.locator(".where")).to_be_visible()
    for control in (".sentence", "#next", "#play", "#tint", "#fold", "#keys", ".themes"):
        expect(page.locator(control)).to_be_hidden()


def test_on_paper_guesses_and_moments_are_without_controls_too(page: Page) -> None:
    page.emulate_media(media="print")
    for options, kept, dropped in (
        ("&guess=on", ".choices", ("#word2", "#next")),
        ("&guess=on&pick=5", ".verdict", ("#on", "#again")),
        ("&seen=0", ".stops", ("#training", "#moment")),
        ("&view=projector", ".printed", ("#projector", "#fullscreen")),
    ):
        page.goto(address(step=2) + options)
        expect(page.locator(kept)).to_be_visible()
        for control in dropped:
            expect(page.locator(control)).to_be_hidden()


def test_forced_colours_tell_context_label_and_future_apart(open_context: OpenContext) -> None:
    page = open_context(forced_colors="active").new_page()
    page.goto(address(step=3))
    style = """text => {
        const {color, backgroundColor, borderTopColor} = getComputedStyle(text);
        return [color, backgroundColor, borderTopColor].join();
    }"""
    kinds = [page.locator(f"a.token.{kind} .text").first.evaluate(style) for kind in ("context", "label", "future")]
    assert len(set(kinds)) == 3, kinds
    fills = [
        page.locator(f".bars {row} .length").first.evaluate("bar => getComputedStyle(bar).fill")
        for row in (".is-label", "tr:not(.is-label)", ".remainder")
    ]
    assert len(set(fills)) == 3, fills


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("#first", "#last"),
        (".stops [aria-current]", ".stops li:last-child a"),
        (".top [aria-current]", ".top nav a:last-child"),
    ],
    ids=["nowhere to go", "the moment shown", "the page shown"],
)
def test_forced_colours_show_which_link_is_another_kind(open_context: OpenContext, one: str, other: str) -> None:
    page = open_context(forced_colors="active").new_page()
    page.goto(f"{address()}&seen=0")
    style = """link => {
        const { color, backgroundColor, textDecorationLine } = getComputedStyle(link);
        return [color, backgroundColor, textDecorationLine].join();
    }"""
    assert page.locator(one).evaluate(style) != page.locator(other).evaluate(style)


def test_bars_of_all_steps_share_one_scale(page: Page) -> None:
    """A bar is as many percent of its track as its number says."""
    for step in (1, 2):
        page.goto(address(step=step))
        for row in page.locator(".bars tbody tr:has(.bar)").all():
            track, bar = (row.locator(part).bounding_box() for part in (".ground", ".length"))
            assert track
            shown = float(row.locator(".number").inner_text().split("\u202f")[0])
            assert abs(100 * (bar["width"] if bar else 0) / track["width"] - shown) < 0.5
