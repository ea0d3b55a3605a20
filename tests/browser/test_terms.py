"""A formula's terms, their names and what they stand for are one colour, and answer each other."""

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.person import address

OUTLINED = "all => all.length > 0 && all.every(e => getComputedStyle(e).outlineStyle === 'solid')"
PLAIN = "all => all.every(e => getComputedStyle(e).outlineStyle === 'none')"
MEANT = {
    "label": ".token.label .text, .pair > :not(.room) .label, .is-current .label",
    "context": ".token.context .text, .pair > :not(.room) .context, .is-current .context",
}


def answering(page: Page, term: str, pointed: Locator) -> None:
    objects = page.locator(MEANT[term])
    assert objects.evaluate_all(PLAIN)
    pointed.hover()
    assert objects.evaluate_all(OUTLINED)
    page.mouse.move(0, 0)
    assert objects.evaluate_all(PLAIN)


@pytest.mark.parametrize("term", ["label", "context"])
def test_what_a_term_stands_for_answers_where_it_is_pointed_at(page: Page, term: str) -> None:
    page.goto(address(step=3))
    answering(page, term, page.locator(f"math .term-{term}").first)
    answering(page, term, page.locator(f"span.term-{term}").first)
    page.locator(f"span.term-{term}").first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.locator(MEANT[term]).evaluate_all(OUTLINED)


@pytest.mark.parametrize("term", ["label", "context"])
def test_a_term_its_name_and_what_it_stands_for_are_of_one_colour(page: Page, term: str) -> None:
    page.goto(address(step=3))
    colours = f"math .term-{term}, span.term-{term}, {MEANT[term]}"
    assert page.locator(f"math .term-{term}").count() == page.locator(f"span.term-{term}").count() == 1
    found = page.locator(colours).evaluate_all("all => [...new Set(all.map(e => getComputedStyle(e).color))]")
    assert len(found) == 1


def test_so_do_those_of_the_lesson(page: Page) -> None:
    page.goto("/lesson/text?step=3")
    page.locator("span.term-label").hover()
    assert page.locator(".token.label .text, .given-label .label, .is-current .label").evaluate_all(OUTLINED)
