import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, OpenContext, Watch
from tests.browser.person import SENTENCE, address, expect_step, field, link, message, n_steps, slowly


def test_the_first_pair_is_there_to_read_at_once(any_page: Page) -> None:
    any_page.goto("/")
    expect(field(any_page)).to_have_value(SENTENCE)
    expect(any_page.get_by_role("heading", level=1)).to_contain_text("training pairs")
    expect(any_page.locator(".where")).to_contain_text("Pair 1 of")
    expect(any_page.locator(".token.label")).to_have_text(re.compile("cat"))
    pair = any_page.get_by_role("region", name="The pair the text gives us")
    expect(pair).to_contain_text(re.compile(r"The\s*→\s*cat"))
    expect(pair.locator("math")).to_have_count(2)
    expect(any_page.get_by_role("region", name="What the model expected next").locator(".bar")).not_to_have_count(0)


def test_next_and_previous_step_through_the_pairs(any_page: Page) -> None:
    any_page.goto(address())
    for step in (2, 3, 4):
        link(any_page, "Next").click()
        expect_step(any_page, step)
    link(any_page, "Previous").click()
    expect_step(any_page, 3)


def test_first_and_last_reach_the_ends_where_there_is_no_way_on(any_page: Page) -> None:
    any_page.goto(address(step=3))
    last = n_steps(any_page)
    link(any_page, "Last").click()
    expect_step(any_page, last)
    for name in ("Next", "Last"):
        expect(link(any_page, name)).to_be_disabled()
    link(any_page, "First").click()
    expect_step(any_page, 1)
    for name in ("Previous", "First"):
        expect(link(any_page, name)).to_be_disabled()


def test_any_token_but_the_first_leads_to_its_step(any_page: Page) -> None:
    any_page.goto(address())
    for position in (5, 3, 11):
        any_page.locator(f"#x{position}").click()
        expect_step(any_page, position - 1)
    expect(any_page.locator("#x1[href]")).to_have_count(0)


def middle(cell: Locator) -> tuple[float, float]:
    cell.scroll_into_view_if_needed()
    box = cell.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("sentence", [SENTENCE, "one and " * 30 + "two"], ids=["full rows", "compact rows"])
@pytest.mark.parametrize("size", [(1280, 800), PHONE], ids=["desktop", "phone"])
def test_any_cell_of_the_staircase_leads_to_its_rows_step(
    open_context: OpenContext, sentence: str, size: tuple[int, int]
) -> None:
    """The cell is clicked as by a finger: at its place, whatever element lies there."""
    page = open_context(size).new_page()
    page.goto(address(sentence))
    for step, kind in enumerate(("th", ".context", ".label", ".future, .label", ".number"), start=2):
        cells = page.locator(".staircase tbody tr").nth(step - 1).locator(kind).filter(visible=True)
        page.mouse.click(*middle(cells.last))
        expect_step(page, step, sentence)


def test_a_step_fetches_its_fragment_and_nothing_else(page: Page, watch: Watch) -> None:
    page.goto(address())
    page.evaluate("window.sameDocument = true")
    page.wait_for_load_state("networkidle")
    watch.clear()
    for step, control in ((2, link(page, "Next")), (4, page.locator("#x5")), (6, page.locator("#row6"))):
        control.click()
        expect_step(page, step)
    assert watch.kinds() == {("fetch", "/stage/step")}
    assert page.evaluate("window.sameDocument") is True


# The stage without what only tells how it came: what htmx and its links were lent, and what has been measured since.
MARKUP = """async (isFresh) => {
    const page = isFresh ? Document.parseHTMLUnsafe(await (await fetch(location)).text()) : document;
    const stage = page.getElementById("stage").cloneNode(true);
    for (const element of stage.querySelectorAll("*")) {
        const lent = ["data-htmx-powered", "style"];
        if (element.closest("[data-panel]")) lent.push("hx-get");
        if (element.matches(".scroll")) lent.push("tabindex");
        if (element.classList.length === 0) lent.push("class");
        for (const name of lent) element.removeAttribute(name);
        if (element.hasAttribute("class")) element.setAttribute("class", [...element.classList].sort().join(" "));
        const attributes = [...element.attributes].sort((a, b) => (a.name < b.name ? -1 : 1));
        for (const { name } of attributes) element.removeAttribute(name);
        for (const { name, value } of attributes) element.setAttribute(name, value);
    }
    return stage.innerHTML.replaceAll(/\\s+/g, " ");
}"""


@pytest.mark.parametrize("options", ["", "&rows=folded", "&unit=words&tint=surprise", "&guess=on", "&seen=0"])
def test_every_way_to_a_step_shows_what_its_page_does(page: Page, options: str) -> None:
    """The server leaves the sentence and its rows out of a step; the marks in them are moved here."""
    page.goto(address(step=4) + options)
    ways = (("#next", 5), ("#previous", 4), ("#last", 10), ("#x4", 3), ("#row9", 9))
    for press, step in ways:
        if not page.locator(press).and_(page.locator("[href]")).count():
            assert "guess=on" in options  # what is not guessed yet has no row, and no link from its token
            continue
        page.locator(press).click()
        expect(page.locator(".where b").first).to_have_text(str(step))
        page.wait_for_load_state("networkidle")
        assert page.evaluate(MARKUP, False) == page.evaluate(MARKUP, True)


def test_the_step_after_one_is_asked_for_before_it_is_pressed(page: Page, watch: Watch) -> None:
    page.goto(address())
    link(page, "Next").click()
    expect_step(page, 2)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    link(page, "Next").click()
    expect_step(page, 3)
    page.wait_for_load_state("networkidle")
    link(page, "Next").click()
    expect(message(page)).to_have_text(re.compile("The server did not answer"))
    watch.clear()  # Chromium's own words about the lost requests


def test_next_beside_a_panel_that_is_under_way_steps_and_lets_it_come(page: Page) -> None:
    page.goto(address())
    slowly(page)
    page.locator("#prove").click()
    link(page, "Next").click()
    expect_step(page, 2)
    expect(page.locator(".proof")).to_be_visible()


@pytest.mark.parametrize(("control", "step"), [("#x5", 4), ("#row6", 6), ("#next", 2)])
def test_a_press_with_ctrl_opens_the_step_in_a_tab_of_its_own(page: Page, control: str, step: int) -> None:
    page.goto(address())
    with page.context.expect_page() as opened:
        page.locator(control).click(modifiers=["ControlOrMeta"])
    expect_step(opened.value, step)
    expect_step(page, 1)


@pytest.mark.parametrize(("presses", "step"), [(3, 4), (30, 10)])
def test_presses_of_next_before_the_answer_each_count_up_to_the_last_step(page: Page, presses: int, step: int) -> None:
    page.goto(address())
    page.wait_for_load_state("networkidle")
    assert n_steps(page) == 10
    page.evaluate("n => { for (let i = 0; i < n; i++) document.getElementById('next').click() }", presses)
    expect_step(page, step)


def test_focus_stays_on_the_link_from_step_to_step_and_at_the_end(page: Page) -> None:
    page.goto(address())
    last = n_steps(page)
    page.goto(address(step=last - 3))
    for step in range(last - 2, last + 1):
        link(page, "Next").click()
        expect_step(page, step)
        expect(link(page, "Next")).to_be_focused()
    expect(link(page, "Next")).to_be_disabled()
    link(page, "First").click()
    expect_step(page, 1)
    expect(link(page, "First")).to_be_focused()


def test_focus_stays_on_a_token_and_on_a_row(page: Page) -> None:
    page.goto(address())
    for control, step in ((page.locator("#x5"), 4), (page.locator("#row6"), 6)):
        control.focus()
        page.keyboard.press("Enter")
        expect_step(page, step)
        expect(control).to_be_focused()


@pytest.mark.parametrize("name", ["Next", "row"])
def test_the_scroll_position_stays_from_step_to_step(open_context: OpenContext, name: str) -> None:
    page = open_context((1280, 500)).new_page()
    page.goto(address())
    control = link(page, "Next") if name == "Next" else page.locator("#row2")
    control.scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 40)")
    before = page.evaluate("scrollY")
    assert before > 0
    control.click()
    expect_step(page, 2)
    assert page.evaluate("scrollY") == before


def test_the_keyboard_alone_reaches_next_and_steps(any_page: Page) -> None:
    any_page.goto(address())
    for _ in range(40):
        any_page.keyboard.press("Tab")
        if any_page.locator("#next:focus").count():
            break
    expect(link(any_page, "Next")).to_be_focused()
    any_page.keyboard.press("Enter")
    expect_step(any_page, 2)


def test_an_unreachable_server_is_told_where_the_visitor_looks(page: Page, watch: Watch) -> None:
    page.goto(address())
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.locator("#x7").click()
    expect(message(page)).to_have_text(re.compile("The server did not answer"))
    expect_step(page, 1)
    page.context.set_offline(False)
    page.locator("#x7").click()
    expect_step(page, 6)
    expect(message(page)).to_have_text("")
    watch.clear()  # Chromium's own words about the lost request
