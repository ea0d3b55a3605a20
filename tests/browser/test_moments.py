"""The model at moments of its training: a slider over links."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.person import address, state


def test_links_lead_through_the_training(any_page: Page) -> None:
    any_page.goto(address(step=4))
    any_page.get_by_role("link", name="Watch it learn").click()
    expect(any_page.locator("#moments-title")).to_contain_text("The finished model")
    any_page.locator(".stops a").first.click()
    expect(any_page.locator("#moments-title")).to_contain_text("Random weights")
    expect(any_page.locator(".where")).to_have_text("Pair 4 of 10")
    any_page.get_by_role("link", name="Close").click()
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
