"""The stage on a projector: nothing else, nothing cut off, and the shown pair in sight."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenContext
from tests.browser.person import LONG, SENTENCE, address, link, state

LONG_ONE = "When the old clock in the hall struck twelve, the house grew so quiet that even the mice stopped to listen."


def test_f_gives_the_stage_the_whole_picture_and_back(page: Page) -> None:
    page.goto(address(step=4))
    page.keyboard.press("f")
    expect(page.locator("html")).to_have_class(re.compile("projector"))
    expect(page.get_by_role("banner")).to_have_count(0)
    assert state(page) == {"sentence": [SENTENCE], "step": ["4"], "view": ["projector"]}
    page.keyboard.press("ArrowRight")
    expect(page.locator(".where")).to_have_text("Pair 5 of 10")
    page.keyboard.press("f")
    expect(page.get_by_role("banner")).to_be_visible()
    expect(page.locator(".where")).to_have_text("Pair 5 of 10")


SIZES = [(1920, 1080), (1280, 720), (1024, 768), (960, 540)]


@pytest.mark.parametrize("options", ["", "&rows=folded", "&guess=on", "&tint=surprise&unit=words"])
@pytest.mark.parametrize("sentence", ["Hi there.", SENTENCE, LONG_ONE])
def test_the_picture_holds_the_stage_without_scrolling(page: Page, sentence: str, options: str) -> None:
    page.goto(f"{address(sentence, 1)}&view=projector{options}")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        held = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert held == [width, height]
        expect(link(page, "Previous")).to_be_in_viewport(ratio=1)
        expect(page.locator("#refresh")).to_be_in_viewport(ratio=1)
        rights = page.locator(".options > :is(a, button)").evaluate_all(
            "all => all.map(e => e.offsetLeft + e.offsetWidth)"
        )
        assert max(rights) < page.locator("#sentence").evaluate("field => field.offsetLeft"), width


@pytest.mark.parametrize("options", ["", "&rows=folded&lang=de"])
def test_the_proof_takes_the_rows_place_until_it_is_closed(page: Page, options: str) -> None:
    page.goto(f"{address(LONG_ONE, 3)}&view=projector{options}")
    rows = page.locator(".staircase, .folded")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.locator("#prove").click()
        expect(page.locator(".proof p").last).to_be_in_viewport(ratio=1)
        expect(rows).to_be_hidden()
        page.locator(".proof summary").click()
        expect(rows).to_be_visible()


@pytest.mark.parametrize("n_words", [8])
def test_no_bar_moves_from_step_to_step(open_context: OpenContext, n_words: int) -> None:
    page = open_context((1280, 720)).new_page()
    page.goto(f"{address(' '.join(['over'] * n_words))}&view=projector")
    place = "all => all.map(bar => bar.getBoundingClientRect().y)"
    first = page.locator(".bars tbody .track").evaluate_all(place)[:8]
    for step in range(2, n_words):
        link(page, "Next").click()
        expect(page.locator(".where b").first).to_have_text(str(step))
        assert page.locator(".bars tbody .track").evaluate_all(place)[:8] == first, step


def test_the_staircase_is_the_causal_mask_cell_for_cell(page: Page) -> None:
    page.goto(f"{address(step=4)}&view=projector")
    page.set_viewport_size({"width": 1920, "height": 1080})
    cells = page.locator(".staircase tbody tr:nth-child(4) .cell")
    assert cells.evaluate_all("all => all.filter((one) => one.checkVisibility()).length") == 11
    expect(page.locator(".sum div").first).to_be_in_viewport(ratio=1)


def test_a_wrong_guess_leaves_room_for_every_bar(open_context: OpenContext) -> None:
    page = open_context((1280, 720)).new_page()
    page.goto(f"{address(step=4)}&view=projector&guess=on&pick=5000")
    expect(page.locator(".remainder")).to_be_in_viewport(ratio=1)


def test_the_shown_pairs_row_stays_in_sight_among_many(open_context: OpenContext) -> None:
    page = open_context((1280, 720)).new_page()
    page.goto(f"{address(LONG_ONE, 1)}&view=projector")
    link(page, "Last").click()
    expect(page.locator(".staircase .is-current")).to_be_in_viewport(ratio=1)
    link(page, "First").click()
    expect(page.locator(".staircase .is-current")).to_be_in_viewport(ratio=1)


def test_a_long_text_leaves_room_for_the_rest_and_shows_its_label(open_context: OpenContext) -> None:
    page = open_context((1280, 720)).new_page()
    page.goto(f"{address(LONG, 100)}&view=projector")
    expect(page.locator(".token.label")).to_be_in_viewport(ratio=1)
    link(page, "Last").click()
    expect(page.locator(".token.label")).to_be_in_viewport(ratio=1)
    expect(page.locator(".staircase .is-current")).to_be_in_viewport(ratio=1)


def test_what_a_keyboard_must_scroll_is_a_stop_for_it(open_context: OpenContext) -> None:
    page = open_context((1280, 720)).new_page()
    page.goto(f"{address(LONG, 100)}&view=projector")
    bars = page.locator(".cards")
    bars.focus()
    page.keyboard.press("End")
    expect(page.locator(".remainder")).to_be_in_viewport(ratio=1)
    expect(page.locator(".where")).to_have_text("Pair 100 of 127")


def test_the_list_names_its_keys_there_too(page: Page) -> None:
    page.goto(f"{address()}&view=projector")
    page.keyboard.press("Shift+?")
    expect(page.get_by_text("Page Down")).to_be_in_viewport(ratio=1)


def test_a_phone_shows_the_ordinary_stage_instead(open_context: OpenContext) -> None:
    page = open_context(PHONE).new_page()
    page.goto(f"{address()}&view=projector")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    heights = "all => all.map(control => control.offsetHeight)"
    assert min(page.locator(".stepper .button, .options .button").evaluate_all(heights)) >= 44


def test_a_button_fills_the_screen_and_frees_it(page: Page) -> None:
    page.goto(f"{address()}&view=projector")
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement !== null")
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement === null")
