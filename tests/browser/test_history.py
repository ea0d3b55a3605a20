"""The URL is the state: reload, Back, Forward and a bookmark all give the same view."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext, Watch
from tests.browser.person import (
    SENTENCE,
    address,
    another_sentence,
    expect_step,
    field,
    link,
    message,
    slowly,
    stage_text,
    state,
)


def test_back_and_forward_give_the_views_again(any_page: Page) -> None:
    any_page.goto(address())
    first = stage_text(any_page)
    link(any_page, "Next").click()
    expect_step(any_page, 2)
    second = stage_text(any_page)
    any_page.locator("#x7").click()
    expect_step(any_page, 6)
    for step, text in ((2, second), (1, first)):
        any_page.go_back()
        expect_step(any_page, step)
        assert stage_text(any_page) == text
    any_page.go_forward()
    expect_step(any_page, 2)
    assert stage_text(any_page) == second


def test_back_after_presses_in_haste_returns_to_the_step_before_them(page: Page) -> None:
    """A step that was passed over, and never shown, is no place to go back to."""
    page.goto(address())
    page.wait_for_load_state("networkidle")
    page.evaluate("for (let i = 0; i < 6; i++) document.getElementById('next').click()")
    expect_step(page, 7)
    link(page, "Next").click()
    expect_step(page, 8)
    for step in (7, 1):
        page.go_back()
        expect_step(page, step)
    page.go_forward()
    expect_step(page, 7)


@pytest.mark.parametrize("control", ["#next", "#x5", "#row6", "#tint"])
def test_back_and_forward_leave_focus_where_it_is(page: Page, control: str) -> None:
    page.goto(address(step=2))
    page.locator(control).focus()
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile(r"step=2$"))
    after = page.url
    page.go_back()
    expect_step(page, 2)
    expect(page.locator(control)).to_be_focused()
    page.go_forward()
    expect(page).to_have_url(after)
    expect(page.locator("#goto:not([data-step='2']), .tinted")).to_have_count(1)
    expect(page.locator(control)).to_be_focused()


def test_back_takes_what_was_typed_and_not_sent_out_of_the_field(page: Page) -> None:
    page.goto(address())
    link(page, "Next").click()
    expect_step(page, 2)
    field(page).press_sequentially(" And")
    page.go_back()
    expect_step(page, 1)
    expect(field(page)).to_have_value(SENTENCE)


def test_a_press_on_the_step_that_is_shown_is_no_way_back(page: Page) -> None:
    page.goto(address())
    for control in ("#next", "#row2", "#x3"):
        page.locator(control).click()
        expect_step(page, 2)
    page.go_back()
    expect_step(page, 1)


@pytest.mark.parametrize("control", ["#last", "#unit", "#refresh"])
def test_back_before_an_answer_leads_back_and_the_answer_changes_nothing(page: Page, control: str) -> None:
    page.goto(address(step=4))
    for step in (3, 2):
        link(page, "Previous").click()
        expect_step(page, step)
    slowly(page)
    page.locator(control).click()
    page.evaluate("history.back()")
    expect_step(page, 3)
    page.wait_for_timeout(600)  # the answer that is not wanted any more would have come
    expect_step(page, 3)


def test_a_press_of_next_before_back_has_led_anywhere_changes_nothing(page: Page) -> None:
    page.goto(address(step=4))
    link(page, "Next").click()
    expect_step(page, 5)
    slowly(page)
    page.evaluate("history.back()")
    page.evaluate("setTimeout(() => document.getElementById('next').click(), 100)")
    expect_step(page, 4)
    page.wait_for_timeout(600)  # an answer to the press would have come
    expect_step(page, 4)
    expect(page.locator("main")).to_have_count(1)


def test_another_step_that_is_pressed_before_back_has_led_anywhere_is_the_one_that_is_shown(page: Page) -> None:
    page.goto(address(step=4))
    link(page, "Next").click()
    expect_step(page, 5)
    slowly(page)
    page.evaluate("history.back()")
    page.evaluate("setTimeout(() => document.getElementById('x9').click(), 100)")
    expect_step(page, 8)
    page.wait_for_timeout(600)
    expect_step(page, 8)


def test_several_backs_at_once_lead_to_the_last_of_them(page: Page) -> None:
    page.goto(address())
    for step in (2, 3, 4):
        link(page, "Next").click()
        expect_step(page, step)
    slowly(page)
    page.evaluate("history.back(); setTimeout(() => history.back(), 100)")
    expect_step(page, 2)
    page.wait_for_timeout(600)
    expect_step(page, 2)


def test_back_shows_the_page_of_an_error_where_the_server_answers_with_one(page: Page, watch: Watch) -> None:
    page.goto(address())
    link(page, "Next").click()
    expect_step(page, 2)
    page.wait_for_load_state("networkidle")
    page.route("**/?sentence=*", lambda route: route.fulfill(status=503, content_type="text/html", body="<p>Busy.</p>"))
    page.go_back()
    expect(page.locator("body")).to_have_text("Busy.")
    watch.clear()  # Chromium's own words about the answers


@pytest.mark.parametrize(
    ("controls", "shown"),
    [
        (["#next", "#fold"], {"step": ["5"], "rows": ["folded"]}),
        (["#x8", "#tint"], {"step": ["7"], "tint": ["surprise"]}),
        (["#fold", "#next"], {"step": ["5"], "rows": ["folded"]}),
        (["#next", "#x5"], {"step": ["4"]}),
    ],
)
def test_what_is_pressed_before_an_answer_adds_to_it(
    page: Page, controls: list[str], shown: dict[str, list[str]]
) -> None:
    page.goto(address(step=4))
    slowly(page)
    for control in controls:
        page.locator(control).click()
    expect(page.locator(".where b").first).to_have_text(shown["step"][0])
    expect(page).to_have_url(re.compile("".join(f"(?=.*{name}={value[0]})" for name, value in shown.items())))
    page.wait_for_timeout(600)
    assert state(page) == {"sentence": [SENTENCE], **shown}


def test_next_before_another_sentence_is_there_waits_for_it(page: Page) -> None:
    page.goto(address(step=4))
    slowly(page)
    page.locator("#refresh").click()
    link(page, "Next").click()
    expect_step(page, 1, another_sentence(page, SENTENCE))


def test_back_returns_to_the_sentence_before_and_the_field_follows(any_page: Page) -> None:
    any_page.goto(address(step=3))
    any_page.get_by_role("link", name="Refresh").click()
    another = another_sentence(any_page, SENTENCE)
    expect_step(any_page, 1, another)
    any_page.go_back()
    expect_step(any_page, 3)
    expect(field(any_page)).to_have_value(SENTENCE)
    any_page.go_forward()
    expect_step(any_page, 1, another)
    expect(field(any_page)).to_have_value(another)


def test_back_leaves_a_refused_sentence(any_page: Page) -> None:
    any_page.goto(address(step=2))
    field(any_page).fill("a")
    field(any_page).press("Enter")
    expect(message(any_page)).to_contain_text("Add a word")
    any_page.go_back()
    expect_step(any_page, 2)
    expect(field(any_page)).to_have_value(SENTENCE)
    expect(message(any_page)).to_have_text("")


@pytest.mark.parametrize("how", ["reload", "bookmark"])
def test_a_view_reached_by_clicks_is_the_same_when_its_url_is_opened(
    any_page: Page, open_context: OpenContext, how: str
) -> None:
    any_page.goto("/")
    any_page.get_by_role("link", name="Refresh").click()
    sentence = another_sentence(any_page, SENTENCE)
    expect_step(any_page, 1, sentence)
    link(any_page, "Next").click()
    expect_step(any_page, 2, sentence)
    seen = stage_text(any_page)
    page = any_page
    if how == "reload":
        page.reload()
    else:
        page = open_context().new_page()
        page.goto(any_page.url)
    expect_step(page, 2, sentence)
    assert stage_text(page) == seen


@pytest.mark.parametrize("how", ["reload", "bookmark"])
def test_a_refused_sentence_is_the_same_when_its_url_is_opened(
    any_page: Page, open_context: OpenContext, how: str
) -> None:
    any_page.goto(address())
    field(any_page).fill("a")
    field(any_page).press("Enter")
    expect(message(any_page)).to_contain_text("Add a word")
    seen = stage_text(any_page)
    page = any_page
    if how == "reload":
        page.reload()
    else:
        page = open_context().new_page()
        page.goto(any_page.url)
    assert stage_text(page) == seen
