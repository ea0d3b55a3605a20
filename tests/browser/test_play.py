"""The play button, under reduced motion as everywhere: a step is no motion."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext
from tests.browser.person import address, expect_step, link, n_steps


@pytest.fixture
def stage(page: Page) -> Page:
    page.goto(address(step=4))
    page.wait_for_load_state("networkidle")
    return page


def play(page: Page, speed: str = "fast") -> None:
    page.get_by_label("Seconds a pair").select_option(speed)
    page.get_by_role("button", name="Play").click()


def expect_playing(page: Page) -> None:
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def expect_paused(page: Page) -> None:
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_playing_steps_to_the_end_and_stops_there(stage: Page) -> None:
    play(stage)
    expect_playing(stage)
    expect(stage.locator(".where b").first).to_have_text(str(n_steps(stage)), timeout=15_000)
    expect_paused(stage)
    expect(stage.get_by_label("Seconds a pair")).to_have_value("0.6")


def test_play_at_the_last_pair_starts_from_the_first(stage: Page) -> None:
    link(stage, "Last").click()
    expect_step(stage, 10)
    play(stage, "slow")
    for step in ("1", "2"):
        expect(stage.locator(".where b").first).to_have_text(step)
        expect_playing(stage)


def test_space_plays_and_pauses_and_stepping_by_hand_takes_over(stage: Page) -> None:
    stage.keyboard.press(" ")
    expect_step(stage, 5)
    stage.keyboard.press(" ")
    expect_paused(stage)
    stage.keyboard.press(" ")
    expect_playing(stage)
    link(stage, "First").click()
    expect_paused(stage)
    stage.keyboard.press(" ")
    expect_playing(stage)
    stage.keyboard.press("ArrowRight")
    expect_paused(stage)


def test_space_held_down_plays_once(stage: Page) -> None:
    for _ in range(4):
        stage.keyboard.down(" ")
    expect_playing(stage)
    stage.keyboard.up(" ")
    expect_playing(stage)


def test_a_hidden_tab_pauses(stage: Page) -> None:
    play(stage, "slow")
    expect_playing(stage)
    stage.evaluate("""() => {
        Object.defineProperty(document, "hidden", { value: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    expect_paused(stage)


def test_the_only_pair_cannot_be_played(page: Page) -> None:
    page.goto(address("The cat"))
    assert n_steps(page) == 1
    expect(page.get_by_role("button", name="Play")).to_be_disabled()
    page.keyboard.press(" ")
    expect_paused(page)


def test_without_scripts_there_is_no_play_button(open_context: OpenContext) -> None:
    still_page = open_context(java_script_enabled=False).new_page()
    still_page.goto(address())
    expect(still_page.get_by_text("Play", exact=True)).to_be_hidden()
    expect(still_page.get_by_text("Keys", exact=True)).to_be_hidden()
