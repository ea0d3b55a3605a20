"""What a first view costs a visitor who has nothing of it yet."""

from playwright.sync_api import Page

from app.bench_browser import first_view
from tests.browser.conftest import PHONE, OpenContext, Watch
from tests.browser.person import address, expect_step


def test_a_first_view_asks_for_page_style_script_and_icon_only(page: Page, origin: str) -> None:
    paths = [path.split("?")[0] for path, _ in first_view(page, origin).requests]
    assert len(paths) == len(set(paths))
    assert {"/", "/static/app.css", "/static/stage.js"} <= set(paths)
    assert set(paths) <= {"/", "/static/app.css", "/static/stage.js", "/static/icon.svg"}


def test_a_first_view_weighs_less_than_100_kilobytes(open_context: OpenContext, origin: str) -> None:
    assert first_view(open_context(PHONE).new_page(), origin).size < 100_000


def test_a_second_press_of_next_finds_its_step_fetched_already(page: Page, watch: Watch) -> None:
    page.goto(address())
    page.wait_for_load_state("networkidle")
    page.keyboard.press("ArrowRight")
    expect_step(page, 2)
    page.wait_for_load_state("networkidle")
    watch.clear()
    page.keyboard.press("ArrowRight")
    expect_step(page, 3)
    page.wait_for_load_state("networkidle")
    asked = [request.url.rsplit("=", 1)[-1] for request in watch.requests if request.resource_type == "fetch"]
    assert asked == ["4"]
