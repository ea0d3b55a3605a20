"""The lesson's instruments in a browser: with htmx in place, and without JavaScript as pages."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.lesson.labelling import N_TEXTS
from tests.browser.conftest import PHONE, OpenContext


def test_texts_are_labelled_by_keys_and_the_receipt_comes_without_a_new_page(page: Page) -> None:
    page.goto("/lesson")
    page.evaluate("window.same = true")
    page.locator("#begin").click()
    for n in range(1, N_TEXTS + 1):
        expect(page.locator(".labelling .where")).to_have_text(f"Text {n} of {N_TEXTS}")
        page.keyboard.press("1" if n % 2 else "2")
    expect(page.locator(".receipt")).to_contain_text("8 labels in")
    expect(page).to_have_url(re.compile("labels=pnpnpnpn&seconds="))
    assert page.evaluate("window.same")


def test_whoever_labels_without_a_mouse_is_led_from_the_button_to_the_receipt(page: Page) -> None:
    page.goto("/lesson")
    said = page.locator("#labels").get_by_role("status").first
    expect(said).to_be_empty()
    page.locator("#begin").press("Enter")
    expect(page.locator("#label-1")).to_be_focused()
    for n in range(1, N_TEXTS + 1):
        expect(said).to_contain_text(f"Text {n} of {N_TEXTS}")
        page.locator("#label-1").press("Enter")
    expect(page.locator("#receipt")).to_be_focused()


def test_what_is_wrong_is_told_in_sight_of_its_field(any_page: Page) -> None:
    any_page.goto("/lesson?labels=pnpnpnpn&seconds=20")
    for field in ("#wage", "#sentence"):
        any_page.locator(field).fill("?")
        any_page.locator(field).press("Enter")
        expect(any_page.locator(field)).to_have_attribute("aria-invalid", "true")
        expect(any_page.locator(field)).to_have_accessible_description(re.compile(r"wage.* is “\?”|The text is"))
        expect(any_page.locator("#sentence-error")).to_be_in_viewport()


def test_the_lesson_works_alike_with_and_without_scripts(any_page: Page) -> None:
    any_page.goto("/lesson")
    any_page.locator("#begin").click()
    any_page.locator("#label-1").click()
    expect(any_page.locator(".labelling .where")).to_have_text(f"Text 2 of {N_TEXTS}")
    any_page.locator("#next").click()
    expect(any_page.locator("#text .where")).to_have_text(re.compile("Pair 2 of"))
    expect(any_page.locator(".labelling .where")).to_have_text(f"Text 2 of {N_TEXTS}")  # what was done stays
    any_page.locator("#shuffle").click()
    expect(any_page.locator("#shuffle")).to_have_text("Put the labels back")
    any_page.locator("#text .quiz summary").click()
    any_page.locator("#question-c-1").click()
    expect(any_page.locator("#question-c .why")).to_contain_text("that makes")


def test_a_text_is_counted_with_and_without_scripts(any_page: Page) -> None:
    any_page.goto("/lesson/scale")
    any_page.locator("#counted-text").fill("One two three.\n\nFour five.")
    any_page.locator("form.count button").click()
    expect(any_page.locator("#counted")).to_contain_text("6 training pairs in 8 tokens of 2 documents")


def test_a_file_that_is_no_text_is_refused_beside_the_form(page: Page) -> None:
    page.goto("/lesson/scale")
    page.locator("#counted-file").set_input_files({"name": "b.txt", "mimeType": "text/plain", "buffer": b""})
    page.locator("form.count button").click()
    expect(page.locator("#counted .error")).to_contain_text("b.txt is empty")
    page.locator("#counted-file").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"\x00\x01"})
    page.locator("form.count button").click()
    expect(page.locator("#counted .error")).to_contain_text("a.txt is no text")
    expect(page.locator("form.count button")).to_be_enabled()


def test_the_sliders_loss_follows_the_finger(page: Page) -> None:
    page.goto("/lesson/loss")
    page.locator("#probability").fill("5")
    expect(page.locator("output")).to_contain_text("3.00")
    expect(page).to_have_url(re.compile("probability=5"))


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ("labels=pnpnpnpn&seconds=20&shuffled=yes", 800),
        ("labels=pnpnpnpn&seconds=20&shuffled=yes&lang=de", 860),
        ("runs=p20.6p20.7p0.6p50.6", 900),
    ],
)
def test_each_step_is_a_screenful_but_for_its_questions(open_context: OpenContext, query: str, most: int) -> None:
    page = open_context((1280, 800)).new_page()
    page.goto(f"/lesson?{query}")
    end = "part.querySelector(':scope > .quiz').previousElementSibling.getBoundingClientRect().bottom"
    tall = f"part => {end} - part.getBoundingClientRect().top"
    heights = page.locator(".part").evaluate_all(f"parts => parts.map({tall})")
    assert max(heights) <= most, heights


def test_paper_shows_what_is_folded_away_and_no_field(page: Page) -> None:
    page.goto("/lesson")
    page.emulate_media(media="print")
    for each in ("#question-a", "#question-a-1", "#scale .sources li", "#finetune details table"):
        expect(page.locator(each).first).to_be_visible()
    for each in ("#counted-text", "#counted-file", "form.count button", "#sentence", "#run"):
        expect(page.locator(each)).to_be_hidden()


def test_the_whole_lesson_takes_seven_sheets_of_paper_at_most(page: Page) -> None:
    page.goto("/lesson?labels=pnpnpnpn&seconds=20")
    sheets = re.findall(rb"/Type /Page\b", page.pdf(format="A4", margin={"top": "1cm", "bottom": "1cm"}))
    assert 1 < len(sheets) <= 7


def test_nothing_reaches_out_of_a_phones_screen(open_context: OpenContext) -> None:
    page = open_context((320, PHONE[1])).new_page()
    for address in (
        "/lesson",
        "/lesson?labels=pnpnpnpn&seconds=20&rows=folded&shuffled=yes&runs=p20.6&lang=de",
        "/lesson/limits",
    ):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == 320, address
        wide = "cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth).map(cell => cell.textContent)"
        assert page.locator(".receipt .data :is(th, td)").evaluate_all(wide) == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_phones_stepper_stands_on_one_line(open_context: OpenContext, language: str) -> None:
    page = open_context((385, PHONE[1])).new_page()
    page.goto(f"/lesson/text?lang={language}")
    tops = page.locator(".stepper .button").evaluate_all("all => all.map(button => button.offsetTop)")
    assert len(set(tops)) == 1, tops


def test_both_networks_are_finetuned_before_the_readers_eyes(page: Page) -> None:
    page.goto("/lesson/finetune")
    page.evaluate("window.same = true")
    page.locator("#task-sentiment").check()
    expect(page.locator(".finetuning .labelled b").first).to_have_text("good")
    page.locator("#examples").fill("0")
    expect(page.locator("output")).to_have_text("0 labelled examples")
    expect(page).to_have_url(re.compile("task=sentiment&examples=0"))
    page.locator("#run").click()
    expect(page.locator("#live")).to_contain_text(re.compile("in line|begins|Learning"))
    expect(page).to_have_url(re.compile("runs=s0.6"), timeout=180_000)
    expect(page.locator("#finetune .chart circle[r='6']")).to_have_count(3)
    assert page.evaluate("window.same")


def test_what_a_reader_does_elsewhere_in_the_lesson_stays_when_a_run_ends(page: Page) -> None:
    page.goto("/lesson/finetune?task=place&examples=5")
    page.locator("#run").click()
    expect(page.locator("#live")).to_contain_text("Learning")
    page.locator(".quiz summary").click()
    page.locator("#question-j-1").click()
    expect(page.locator("#question-j .why")).not_to_be_empty()
    expect(page).to_have_url(re.compile("runs=p5.6"), timeout=180_000)
    expect(page.locator("#question-j .why")).not_to_be_empty()


def test_without_scripts_finetuning_answers_with_its_finished_result(open_context: OpenContext) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto("/lesson/finetune?task=place&examples=0")
    page.locator("#run").click(timeout=180_000)
    expect(page).to_have_url(re.compile("/lesson/finetune.*runs=p0.6.*#finetune"), timeout=180_000)
    expect(page.locator("#finetune .chart circle[r='6']")).to_have_count(3)
