"""The app in another site's page: two origins, 127.0.0.1 in a page of localhost, and a frame's sandbox."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.conftest import Watch
from tests.browser.host import another_site
from tests.browser.person import SENTENCE, address

WITH_ORIGIN = ["allow-scripts allow-same-origin allow-forms", "allow-scripts allow-same-origin"]
WITHOUT_ORIGIN = ["allow-scripts allow-forms", "allow-scripts"]


@pytest.fixture
def course(origin: str, request: pytest.FixtureRequest) -> str:
    """Another site's page, which embeds the app by one line; a test's parameter is the frame's sandbox."""
    sandbox = f'sandbox="{request.param}"' if hasattr(request, "param") else ""
    frame = f'<iframe {sandbox} src="{origin}{address().replace("&", "&amp;")}" width="1000" height="700"></iframe>'
    return f'<!doctype html><title>Course</title><link rel="icon" href="data:,"><h1>Course</h1>{frame}'


@pytest.fixture
def course_site(course: str, watch: Watch) -> Iterator[str]:
    with another_site(course) as site:
        watch.elsewhere = (*watch.elsewhere, site)
        yield site


def frame_of(page: Page) -> FrameLocator:
    frame = page.frame_locator("iframe")
    expect(frame.get_by_label("Your sentence")).to_have_value(SENTENCE)
    page.frames[-1].wait_for_load_state()
    return frame


def use_the_frame(page: Page) -> None:
    """Step by link and by keys, bring two sentences of one's own, by Enter and by the button, and a random one."""
    frame = frame_of(page)
    where, sentence, label = frame.locator(".where"), frame.get_by_label("Your sentence"), frame.locator(".token.label")

    def expect_text(place: Locator, text: str) -> None:
        expect(place).to_contain_text(text)
        page.frames[-1].wait_for_load_state()  # where each step is a page, its scripts are there only then

    frame.locator("#next").click()
    expect_text(where, "Pair 2 of")
    for step in (3, 4):
        page.keyboard.press("ArrowRight")
        expect_text(where, f"Pair {step} of")
    sentence.fill("My own words are here.")
    sentence.press("Enter")
    expect_text(label, "own")
    frame.get_by_role("link", name="Show the surprise").click()
    expect_text(frame.locator(".tinted .token.label"), "own")
    sentence.fill("The & cat = half?")
    frame.get_by_role("button", name="Use my sentence").click()
    expect_text(frame.locator(".tinted .token.label"), "&")
    expect(sentence).to_have_value("The & cat = half?")
    frame.get_by_role("link", name="Refresh").click()
    expect(sentence).not_to_have_value("The & cat = half?")
    expect(page).to_have_title("Course")


def test_the_stage_works_in_another_sites_frame(page: Page, course_site: str) -> None:
    page.goto(course_site)
    use_the_frame(page)


def test_the_stage_works_in_slides_opened_from_a_file(page: Page, watch: Watch, course: str, tmp_path: Path) -> None:
    slides = tmp_path / "slides.html"
    slides.write_text(course)
    watch.elsewhere = (*watch.elsewhere, slides.as_uri())
    page.goto(slides.as_uri())
    use_the_frame(page)


@pytest.mark.parametrize("course", WITH_ORIGIN, indirect=True)
def test_a_sandbox_with_scripts_and_origin_keeps_everything(page: Page, watch: Watch, course_site: str) -> None:
    page.goto(course_site)
    use_the_frame(page)
    assert ("fetch", "/stage") in watch.kinds()
    frame = page.frame_locator("iframe")
    frame.get_by_label("Seconds a pair").select_option("fast")
    frame.get_by_role("button", name="Play").click()
    expect(frame.locator(".where")).to_contain_text("Pair 3 of")


@pytest.mark.parametrize("course", WITHOUT_ORIGIN, indirect=True)
def test_a_sandbox_without_an_origin_navigates_where_else_htmx_would_fetch(
    page: Page, watch: Watch, course_site: str
) -> None:
    page.goto(course_site)
    use_the_frame(page)
    assert {kind for kind, _ in watch.kinds()} == {"document", "stylesheet", "script"}


@pytest.mark.parametrize("course", WITHOUT_ORIGIN, indirect=True)
def test_a_sandbox_without_an_origin_offers_no_play(page: Page, course_site: str) -> None:
    page.goto(course_site)
    frame = frame_of(page)
    frame.get_by_text("Keys", exact=True).click()
    expect(frame.get_by_text("another sentence")).to_be_visible()
    for text in ("Play", "play, pause"):
        expect(frame.get_by_text(text, exact=True)).to_have_count(0)
    page.keyboard.press(" ")
    expect(frame.locator(".where")).to_contain_text("Pair 1 of")


@pytest.mark.parametrize("course", [""], indirect=True)
def test_a_sandbox_without_scripts_leaves_the_links(page: Page, watch: Watch, course_site: str) -> None:
    page.goto(course_site)
    frame = frame_of(page)
    frame.locator("#next").click()
    expect(frame.locator(".where")).to_contain_text("Pair 2 of")
    frame.get_by_role("link", name="Fold into one pass").click()
    expect(frame.locator(".folded")).to_be_visible()
    frame.get_by_role("link", name="Refresh").click()
    expect(frame.get_by_label("Your sentence")).not_to_have_value(SENTENCE)
    expect(frame.get_by_text("Play", exact=True)).to_be_hidden()
    # Chromium tells that it runs no script, as the sandbox says, and tells nothing else.
    watch.complaints[:] = [text for text in watch.complaints if not re.match("Blocked script execution", text)]
