import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.person import SENTENCE, address, another_sentence, expect_step, field, link, message, n_steps, state

ODD = "R&D + 100% = “so-called” <b>#1</b> 😀?"


@pytest.mark.parametrize("how", ["Enter", "button"])
def test_an_own_sentence_is_cut_into_its_pairs(any_page: Page, how: str) -> None:
    any_page.goto(address(step=4))
    field(any_page).fill("My own words are here.")
    if how == "Enter":
        field(any_page).press("Enter")
    else:
        any_page.get_by_role("button", name="Use my sentence").click()
    expect(any_page.locator(".tokens")).to_have_text(re.compile("My.*own.*words", re.DOTALL))
    expect(any_page.locator(".where")).to_contain_text("Pair 1 of")
    expect(field(any_page)).to_have_value("My own words are here.")
    assert state(any_page)["sentence"] == ["My own words are here."]
    link(any_page, "Next").click()
    expect_step(any_page, 2, "My own words are here.")


def test_odd_characters_survive_the_way_through_the_url(any_page: Page) -> None:
    any_page.goto("/")
    field(any_page).fill(ODD)
    field(any_page).press("Enter")
    expect(any_page.locator("#x2")).to_have_text(re.compile("&"))
    expect(field(any_page)).to_have_value(ODD)
    link(any_page, "Next").click()
    expect_step(any_page, 2, ODD)
    any_page.reload()
    expect_step(any_page, 2, ODD)
    expect(field(any_page)).to_have_value(ODD)


@pytest.mark.parametrize(
    ("text", "words"), [("", "There is no text yet"), ("a", "Add a word"), ("0" * 129, "129 tokens")]
)
def test_a_sentence_that_cannot_be_used_is_kept_with_the_reason_beside_it(
    any_page: Page, text: str, words: str
) -> None:
    any_page.goto(address())
    field(any_page).fill(text)
    field(any_page).press("Enter")
    expect(message(any_page)).to_contain_text(words)
    expect(field(any_page)).to_have_value(text)
    expect(field(any_page)).to_have_accessible_description(re.compile(words))
    expect(any_page.locator(".tokens")).to_have_count(0)


def test_a_sentence_is_put_right_where_it_was_refused(any_page: Page) -> None:
    any_page.goto(address())
    field(any_page).fill("a")
    field(any_page).press("Enter")
    expect(message(any_page)).to_contain_text("Add a word")
    field(any_page).fill("a word")
    field(any_page).press("Enter")
    expect(any_page.locator(".token.label")).to_be_visible()
    expect(message(any_page)).to_have_text("")
    expect(field(any_page)).to_have_value("a word")


def test_refresh_brings_another_sentence_and_the_field_follows(any_page: Page) -> None:
    any_page.goto(address())
    before = SENTENCE
    for _ in range(5):
        any_page.get_by_role("link", name="Refresh").click()
        now = another_sentence(any_page, before)
        expect_step(any_page, 1, now)
        before = now


def test_refresh_replaces_what_was_typed_but_not_submitted(page: Page) -> None:
    page.goto(address())
    field(page).fill("half a thought")
    page.get_by_role("link", name="Refresh").click()
    expect(page).not_to_have_url(re.compile("birthday"))
    expect(page.locator(".where")).to_contain_text("Pair 1 of")
    expect(field(page)).to_have_value(state(page)["sentence"][0])


def test_what_is_typed_but_not_submitted_survives_a_step(page: Page) -> None:
    page.goto(address())
    field(page).fill("half a thought")
    link(page, "Next").click()
    expect_step(page, 2)
    expect(field(page)).to_have_value("half a thought")


def test_a_sentence_and_a_refresh_fetch_fragments_and_no_page(page: Page, watch: Watch) -> None:
    page.goto(address())
    page.wait_for_load_state("networkidle")
    watch.clear()
    field(page).fill("My own words are here.")
    field(page).press("Enter")
    expect(page.locator(".token.label")).to_have_text(re.compile("own"))
    page.get_by_role("link", name="Refresh").click()
    another_sentence(page, "My own words are here.")
    assert watch.kinds() == {("fetch", "/stage"), ("fetch", "/stage/random")}


def test_the_field_keeps_focus_when_its_sentence_is_used(page: Page) -> None:
    page.goto(address())
    field(page).fill("My own words are here.")
    field(page).press("Enter")
    expect(page.locator(".token.label")).to_have_text(re.compile("own"))
    expect(field(page)).to_be_focused()


def test_every_sentence_in_a_row_of_refreshes_can_be_stepped_to_its_end(page: Page) -> None:
    page.goto(address())
    for _ in range(3):
        before = field(page).input_value()
        page.get_by_role("link", name="Refresh").click()
        sentence = another_sentence(page, before)
        expect_step(page, 1, sentence)
        link(page, "Last").click()
        expect_step(page, n_steps(page), sentence)
