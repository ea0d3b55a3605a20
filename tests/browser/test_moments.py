"""The model at moments of its training: a slider over links."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.person import address, slowly, state


def test_links_lead_through_the_training(any_page: Page) -> None:
    any_page.goto(address(step=4))
    any_page.get_by_role("link", name="Watch it learn").click()
    expect(any_page.locator("#moments-title")).to_contain_text("The finished model")
    any_page.locator(".stops a").first.click()
    expect(any_page.locator("#moments-title")).to_contain_text("Random weights")
    expect(any_page.locator(".where")).to_have_text("Pair 4 of 10")
    any_page.get_by_role("link", name="Stop watching").click()
    expect(any_page.locator("#moments-title")).to_have_count(0)
    assert "seen" not in state(any_page)


def test_the_slider_follows_the_hand_with_what_was_fetched_before(page: Page, watch: Watch) -> None:
    page.goto(f"{address(step=4)}&seen=0")
    slider = page.get_by_role("slider")
    slider.hover()
    page.wait_for_load_state("networkidle")
    watch.clear()
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".stops a").nth(1)).to_have_attribute("aria-current", "true")
    expect(slider).to_be_focused()
    assert watch.kinds() == set()
    assert int(state(page)["seen"][0]) > 0


def test_a_moment_that_is_chosen_before_a_step_is_there_keeps_the_step(page: Page) -> None:
    page.goto(f"{address(step=4)}&seen=0")
    slowly(page)
    page.evaluate("document.getElementById('next').click(); document.querySelector('.stops li:last-child a').click()")
    expect(page.locator("#moments-title")).to_contain_text("The finished model")
    expect(page.locator(".where")).to_have_text("Pair 5 of 10")


def test_back_takes_the_sliders_thumb_along(page: Page) -> None:
    page.goto(f"{address(step=4)}&seen=0")
    slider = page.get_by_role("slider")
    slider.focus()
    for moment in (1, 2):
        page.keyboard.press("ArrowRight")
        expect(page.locator(".stops a").nth(moment)).to_have_attribute("aria-current", "true")
    page.go_back()
    expect(page.locator(".stops a").nth(1)).to_have_attribute("aria-current", "true")
    expect(slider).to_have_value("1")


def test_every_step_is_told_with_its_moment(page: Page) -> None:
    page.goto(f"{address(step=4)}&seen=0")
    expect(page.locator("#spoken")).to_have_text(
        re.compile("^Random weights, before any training: Pair 4 of 10: after")
    )


def test_opening_and_closing_leave_focus_on_what_does_it(page: Page) -> None:
    page.goto(address(step=4))
    for name in ("Watch it learn", "Stop watching"):
        page.get_by_role("link", name=name).press("Enter")
        expect(page.locator("#moments")).to_have_count(1 if name == "Watch it learn" else 0)
        expect(page.locator("#training")).to_be_focused()


def test_the_sliders_thumb_stands_over_its_moment(page: Page) -> None:
    page.goto(f"{address(step=4)}&seen=0")
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        ends = page.locator("#moment").bounding_box()
        first, last = (
            stop.bounding_box() for stop in (page.locator(".stops li").first, page.locator(".stops li").last)
        )
        assert ends
        assert first
        assert last
        assert abs(ends["x"] + 8 - (first["x"] + first["width"] / 2)) < 3
        assert abs(ends["x"] + ends["width"] - 8 - (last["x"] + last["width"] / 2)) < 3
