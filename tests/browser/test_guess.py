"""Guess first, as a student plays it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenContext, Watch
from tests.browser.person import LONG, SENTENCE, address, field, link, state

WIDTHS = (320, 390, 1280)


def guess(page: Page, token: str) -> None:
    page.locator(".choices").get_by_role("button", name=re.compile(rf"^{token}$")).click()


def expect_question(page: Page, step: int) -> None:
    """Nothing from the label on is to be seen, the page's field included."""
    expect(page.get_by_role("heading", name="What comes next?")).to_be_visible()
    expect(page.locator(".where b").first).to_have_text(str(step))
    expect(page.locator(".token.context")).to_have_count(step)
    expect(page.locator(".token.label .text")).to_have_text("?")
    expect(field(page)).to_have_value("")


def test_a_student_guesses_sees_the_truth_and_goes_on(any_page: Page) -> None:
    any_page.goto(address(step=2))
    any_page.get_by_role("link", name="Guess first").click()
    expect_question(any_page, 2)
    any_page.get_by_label("90").check()
    guess(any_page, "fell")
    expect(any_page.locator(".verdict")).to_have_text("Right")
    expect(any_page.locator(".token.label .text")).to_have_text("fell")
    any_page.get_by_role("link", name="Guess the next").click()
    expect_question(any_page, 3)
    expect(any_page.get_by_label("90")).to_be_checked()
    any_page.get_by_label("or type the next word").fill("awake")
    any_page.get_by_label("or type the next word").press("Enter")
    expect(any_page.locator(".verdict")).to_have_text("Not this one")
    expect(any_page.locator(".guessed")).to_have_text("awake")
    expect(any_page.get_by_role("heading", name="over 2 guesses")).to_be_visible()
    any_page.get_by_role("link", name="Stop guessing").click()
    expect(field(any_page)).to_have_value(SENTENCE)


def test_a_reload_and_back_give_the_same_view(any_page: Page) -> None:
    any_page.goto(f"{address(step=2)}&guess=on")
    before = any_page.locator(".choices").inner_text()
    any_page.reload()
    assert any_page.locator(".choices").inner_text() == before
    guess(any_page, "fell")
    expect(any_page.locator(".verdict")).to_have_text("Right")
    any_page.reload()
    expect(any_page.locator(".verdict")).to_have_text("Right")
    any_page.go_back()
    expect_question(any_page, 2)


def test_a_digit_taps_its_candidate_but_not_while_someone_types(page: Page) -> None:
    page.goto(f"{address(step=2)}&guess=on")
    page.wait_for_load_state("networkidle")
    page.get_by_label("or type the next word").press("3")
    expect(page.get_by_label("or type the next word")).to_have_value("3")
    expect_question(page, 2)
    third = page.locator(".choices button").nth(2).get_attribute("value")
    page.get_by_label("60").focus()
    page.keyboard.press("3")
    expect(page.locator(".verdict")).to_be_visible()
    assert state(page)["pick"] == [third]


def test_the_result_is_announced_and_focus_stays_beside_it(page: Page) -> None:
    page.goto(f"{address(step=2)}&guess=on")
    guess(page, "fell")
    expect(page.locator("[aria-live=polite]")).to_have_text(re.compile("^Right: the label is “fell”. You put 60"))
    expect(page.locator("#guess-title")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Guess the next")).to_be_focused()


def test_what_is_typed_to_be_guessed_does_not_stay_in_the_field(any_page: Page) -> None:
    any_page.goto(f"{address(step=2)}&guess=on")
    field(any_page).fill("My own words are secret here.")
    field(any_page).press("Enter")
    expect_question(any_page, 1)
    expect(any_page.locator(".token.context .text")).to_have_text(["My"])


def test_a_word_typed_at_one_step_is_gone_at_the_next(page: Page) -> None:
    page.goto(f"{address(step=2)}&guess=on")
    page.get_by_label("or type the next word").fill("half")
    link(page, "Skip").click()
    expect_question(page, 3)
    expect(page.get_by_label("or type the next word")).to_have_value("")


def test_all_blanks_have_one_width(page: Page) -> None:
    page.goto(f"{address(step=1)}&guess=on")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        widths = page.locator(".blank").evaluate_all("blanks => blanks.map(blank => blank.offsetWidth)")
        assert len(widths) == 10
        assert len(set(widths)) == 1


@pytest.mark.parametrize("sentence", [SENTENCE, "Donaudampfschiff" * 12, LONG], ids=["short", "one long word", "long"])
@pytest.mark.parametrize("step", [2, 9])
def test_nothing_overflows_and_every_control_can_be_tapped(page: Page, sentence: str, step: int) -> None:
    for query in ("", "&pick=5000&sure=90", f"&word={'x' * 61}"):
        page.goto(f"{address(sentence, step)}&guess=on{query}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, width
            low = "all => all.filter(e => e.offsetHeight < 44).map(e => e.outerHTML)"
            assert (
                page.locator(".guessing :is(button:not(.spoken), a, input[type=text], label:has(input))").evaluate_all(
                    low
                )
                == []
            )


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_guess_among_the_bars_fits_any_screen(page: Page, language: str) -> None:
    page.goto(f"{address(step=9)}&guess=on&word=tree&lang={language}")
    expect(page.locator(".bars .is-guess:not(.own)")).to_have_count(1)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        cut = "table => table.offsetWidth > table.closest('.card').clientWidth"
        assert not page.locator(".bars").evaluate(cut), width


def test_a_guess_works_in_a_frame_without_an_origin(page: Page, watch: Watch, origin: str, tmp_path: Path) -> None:
    slides = tmp_path / "slides.html"
    src = f"{origin}{address(step=2)}&guess=on".replace("&", "&amp;")
    slides.write_text(
        '<!doctype html><title>Slides</title><iframe sandbox="allow-scripts allow-forms" '
        f'src="{src}" width="1000" height="900"></iframe>'
    )
    watch.elsewhere = (*watch.elsewhere, slides.as_uri())
    page.goto(slides.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator(".choices").get_by_role("button", name=re.compile("^fell$")).click()
    expect(frame.locator(".verdict")).to_have_text("Right", timeout=15_000)  # after a fetch in vain
    page.wait_for_load_state("networkidle")
    watch.clear()  # Chromium's own words about the fetch that such a frame may not make


def test_a_phone_shows_two_columns_of_candidates(open_context: OpenContext) -> None:
    page = open_context(PHONE).new_page()
    page.goto(f"{address(step=2)}&guess=on")
    lefts = page.locator(".choices button").evaluate_all("all => all.map(e => e.offsetLeft)")
    assert (len(lefts), len(set(lefts))) == (8, 2)


def test_a_guest_without_the_field_takes_guesses_and_focus_goes_to_what_they_were(page: Page) -> None:
    page.goto(f"/embed{address(step=2)[1:]}&guess=on&hide=input")
    page.locator(".choices button").first.press("Enter")
    expect(page.locator(".verdict")).to_be_visible()
    expect(page.locator("#guess-title")).to_be_focused()
