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


def answering(page: Page, meant: str, pointed: Locator) -> None:
    objects = page.locator(meant)
    assert objects.evaluate_all(PLAIN)
    pointed.hover()
    assert objects.evaluate_all(OUTLINED)
    page.mouse.move(0, 0)
    assert objects.evaluate_all(PLAIN)


@pytest.mark.parametrize("term", ["label", "context"])
def test_what_a_term_stands_for_answers_where_it_is_pointed_at(page: Page, term: str) -> None:
    page.goto(address(step=3))
    answering(page, MEANT[term], page.locator(f"math .term-{term}").first)
    answering(page, MEANT[term], page.locator(f"span.term-{term}").first)
    page.locator(f"span.term-{term}").first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.locator(MEANT[term]).evaluate_all(OUTLINED)


@pytest.mark.parametrize("term", ["label", "context"])
def test_a_term_its_name_and_what_it_stands_for_are_of_one_colour(page: Page, term: str) -> None:
    page.goto(address(step=3))
    colours = f"math .term-{term}, span.term-{term}, {MEANT[term]}"
    counts = [page.locator(f"{kind} .term-{term}").count() for kind in ("dl math", ".sum math", "dt")]
    assert counts == [1, 1, 1]
    found = page.locator(colours).evaluate_all("all => [...new Set(all.map(e => getComputedStyle(e).color))]")
    assert len(found) == 1


OF_LESSON = {  # a part, a term of it, and what that stands for there
    ("text", "label"): ".token.label .text, .given-label .label, .is-current .label",
    ("labels", "set"): "ol.labelled",
    ("labels", "number"): "ol.labelled li:last-child",
    ("labels", "context"): "ol.labelled q",
    ("labels", "label"): "ol.labelled b",
    ("loss", "probability"): "#probability, .answer .percent",
    ("loss", "label"): ".given-label .label",
    ("scale", "pairs"): ".counted b",
    ("scale", "document"): "#counted tbody th",
    ("scale", "tokens"): "#counted tbody td:nth-child(2)",
    ("finetune", "begun"): "li.weights:nth-child(1)",
    ("finetune", "pretrained"): "li.weights:nth-child(3)",
    ("finetune", "finetuned"): "li.weights:nth-child(5)",
}


@pytest.mark.parametrize(("part", "term"), OF_LESSON)
def test_what_a_term_of_the_lesson_stands_for_answers_by_formula_and_by_name(page: Page, part: str, term: str) -> None:
    page.goto(f"/lesson/{part}?step=3&labels=pnpnpnpn&seconds=20")
    terms = page.locator(f":is(.formula, .lead) .term-{term}").all()
    assert terms
    for pointed in terms:
        answering(page, OF_LESSON[part, term], pointed)


def test_a_term_asks_only_its_own_part_of_the_lesson(page: Page) -> None:
    page.goto("/lesson?labels=pnpnpnpn&seconds=20")
    page.locator("#labels span.term-label").hover()
    assert page.locator("ol.labelled b").evaluate_all(OUTLINED)
    assert page.locator("#text .token.label .text, #loss .given-label .label").evaluate_all(PLAIN)
