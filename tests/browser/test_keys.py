"""Keys and the play button, as a lecturer uses them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext
from tests.browser.person import address, another_sentence, expect_step, field, n_steps


@pytest.fixture
def stage(page: Page) -> Page:
    page.goto(address(step=4))
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize(
    ("key", "step"),
    [("ArrowRight", 5), ("PageDown", 5), ("ArrowLeft", 3), ("PageUp", 3), ("Home", 1), ("End", 10)],
)
def test_a_key_steps_as_its_link_does_and_the_page_stays_where_it_is(stage: Page, key: str, step: int) -> None:
    stage.evaluate("scrollTo(0, 200)")
    stage.keyboard.press(key)
    expect_step(stage, step)
    assert stage.evaluate("scrollY") == 200


def test_a_key_held_down_counts_every_press(stage: Page) -> None:
    for _ in range(4):
        stage.keyboard.press("ArrowRight")
    expect_step(stage, 8)


def test_r_brings_another_sentence(stage: Page) -> None:
    before = field(stage).input_value()
    stage.keyboard.press("r")
    assert another_sentence(stage, than=before)


def test_keys_belong_to_the_field_while_someone_types(stage: Page) -> None:
    field(stage).focus()
    for key in ("End", "r", " ", "?", "Home", "ArrowRight"):
        stage.keyboard.press(key)
    expect(field(stage)).to_have_value(re.compile(r"r \?$"))
    expect_step(stage, 4)


def test_a_question_mark_lists_the_keys(stage: Page) -> None:
    expect(stage.get_by_text("another sentence")).to_be_hidden()
    stage.keyboard.press("?")
    expect(stage.get_by_text("another sentence")).to_be_visible()


def test_playing_steps_to_the_end_and_stops_there(stage: Page) -> None:
    stage.get_by_label("Seconds a pair").select_option("fast")
    stage.get_by_role("button", name="Play").click()
    expect(stage.get_by_role("button", name="Pause")).to_be_visible()
    expect(stage.locator(".where b").first).to_have_text(str(n_steps(stage)), timeout=15_000)
    expect(stage.get_by_role("button", name="Play")).to_be_visible()
    expect(stage.get_by_label("Seconds a pair")).to_have_value("0.6")


def test_space_plays_and_pauses_and_stepping_by_hand_takes_over(stage: Page) -> None:
    stage.keyboard.press(" ")
    expect_step(stage, 5)
    stage.keyboard.press(" ")
    expect(stage.get_by_role("button", name="Play")).to_be_visible()
    stage.keyboard.press(" ")
    expect(stage.get_by_role("button", name="Pause")).to_be_visible()
    stage.get_by_role("navigation", name="Steps").get_by_role("link", name="First", exact=True).click()
    expect(stage.get_by_role("button", name="Play")).to_be_visible()


def test_without_scripts_there_is_no_play_button(open_context: OpenContext) -> None:
    still_page = open_context(java_script_enabled=False).new_page()
    still_page.goto(address())
    expect(still_page.get_by_text("Play", exact=True)).to_be_hidden()
    expect(still_page.get_by_text("Keys", exact=True)).to_be_hidden()
