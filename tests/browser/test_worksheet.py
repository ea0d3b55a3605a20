"""A worksheet on paper, as the browser prints it."""

import re

from playwright.sync_api import Page, expect

from tests.browser.person import SENTENCE


def n_pages(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True)))


def test_each_sheet_of_a_set_is_a_page_of_paper_without_what_is_for_the_screen(any_page: Page) -> None:
    any_page.goto("/worksheet?seed=7&n=3")
    expect(any_page.locator(".sheet")).to_have_count(3)
    assert n_pages(any_page) == 3
    any_page.emulate_media(media="print")
    for name in (".top", ".set", "footer"):
        expect(any_page.locator(name)).to_be_hidden()
    expect(any_page.locator("html")).to_have_css("background-color", "rgba(0, 0, 0, 0)")


def test_a_set_is_drawn_by_a_form_and_shared_by_its_address(any_page: Page) -> None:
    any_page.goto(f"/worksheet?sentence={SENTENCE}")
    any_page.get_by_label("Name of the set").fill("group B")
    any_page.get_by_label("Sentences").fill("2")
    any_page.get_by_role("button", name="Draw the set").click()
    expect(any_page.locator(".sheet h2")).to_have_text(
        ["Set “group B”, sentence 1 of 2", "Set “group B”, sentence 2 of 2"]
    )
    assert "seed=group+B&n=2" in any_page.url
    any_page.get_by_role("link", name="To the answers").click()
    expect(any_page.locator(".mask .seen").first).to_be_visible()
