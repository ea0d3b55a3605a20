"""Keys, as a lecturer, a clicker, and whoever has no mouse use them."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.person import address, another_sentence, expect_step, field, state

# The steps that were shown, one after the other.
SEEN = """() => {
    const shown = () => document.querySelector(".where b").textContent;
    window.seen = [shown()];
    const note = () => seen.at(-1) === shown() || seen.push(shown());
    new MutationObserver(note).observe(document.body, { characterData: true, childList: true, subtree: true });
}"""
# How far a box is scrolled once it no longer moves.
SETTLED = """async (box) => {
    for (let before = NaN; before !== box.scrollTop; ) {
        before = box.scrollTop;
        await new Promise((resolve) => setTimeout(resolve, 150));
    }
    return box.scrollTop;
}"""


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


def test_a_key_pressed_often_counts_every_press(stage: Page) -> None:
    for _ in range(4):
        stage.keyboard.press("ArrowRight")
    expect_step(stage, 8)


def test_a_key_held_down_shows_every_step(stage: Page) -> None:
    stage.evaluate(SEEN)
    for _ in range(200):
        stage.keyboard.down("ArrowRight")
        if stage.locator("#next[aria-disabled]").count():
            break
    stage.keyboard.up("ArrowRight")
    assert stage.evaluate("seen") == ["4", "5", "6", "7", "8", "9", "10"]


def test_a_key_held_down_waits_for_the_step_that_is_on_its_way(stage: Page) -> None:
    """However many repeats come meanwhile, letting go ends at a step that was just seen."""
    stage.evaluate("""() => {
        for (let i = 0; i < 30; i++) {
            const how = { key: "ArrowRight", repeat: i > 0, bubbles: true };
            document.body.dispatchEvent(new KeyboardEvent("keydown", how));
        }
    }""")
    expect_step(stage, 5)
    stage.wait_for_load_state("networkidle")
    expect_step(stage, 5)


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


@pytest.mark.parametrize("key", ["Shift+ArrowRight", "Shift+R", "Control+ArrowRight", "Alt+r", "Shift+Space"])
def test_a_key_with_another_one_keeps_its_meaning(stage: Page, key: str) -> None:
    stage.evaluate("""addEventListener("keydown", (event) => (window.taken = event.defaultPrevented))""")
    stage.keyboard.press(key)
    assert stage.evaluate("taken") is False
    expect(stage.get_by_role("button", name="Play")).to_be_visible()
    expect_step(stage, 4)


# --- Boxes that scroll ----------------------------------------------------------------------------------------------


def staircase_box(page: Page) -> Locator:
    return page.locator(".scroll")


def test_a_box_is_a_stop_for_the_keyboard_only_while_it_scrolls(stage: Page) -> None:
    box = staircase_box(stage)
    expect(box).not_to_have_attribute("tabindex", "0")
    stage.goto(f"{address('and so on, ' * 7, 4)}&view=projector")
    expect(box).to_have_attribute("tabindex", "0")
    stage.goto(f"{address('Hi there.', 1)}&view=projector")
    expect(box).not_to_have_attribute("tabindex", "0")


def test_arrows_scroll_the_box_that_has_the_focus_and_step_elsewhere(stage: Page) -> None:
    stage.goto(f"{address('and so on, ' * 7, 4)}&view=projector")
    box = staircase_box(stage)
    before = box.evaluate(SETTLED)
    box.focus()
    stage.keyboard.press("PageDown")
    down = box.evaluate(SETTLED)
    assert down > before
    stage.keyboard.press("PageUp")
    assert box.evaluate(SETTLED) < down
    expect(stage.locator(".where")).to_contain_text("Pair 4 of")
    box.get_by_role("link").first.focus()
    stage.keyboard.press("PageDown")
    expect(stage.locator(".where")).to_contain_text("Pair 5 of")


# --- The list of keys, and letters ----------------------------------------------------------------------------------


def test_a_question_mark_opens_the_list_in_sight_and_returns_from_it(stage: Page) -> None:
    stage.locator("#x3").focus()
    keys = stage.get_by_text("another sentence")
    expect(keys).to_be_hidden()
    stage.keyboard.press("Shift+?")
    expect(keys).to_be_in_viewport()
    expect(stage.locator("#keys summary")).to_be_focused()
    stage.keyboard.press("Shift+?")
    expect(keys).to_be_hidden()
    expect(stage.locator("#x3")).to_be_focused()
    assert stage.evaluate("scrollY") == 0


def test_escape_closes_the_list_and_gives_focus_back(stage: Page) -> None:
    stage.locator("#x3").focus()
    stage.keyboard.press("Shift+?")
    stage.keyboard.press("Escape")
    expect(stage.get_by_text("another sentence")).to_be_hidden()
    expect(stage.locator("#x3")).to_be_focused()


def test_the_list_stays_open_from_step_to_step(stage: Page) -> None:
    stage.keyboard.press("Shift+?")
    stage.keyboard.press("ArrowRight")
    expect_step(stage, 5)
    expect(stage.get_by_text("another sentence")).to_be_visible()


def test_letters_can_be_turned_off_and_on(stage: Page) -> None:
    stage.get_by_text("Keys", exact=True).click()
    stage.get_by_role("link", name="Turn letters off").click()
    expect(stage.get_by_role("link", name="Turn letters on")).to_be_focused()
    before = field(stage).input_value()
    stage.keyboard.press("r")
    stage.keyboard.press("Shift+?")
    stage.keyboard.press("ArrowRight")
    expect(stage.locator(".where")).to_contain_text("Pair 5 of")
    assert state(stage)["keys"] == ["off"]
    expect(field(stage)).to_have_value(before)
    expect(stage.get_by_text("another sentence")).to_be_visible()
    stage.get_by_role("link", name="Turn letters on").click()
    expect_step(stage, 5)
    stage.keyboard.press("r")
    assert another_sentence(stage, than=before)
