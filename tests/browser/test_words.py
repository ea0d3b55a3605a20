"""Words instead of tokens, and tokens that make up one word."""

from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.person import address, link
from tests.browser.test_layout import WIDTHS, expect_nothing_to_move

SENTENCE = "The little boat drifted by Donaudampfschiff."


def test_the_switch_counts_words_at_the_same_place_and_back(any_page: Page) -> None:
    any_page.goto(address("The little boat drifted.", 4))
    any_page.get_by_role("link", name="Count in words").click()
    expect(any_page.locator(".token.label .text")).to_have_text(" drifted")
    expect(any_page.locator(".factors li:not([aria-hidden])")).to_have_count(2)
    link(any_page, "Next").click()
    expect(any_page.locator(".where")).to_have_text("Pair 4 of 4")
    any_page.get_by_role("link", name="Count in tokens").click()
    expect(any_page.locator(".where")).to_have_text("Pair 5 of 5")


def test_nothing_moves_from_word_to_word(page: Page) -> None:
    """Whether a word is one token or many."""
    page.goto(f"{address(SENTENCE)}&unit=words")
    expect_nothing_to_move(page)


@pytest.mark.parametrize("sentence", [SENTENCE, "a " + "Donaudampfschiff" * 12])
def test_no_word_overflows_sideways(page: Page, sentence: str) -> None:
    page.goto(f"{address(sentence)}&unit=words")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width


def test_the_tokens_of_a_word_stand_closer_together_than_words(page: Page) -> None:
    page.goto(address("The little boat drifted."))
    found = (item.bounding_box() for item in page.locator(".tokens li").all())
    items = [box for box in found if box]
    gaps = [round(after["x"] - before["x"] - before["width"]) for before, after in pairwise(items)]
    assert gaps == [5, 5, 5, 1, 5]
