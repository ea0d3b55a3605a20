"""/embed in another site's page: heights and steps told to the host, steps taken from it, under every sandbox."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from html import escape
from types import MappingProxyType
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, Route, expect

from app.lesson.view import PARTS
from app.web.headers import headers
from tests.browser.conftest import Watch
from tests.browser.host import another_site
from tests.browser.person import SENTENCE, address
from tests.server import ROOT

# A host that keeps what it hears, and makes each frame as high as the frame says it is.
LISTEN = """
const heard = [];
addEventListener("message", ({ source, data }) => {
  const frame = [...document.querySelectorAll("iframe")].find((frame) => frame.contentWindow === source);
  heard.push(data);
  if (data.event === "height") frame.style.height = `${data.height}px`;
});
const go = (step, more = {}) => document.querySelector("iframe").contentWindow.postMessage(
  { app: "freelabels", version: 1, action: "goto", step, ...more }, "*");
"""
FITS = "() => innerHeight > 300 && innerHeight === Math.ceil(document.documentElement.getBoundingClientRect().height)"
GUEST = f"/embed{address()[1:]}"
ANY_SCRIPTS = ["", 'sandbox="allow-scripts allow-same-origin allow-forms"', 'sandbox="allow-scripts"']
SANDBOXES = [*ANY_SCRIPTS, 'sandbox=""']
DOCUMENT = ROOT / "docs/embedding.md"
Embed = Callable[..., Page]


def course(origin: str, *paths: str, attributes: str = "", before: str = "", after: str = "", short: int = 0) -> str:
    """Another site's page with a frame for each path; short: how much lower than told it makes each."""
    frames = (
        f'<iframe {attributes} src="{escape(origin + path)}" width="700" height="300" frameborder="0"></iframe>'
        for path in paths or [GUEST]
    )
    body = f"{before}{''.join(frames)}{after}<script>{LISTEN}</script>"
    return f'<!doctype html><title>Course</title><link rel="icon" href="data:,">{body}'


@pytest.fixture
def embed(page: Page, origin: str, watch: Watch) -> Iterator[Embed]:
    """Open another site's page, as `course` has it."""
    with ExitStack() as sites:

        def opened(*paths: str, headers: Mapping[str, str] = MappingProxyType({}), **options: Any) -> Page:
            site = sites.enter_context(another_site(course(origin, *paths, **options), **headers))
            watch.elsewhere = (*watch.elsewhere, site)
            page.goto(site)
            return page

        yield opened
    # Chromium tells what a sandbox withholds, and tells nothing else.
    watch.complaints[:] = [text for text in watch.complaints if not re.match("Blocked (script|opening)", text)]


def guest(page: Page, index: int = 0) -> FrameLocator:
    return page.frame_locator("iframe").nth(index)


def heard(page: Page, event: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("event => heard.filter((data) => data.event === event)", event)
    return found


def expect_fitting(page: Page, index: int = 0) -> None:
    """The frame is as high as what is in it, and so needs no scroll bar. Out of sight, it would not run what waits."""
    page.locator("iframe").nth(index).scroll_into_view_if_needed()
    page.frames[1 + index].wait_for_function(FITS)


def expect_pair(page: Page, step: int, index: int = 0) -> None:
    expect(guest(page, index).locator(".where")).to_contain_text(f"Pair {step} of")
    page.frames[1 + index].wait_for_load_state()


# --- Height ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attributes", ANY_SCRIPTS)
def test_a_frame_gets_as_high_as_what_is_in_it_and_stays_so(embed: Embed, attributes: str) -> None:
    page = embed(attributes=attributes)
    expect_fitting(page)
    guest(page).get_by_text("Keys", exact=True).click()
    expect_fitting(page)
    page.set_viewport_size({"width": 500, "height": 800})
    page.locator("iframe").evaluate("frame => { frame.width = 330 }")
    expect_fitting(page)


def test_a_host_that_is_isolated_from_others_may_frame_it(embed: Embed) -> None:
    isolated = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
    page = embed(headers=isolated)
    assert page.evaluate("crossOriginIsolated")
    expect_fitting(page)
    guest(page).get_by_role("link", name="Next").click()
    expect_pair(page, 2)


def test_a_host_whose_answers_change_the_width_comes_to_rest_with_nothing_cut_off(embed: Embed) -> None:
    """As a page does whose own scroll bar comes and goes with the frame's height."""
    answer = "document.querySelector('iframe').width = heard.length % 4 < 2 ? 700 : 500"
    page = embed(before=f"<script>addEventListener('message', () => setTimeout(() => {{ {answer} }}))</script>")
    page.wait_for_timeout(3_000)  # thirty times the least pause between two
    told = [data["height"] for data in heard(page, "height")]
    assert 2 <= len(told) <= 7  # a font may come in between, and once at rest all is told again
    assert page.frames[1].evaluate("innerHeight >= document.documentElement.getBoundingClientRect().height")


def test_a_host_that_begins_to_listen_late_hears_the_height_and_the_step(embed: Embed) -> None:
    deaf = "addEventListener('message', (event) => performance.now() < 1000 && event.stopImmediatePropagation())"
    page = embed(before=f"<script>{deaf}</script>")
    expect_fitting(page)
    page.wait_for_function("heard.some(({ event }) => event === 'step')")


@pytest.mark.parametrize("path", [GUEST, f"{GUEST}&guess=on", *(f"/embed/lesson/{part}" for part in PARTS)])
def test_no_height_follows_the_frames(page: Page, path: str) -> None:
    page.goto(path)
    heights = set()
    for height in (200, 900, 3000):
        page.set_viewport_size({"width": 640, "height": height})
        heights.add(page.evaluate("document.documentElement.getBoundingClientRect().height"))
    assert len(heights) == 1


def test_canvas_is_told_the_height_as_it_expects(embed: Embed) -> None:
    page = embed()
    expect_fitting(page)
    (height,) = {data["height"] for data in heard(page, "height")[-1:]}
    told = page.evaluate("heard.filter((data) => typeof data === 'string')")
    assert json.loads(told[-1]) == {"subject": "lti.frameResize", "height": height}


@pytest.mark.parametrize("attributes", ANY_SCRIPTS)
def test_wordpress_is_told_the_height_with_its_secret_from_step_to_step(embed: Embed, attributes: str) -> None:
    page = embed(f"{GUEST}#?secret=aB3dE", attributes=attributes)
    told = "heard.filter((data) => data.message === 'height' && data.secret === 'aB3dE' && data.value > 300)"
    page.wait_for_function(f"{told}.length")
    guest(page).locator("#next").click()
    expect_pair(page, 2)
    page.evaluate("heard.length = 0")
    guest(page).get_by_label("Your sentence").fill("Other words.")
    guest(page).get_by_role("button", name="Use my sentence").click()
    page.wait_for_function(f"{told}.length")


def test_wordpress_is_told_again_once_it_listens(embed: Embed) -> None:
    page = embed(f"{GUEST}#?secret=aB3dE")
    expect_fitting(page)
    page.evaluate("heard.length = 0")
    page.evaluate(
        "document.querySelector('iframe').contentWindow.postMessage({ message: 'ready', secret: 'aB3dE' }, '*')"
    )
    page.wait_for_function("heard.some((data) => data.message === 'height' && data.secret === 'aB3dE')")


def test_a_guest_without_a_secret_tells_wordpress_nothing(embed: Embed) -> None:
    page = embed()
    expect_fitting(page)
    assert page.evaluate("heard.filter((data) => data.message)") == []


# --- Steps ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attributes", ANY_SCRIPTS)
def test_a_host_drives_the_steps_and_hears_of_each(embed: Embed, attributes: str) -> None:
    page = embed(f"{GUEST}&start=2&end=5&step=2", attributes=attributes)
    page.frames[1].wait_for_load_state()
    for step, shown in ((4, 4), ("next", 5), ("next", 5), ("previous", 4), ("first", 2), ("last", 5)):
        page.evaluate("step => go(step)", step)
        expect_pair(page, shown)
    assert {(data["first"], data["last"]) for data in heard(page, "step")} == {(2, 5)}
    page.wait_for_function("heard.filter((data) => data.event === 'step').at(-1).step === 5")
    assert list(dict.fromkeys(data["step"] for data in heard(page, "step")))[:2] == [2, 4]


def test_two_steps_sent_at_once_are_two_steps(embed: Embed) -> None:
    page = embed()
    page.frames[1].wait_for_load_state()
    page.evaluate("go('next'); go('next')")
    expect_pair(page, 3)


@pytest.mark.parametrize("step", [0, 6, 2.5, "3", "constructor", None])
def test_a_step_that_there_is_not_is_refused_with_the_reason(embed: Embed, step: object) -> None:
    page = embed(f"{GUEST}&end=5")
    page.frames[1].wait_for_load_state()
    page.evaluate("step => go(step)", step)
    page.wait_for_function("heard.some((data) => data.event === 'refused')")
    assert heard(page, "refused")[0]["reason"] == f"There is no step {json.dumps(step)}: here are steps 1 to 5."
    expect_pair(page, 1)


def test_another_version_is_refused(embed: Embed) -> None:
    page = embed()
    page.frames[1].wait_for_load_state()
    page.evaluate("go(2, { version: 2 })")
    page.wait_for_function("heard.some((data) => data.event === 'refused')")
    assert "knows version 1" in heard(page, "refused")[0]["reason"]


def test_an_origin_that_the_operator_did_not_name_sends_nowhere(embed: Embed) -> None:
    page = embed()
    page.frames[1].wait_for_load_state()
    meta = page.frames[1].locator("meta[name=host-origins]")
    meta.evaluate("meta => { meta.content = 'https://course.example' }")
    page.evaluate("go(3)")
    page.wait_for_function("heard.some((data) => data.event === 'refused')")
    assert "takes no messages from http://localhost" in heard(page, "refused")[0]["reason"]
    meta.evaluate("(meta, origin) => { meta.content += ` ${origin}` }", page.evaluate("origin"))
    page.evaluate("go(3)")
    expect_pair(page, 3)


def test_a_frame_beside_it_sends_a_guest_nowhere(embed: Embed) -> None:
    """Only the page around it does."""
    page = embed(GUEST, f"{GUEST}&theme=dark")
    for frame in page.frames[1:]:
        frame.wait_for_load_state()
    message = {"app": "freelabels", "version": 1, "action": "goto", "step": 5}
    page.frames[2].evaluate("message => parent.frames[0].postMessage(message, '*')", message)
    page.evaluate("go(3)")
    expect_pair(page, 3)
    assert 5 not in [data["step"] for data in heard(page, "step")]


def test_steps_leave_the_way_back_to_the_page_around(embed: Embed) -> None:
    page = embed()
    page.frames[1].wait_for_load_state()
    length = page.evaluate("history.length")
    guest(page).locator("#next").click()
    expect_pair(page, 2)
    page.evaluate("go(5)")
    expect_pair(page, 5)
    assert page.evaluate("history.length") == length


# --- Every frame ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attributes", SANDBOXES)
def test_every_link_keeps_what_the_host_asked_for(embed: Embed, attributes: str) -> None:
    page = embed(f"{GUEST}&hide=refresh,pair&hide=proof&end=4&lang=de&theme=dark", attributes=attributes)
    frame = guest(page)
    for link, shown in (("#next", ".where"), ("#tint", ".tinted"), ("#x4", ".where"), ("#fold", ".folded")):
        frame.locator(link).click()
        expected = {"#next": "Paar 2 von", "#x4": "Paar 3 von"}.get(link, "")  # before the next link is pressed
        expect(frame.locator(shown)).to_contain_text(expected)
    expect(frame.locator(".where")).to_contain_text("Paar 3 von")
    expect(frame.locator("html")).to_have_class(re.compile("theme-dark"))
    for gone in ("#refresh", "#pair-title", "#prove", ".top", "footer", "#projector", ".languages"):
        expect(frame.locator(gone)).to_have_count(0)
    expect(frame.locator(".folded a[href]")).to_have_count(4)


@pytest.mark.parametrize("attributes", SANDBOXES)
def test_the_full_page_is_one_click_away(embed: Embed, attributes: str) -> None:
    page = embed(f"{GUEST}&hide=refresh&step=2", attributes=attributes)
    page.frames[1].wait_for_load_state()
    link = guest(page).get_by_role("link", name="Open the full page")
    if attributes:  # no sandbox here allows a tab of its own
        link.click()
        full: Any = guest(page)
    else:
        with page.expect_popup() as popup:
            link.click()
        full = popup.value
    expect(full.locator(".where")).to_contain_text("Pair 2 of")
    expect(full.locator("#refresh")).to_be_visible()
    expect(full.locator(".top")).to_be_visible()


@pytest.mark.parametrize("attributes", ANY_SCRIPTS)
def test_a_part_of_the_lesson_works_in_a_frame(embed: Embed, attributes: str) -> None:
    page = embed(f"/embed/lesson/loss{address()[1:]}&hide=quiz", attributes=attributes)
    frame = guest(page)
    expect_fitting(page)
    frame.get_by_role("link", name="Shuffle the labels").click()
    expect(frame.get_by_role("link", name="Put the labels back")).to_be_visible()
    expect(frame.locator(".quiz")).to_have_count(0)
    frame.locator("#probability").fill("80")
    if "same-origin" not in attributes and attributes:
        frame.get_by_role("button", name="Show").click()
    expect(frame.locator("output")).to_contain_text("0.8000")


def test_a_lazy_frame_loads_when_it_comes_near_and_fits(embed: Embed, watch: Watch) -> None:
    page = embed(attributes='loading="lazy"', before='<div style="height: 9000px"></div>')
    page.wait_for_load_state()
    assert ("document", "/embed") not in watch.kinds()
    page.locator("iframe").scroll_into_view_if_needed()
    expect_fitting(page)


def test_several_on_one_page_fit_and_step_each_for_itself(embed: Embed) -> None:
    page = embed(GUEST, f"{GUEST}&hide=staircase,bars", "/embed/lesson/text")
    for index in range(3):
        expect_fitting(page, index)
    guest(page, 1).locator("#next").click()
    for index, step in enumerate((1, 2, 1)):
        expect_pair(page, step, index)


def test_on_paper_a_guest_is_its_content_without_buttons(embed: Embed) -> None:
    page = embed()
    expect_fitting(page)
    page.emulate_media(media="print")
    frame = guest(page)
    expect(frame.locator(".printed")).to_have_text(SENTENCE)
    for shown in (".tokens", ".pair", ".bars", ".staircase"):
        expect(frame.locator(shown)).to_be_visible()
    for gone in ("#next", "#refresh", ".options", "#full", "#keys"):
        expect(frame.locator(gone)).to_be_hidden()


def test_a_host_that_the_operator_left_out_keeps_the_link_below(embed: Embed, watch: Watch, page: Page) -> None:
    """What stands after the frame, as in every snippet of /share, is all that such a host's readers see."""

    def answer(route: Route) -> None:
        told = route.fetch()
        route.fulfill(response=told, headers={**told.headers, **headers("https://moodle.example")})

    page.route("**/embed?*", answer)
    embed(after=f'<p><a href="/elsewhere">{SENTENCE}</a></p>')
    expect(page.get_by_role("link", name=SENTENCE)).to_be_visible()
    expect(guest(page).locator("#stage")).to_have_count(0)
    assert any("frame-ancestors" in text for text in watch.complaints)
    watch.complaints.clear()


# --- What the documentation says to paste ---------------------------------------------------------------------------


def scripts() -> list[str]:
    """The scripts of docs/embedding.md: for slides, and for heights."""
    return re.findall(r"```html\n(<script.*?</script>)\n```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)


def test_the_documented_script_makes_each_frame_as_high_as_it_is(page: Page, embed: Embed) -> None:
    _, heights = scripts()
    undone = "<script>addEventListener('message', (event) => event.stopImmediatePropagation())</script>"
    embed(GUEST, "/embed/lesson/text", after=heights + undone)
    for index in range(2):
        expect_fitting(page, index)


def test_the_documented_script_has_the_frame_follow_the_fragments(page: Page, embed: Embed) -> None:
    """Those of reveal.js, which tells of them by events, but of none where it opens or unloads a slide."""
    slides, _ = scripts()
    reveal = "const told = {}; const Reveal = { on: (event, listener) => { told[event] = listener; } };"
    fragments = "".join(f'<b class="fragment visible" data-labels-step="{step}"></b>' for step in (2, 3))
    embed(attributes='id="labels"', before=f"<script>{reveal}</script>{fragments}", after=slides)
    expect_pair(page, 3)
    page.evaluate("document.querySelector('b + b').classList.remove('visible'); told.fragmenthidden()")
    expect_pair(page, 2)
    page.evaluate("for (const b of document.querySelectorAll('b')) b.classList.remove('visible'); told.slidechanged()")
    expect_pair(page, 1)
    page.evaluate("document.querySelector('b').classList.add('visible'); labels.src += ''")
    expect_pair(page, 2)


def test_the_documented_frame_in_a_jupyter_book_shows_the_pair_and_the_bars_at_once(page: Page) -> None:
    """Its theme makes a frame 60 % as high as it is wide."""
    [path] = re.findall(r":::\{iframe\} https://your\.host(\S+)", DOCUMENT.read_text(encoding="utf-8"))
    page.set_viewport_size({"width": 750, "height": 450})
    page.goto(path)
    expect(page.locator(".tokens")).to_be_in_viewport(ratio=1)
    expect(page.locator(".bars")).to_be_in_viewport(ratio=0.95)  # but for a part of what sums up the rest
    page.locator("a.token").last.click()
    expect(page).to_have_url(re.compile("step=6"))
