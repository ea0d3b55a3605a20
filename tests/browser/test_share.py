"""The share panel: what it shows is what the frames get, with htmx and without scripts, and what is pasted works."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext, Watch
from tests.browser.host import another_site
from tests.browser.person import SENTENCE, address, expect_step, slowly


def test_on_the_stage_it_opens_in_place_and_follows_the_steps_with_what_was_chosen(page: Page, watch: Watch) -> None:
    page.goto(address(step=3))
    page.get_by_role("link", name="Share").click()
    expect(page.locator("#link")).to_contain_text("&step=3")
    expect_step(page, 3)
    assert ("fetch", "/share/panel") in watch.kinds()
    page.get_by_label("all pairs").check()
    expect(page.locator("#html")).to_contain_text("&amp;step=3&amp;hide=staircase")
    page.locator("#next").click()
    expect_step(page, 4)
    expect(page.locator("#html")).to_contain_text("&amp;step=4&amp;hide=staircase")
    expect(page.locator("#link")).to_contain_text("&step=4")
    expect(page.frame_locator("#preview").locator(".where")).to_contain_text("Pair 4 of")
    page.go_back()  # the preview's own addresses are no way back
    expect_step(page, 3)


def test_a_step_before_the_panel_is_there_gives_the_panel_of_that_step(page: Page) -> None:
    page.goto(address(step=3))
    slowly(page)
    page.locator("#share").click()
    page.locator("#next").click()
    expect_step(page, 4)
    expect(page.locator("#link")).to_contain_text("&step=4")


def test_a_field_that_cannot_be_used_leaves_focus_where_one_steps(page: Page) -> None:
    page.goto(address(step=3))
    page.locator("#share").click()
    field = page.get_by_label("to step", exact=True)
    field.fill("99")
    field.press("Tab")
    expect(field).to_be_focused()  # the browser says what is wrong, once
    for step in (4, 5):
        page.locator("#next").press("Enter")
        expect_step(page, step)
        expect(page.locator("#next")).to_be_focused()


def test_ticks_and_steps_change_the_preview_and_the_snippets(any_page: Page) -> None:
    any_page.goto(f"/share{address(step=3)[1:]}")
    any_page.get_by_label("all pairs").check()
    any_page.get_by_label("to step", exact=True).fill("5")
    any_page.get_by_label("to step", exact=True).press("Enter")
    expect(any_page.locator("#html")).to_contain_text("hide=staircase&amp;end=5")  # the panel is what it will be
    any_page.wait_for_load_state("networkidle")
    height = any_page.get_by_label("height in pixels")
    height.press("ControlOrMeta+a")
    height.press_sequentially("640\n")  # by keys: a height that was typed is known by them, and kept
    expect(any_page.locator("#jupyter")).to_contain_text("height=640")
    preview = any_page.frame_locator("#preview")
    expect(preview.locator(".staircase")).to_have_count(0)
    expect(preview.locator(".where")).to_contain_text("Pair 3 of")
    query = parse_qs(urlsplit(any_page.url).query)
    assert (query["hide"], query["end"], query["height"]) == (["staircase"], ["5"], ["640"])


def test_the_preview_says_how_high_the_frame_should_be(page: Page) -> None:
    page.goto(f"/share/lesson/labels{address()[1:]}")
    page.locator("#preview").scroll_into_view_if_needed()
    page.frames[1].wait_for_function(
        "() => innerHeight === Math.ceil(document.documentElement.getBoundingClientRect().height)"
    )
    height = page.locator("#preview").get_attribute("height")
    expect(page.locator("#html")).to_contain_text(f'height="{height}"')


def test_a_refusal_stays_until_a_person_changes_something(page: Page, watch: Watch) -> None:
    page.goto(f"/share{address(step=3)[1:]}&start=5&end=2")
    page.locator("#preview").scroll_into_view_if_needed()
    page.frames[1].wait_for_load_state()
    watch.clear()
    page.frames[1].evaluate("parent.postMessage({ event: 'height', height: 777 }, '*')")
    expect(page.get_by_label("height in pixels")).to_have_value("777")
    page.evaluate("new Promise(requestAnimationFrame)")  # a change is asked for at once
    assert ("fetch", "/share/panel") not in watch.kinds()
    expect(page.get_by_role("alert")).to_contain_text("“start” is “5” and “end” is “2”")
    page.get_by_label("from step", exact=True).fill("5")
    page.get_by_label("from step", exact=True).press("Enter")
    expect(page.locator(".sharing .error")).to_be_empty()
    expect(page.locator("#html")).to_contain_text("step=5&amp;start=5")  # it has followed
    expect(page).to_have_url(re.compile("step=5"))


def test_copying_copies_and_says_so(open_context: OpenContext) -> None:
    page = open_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto(f"/share{address()[1:]}")
    page.get_by_role("button", name="Copy: Markdown").click()
    expect(page.locator("[data-copy=markdown]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#markdown").text_content()


def test_where_the_clipboard_is_withheld_the_text_is_selected(page: Page) -> None:
    page.goto(f"/share{address()[1:]}")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name="Copy: Markdown").click()
    expect(page.locator("[data-copy=markdown]")).to_have_text("Selected: copy it by the keyboard")
    assert page.evaluate("getSelection().toString()").strip() == page.locator("#markdown").inner_text()


def test_what_is_pasted_or_unfurled_in_another_sites_page_shows_this_very_view(
    page: Page, watch: Watch, origin: str
) -> None:
    sentence = "“<b>5 & 6</b>” is 'half' of 100%."
    page.goto(f"/share{address(sentence, 4)[1:]}&hide=refresh")
    snippet = page.locator("#html").text_content()
    unfurled = page.request.get("/oembed", params={"url": f"{origin}{address(sentence, 3)}"}).json()["html"]
    page_with_them = f'<!doctype html><title>Course</title><link rel="icon" href="data:,">{snippet}{unfurled}'
    with another_site(page_with_them) as site:
        watch.elsewhere = (*watch.elsewhere, site)
        page.goto(site)
        frame = page.frame_locator("iframe >> nth=1")
        page.locator("iframe").last.scroll_into_view_if_needed()
        expect(frame.get_by_label("Your sentence")).to_have_value(sentence)
        frame.get_by_role("link", name="Previous").click()
        expect(frame.locator(".where")).to_contain_text("Pair 2 of")
        frame = page.frame_locator("iframe >> nth=0")
        expect(frame.get_by_label("Your sentence")).to_have_value(sentence)
        expect(frame.locator(".where")).to_contain_text("Pair 4 of")
        expect(frame.locator("#refresh")).to_have_count(0)
        page.goto(page.get_by_role("link", name="Open the full page").get_attribute("href") or "")
        expect_step(page, 4, sentence)


def test_it_shows_the_sentence_of_the_stage(any_page: Page) -> None:
    any_page.goto(address())
    any_page.get_by_role("link", name="Share").click()
    expect(any_page.locator("#html")).to_contain_text(SENTENCE)
