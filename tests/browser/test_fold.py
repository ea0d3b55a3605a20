"""Folding the staircase: each label goes to its column, and nothing else moves."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.person import address, expect_step, link, stage_text

# Keeps the view transitions that the page starts.
WATCHED = """() => {
    window.transitions = [];
    const start = document.startViewTransition.bind(document);
    document.startViewTransition = (update) => (transitions.push(start(update)), transitions.at(-1));
}"""
MOVING = """async () => {
    while (!transitions.length) await new Promise(requestAnimationFrame);
    await transitions[0].ready;
    const moving = document.getAnimations().map(({ effect }) => effect);
    return [moving.map((effect) => effect.pseudoElement), moving.map((effect) => effect.getComputedTiming().endTime)];
}"""
NAMED_AFTERWARDS = """async () => {
    while (!transitions.length) await new Promise(requestAnimationFrame);
    await transitions.at(-1).finished;
    await new Promise((resolve) => setTimeout(resolve, 50));
    const all = [...document.body.querySelectorAll("*")];
    return all.filter((element) => getComputedStyle(element).viewTransitionName !== "none").length;
}"""


def fold(page: Page) -> None:
    page.locator("#fold").click()


@pytest.fixture(params=["pairs", "folded"])
def rows(request: pytest.FixtureRequest) -> Any:
    """How the stage is shown before: the test goes from there to the other way."""
    return request.param


@pytest.fixture
def stage(page: Page, rows: str) -> Page:
    page.set_viewport_size({"width": 1280, "height": 1400})
    page.emulate_media(reduced_motion="no-preference")
    page.goto(f"{address(step=4)}&rows={rows}")
    page.wait_for_load_state("networkidle")
    page.evaluate(WATCHED)
    return page


def test_every_label_and_nothing_else_moves_for_less_than_half_a_second(stage: Page) -> None:
    fold(stage)
    moving, ends = stage.evaluate(MOVING)
    assert sorted(moving) == sorted(f"::view-transition-group(row{step})" for step in range(1, 11))
    assert max(ends) <= 450


def test_a_step_while_it_moves_has_the_last_word_in_the_title(stage: Page) -> None:
    fold(stage)
    stage.evaluate(MOVING)
    link(stage, "Next").press("Enter")
    stage.evaluate(NAMED_AFTERWARDS)
    expect(stage).to_have_title(re.compile("^Pair 5 of 10"))


def test_the_end_is_the_view_that_its_url_gives_and_no_name_remains(stage: Page) -> None:
    fold(stage)
    assert stage.evaluate(NAMED_AFTERWARDS) == 0
    seen = stage_text(stage)
    stage.reload()
    assert stage_text(stage) == seen


def test_the_page_can_be_used_while_labels_move(stage: Page) -> None:
    fold(stage)
    stage.evaluate(MOVING)
    link(stage, "Next").click()
    expect(stage.locator(".where")).to_contain_text("Pair 5 of")
    assert stage.evaluate(NAMED_AFTERWARDS) == 0


def test_whoever_wants_no_motion_sees_the_end_at_once(stage: Page, rows: str) -> None:
    stage.emulate_media(reduced_motion="reduce")
    fold(stage)
    expect(stage.locator(".folded" if rows == "pairs" else ".staircase")).to_be_visible()
    assert stage.evaluate("transitions.length") == 0


@pytest.mark.parametrize("rows", ["pairs"], indirect=True)
def test_a_step_moves_nothing(stage: Page) -> None:
    link(stage, "Next").click()
    expect_step(stage, 5)
    assert stage.evaluate("[transitions.length, document.getAnimations().length]") == [0, 0]
