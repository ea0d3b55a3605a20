"""The proof that one pass is enough: in place with htmx, on a page of its own without."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext
from tests.browser.person import SENTENCE, address, another_sentence, expect_step, link, slowly
from tests.browser.test_layout import WIDTHS


def test_the_proof_opens_in_place_and_stays_from_step_to_step(page: Page) -> None:
    page.goto(address(step=3))
    page.get_by_role("link", name="Prove it").click()
    panel = page.locator(".proof")
    expect(panel).to_contain_text("Largest difference of any probability")
    expect_step(page, 3)
    said = panel.inner_text()
    link(page, "Next").click()
    expect_step(page, 4)
    assert panel.inner_text() == said
    page.locator(".proof summary").click()
    expect(page.locator(".proof table")).to_be_hidden()


def test_a_proof_that_comes_later_leaves_focus_where_one_steps(page: Page) -> None:
    page.goto(address())
    slowly(page)
    page.locator("#prove").click()
    page.locator("#next").press("Enter")
    expect(page.locator(".proof")).to_be_visible()
    expect(page.locator("#next")).to_be_focused()


def test_another_sentence_has_no_proof_yet(page: Page) -> None:
    page.goto(address())
    page.get_by_role("link", name="Prove it").click()
    expect(page.locator(".proof")).to_be_visible()
    page.get_by_role("link", name="Refresh").click()
    another_sentence(page, SENTENCE)
    expect(page.locator(".proof")).to_have_count(0)


def test_the_proof_is_a_page_without_javascript_that_leads_back(any_page: Page) -> None:
    any_page.goto(address(step=3).replace("/?", "/proof?"))
    expect(any_page.locator(".proof")).to_contain_text("Largest difference of any probability")
    any_page.get_by_role("link", name="Back to the stage").click()
    expect_step(any_page, 3)


def test_without_javascript_the_link_goes_to_the_page(open_context: OpenContext) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(address(step=3))
    page.get_by_role("link", name="Prove it").click()
    expect(page).to_have_url(re.compile(r"/proof\?sentence=.*step=3"))


def test_the_proof_fits_any_screen(page: Page) -> None:
    for path in (address().replace("/?", "/proof?"), "/proof?sentence=", address("Donaudampfschiff" * 3)):
        page.goto(path.replace("/?", "/proof?"))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
