"""Swipes with a real finger's events, as Chromium gets them from a touch screen."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, OpenContext
from tests.browser.person import address, expect_step, field

Swipe = Callable[..., None]


@pytest.fixture
def phone(open_context: OpenContext) -> Page:
    page = open_context(PHONE, has_touch=True, is_mobile=True).new_page()
    page.goto(address(step=4))
    page.wait_for_load_state("networkidle")
    return page


@pytest.fixture
def swipe(phone: Page) -> Swipe:
    """Draw a finger over the screen from an element's middle, or from a point."""
    touch = phone.context.new_cdp_session(phone)

    def draw(start: Locator | tuple[float, float], right: float, down: float) -> None:
        x, y = start if isinstance(start, tuple) else middle(start)
        began = time.time()

        def send(kind: str, part: float, *points: dict[str, float]) -> None:
            # The finger's own times: a fifth of a second, however busy the machine is.
            when = {"type": kind, "timestamp": began + part / 5}
            touch.send("Input.dispatchTouchEvent", {**when, "touchPoints": list(points)})

        send("touchStart", 0, {"x": x, "y": y})
        for part in (0.2, 0.4, 0.6, 0.8, 1):
            send("touchMove", part, {"x": x + right * part, "y": y + down * part})
        send("touchEnd", 1)

    return draw


def middle(element: Locator) -> tuple[float, float]:
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("start", [".pair .context", ".tokens", ".bars", ".staircase"])
def test_a_swipe_steps_from_wherever_it_starts(phone: Page, swipe: Swipe, start: str) -> None:
    swipe(phone.locator(start).first, right=-120, down=20)
    expect_step(phone, 5)
    for step in (4, 3):
        swipe(phone.locator(start).first, right=120, down=-20)
        expect_step(phone, step)


@pytest.mark.parametrize(("right", "down"), [(-40, 0), (-60, -40), (-60, -300), (0, -300)])
def test_a_short_or_slanting_stroke_is_no_swipe(phone: Page, swipe: Swipe, right: float, down: float) -> None:
    swipe(phone.locator(".bars"), right, down)
    phone.wait_for_load_state("networkidle")
    expect_step(phone, 4)


def test_a_stroke_upwards_scrolls_the_page(phone: Page, swipe: Swipe) -> None:
    assert phone.evaluate("scrollY") == 0
    swipe((200, 600), right=-30, down=-400)
    phone.wait_for_function("scrollY > 200")
    expect_step(phone, 4)


def test_a_stroke_from_the_screens_edge_is_the_systems_back(phone: Page, swipe: Swipe) -> None:
    swipe((8, 600), right=150, down=0)
    phone.wait_for_load_state("networkidle")
    expect_step(phone, 4)


def test_a_stroke_over_the_field_or_a_box_that_scrolls_is_theirs(phone: Page, swipe: Swipe) -> None:
    phone.locator(".staircase").evaluate("table => { table.style.width = '300%'; }")
    phone.evaluate("markScrolling()")
    swipe(field(phone), right=-120, down=0)
    swipe(phone.locator(".scroll"), right=-120, down=0)
    phone.wait_for_load_state("networkidle")
    expect(phone.locator(".where")).to_contain_text("Pair 4 of")
    assert phone.locator(".scroll").evaluate("box => box.scrollLeft") > 50


def test_a_swipe_past_the_last_pair_stays_there(phone: Page, swipe: Swipe) -> None:
    phone.goto(address(step=10))
    swipe(phone.locator(".bars"), right=-120, down=0)
    phone.wait_for_load_state("networkidle")
    expect_step(phone, 10)


@pytest.mark.parametrize(
    "path", ["/", "/?guess=on", "/?unit=words&surprise=on", "/lesson", "/model", "/proof", "/share", "/embed"]
)
def test_a_finger_meets_every_control(phone: Page, path: str) -> None:
    phone.goto(path)
    controls = phone.locator("a, button, select, summary, input[type=range], label:has(input)")
    # A link within a line of text may be as high as the line (WCAG 2.5.8), and some controls are for screen readers.
    low = "all => all.filter(e => e.checkVisibility() && !e.closest('p, td, .spoken, .skip') && e.offsetHeight < 44)"
    assert controls.evaluate_all(f"all => ({low})(all).map(e => e.outerHTML)") == []


@pytest.mark.parametrize(("control", "opened"), [("#share", ".sharing"), ("#guess", "#guess-title")])
def test_what_opens_below_the_screen_comes_into_sight(phone: Page, control: str, opened: str) -> None:
    phone.goto(address())
    phone.locator(control).tap()
    expect(phone.locator(opened)).to_be_in_viewport()
