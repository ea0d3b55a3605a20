import pytest
from playwright.sync_api import Page, expect

from tests.browser.person import LONG, address, link, n_steps

SENTENCES = [
    "This sentence was written by nobody you know.",
    "In English, the letter q is almost always followed by u.",
]
WIDTHS = (320, 390, 1280, 1920)  # pixels
FIXED = {"the token row": ".tokens, .tokens li", "the stepper": ".stepper, .stepper a", "the cards": ".card"}
# Where each element lies in the document, to a tenth of a pixel.
BOXES = """elements => elements.map(element => {
    const box = element.getBoundingClientRect();
    return [box.x + scrollX, box.y + scrollY, box.width, box.height].map(length => Math.round(length * 10) / 10);
})"""


def boxes(page: Page, width: int) -> dict[str, list[list[float]]]:
    page.set_viewport_size({"width": width, "height": 800})
    return {part: page.locator(selector).evaluate_all(BOXES) for part, selector in FIXED.items()}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_nothing_moves_from_step_to_step(page: Page, sentence: str) -> None:
    page.goto(address(sentence))
    first = {width: boxes(page, width) for width in WIDTHS}
    for step in range(2, n_steps(page) + 1):
        link(page, "Next").click()
        expect(page.locator(".where b").first).to_have_text(str(step))
        for width in WIDTHS:
            now = boxes(page, width)
            moved = {part: (first[width][part], now[part]) for part in FIXED if now[part] != first[width][part]}
            assert moved == {}, f"step {step} at {width} px"


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


def test_bars_of_all_steps_share_one_scale(page: Page) -> None:
    """A bar is as many percent of its track as its number says."""
    for step in (1, 2):
        page.goto(address(step=step))
        for row in page.locator(".bars tbody tr:has(.bar)").all():
            track, bar = (row.locator(part).bounding_box() for part in (".ground", ".length"))
            assert track
            shown = float(row.locator(".number").inner_text().split("\u202f")[0])
            assert abs(100 * (bar["width"] if bar else 0) / track["width"] - shown) < 0.5
