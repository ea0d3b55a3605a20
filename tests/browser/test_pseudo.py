"""In a made-up language of long words, and in one from right to left, no layout breaks on a phone or a projector."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenContext
from tests.server import started
from tests.test_pseudo import ADDRESSES

PHONES = (320, 390)  # pixels
# Links, buttons, fields and texts that reach out of the screen, but for what scrolls or cuts its own.
OUTSIDE = """() => [...document.querySelectorAll("a, button, input, select, p, h1, h2, dt, dd, th, td, li")]
    .filter(element => !element.closest(".spoken, .skip, .data thead, pre, .scroll, .shade"))
    .filter(element => !element.closest(".projector :is(.card, .cards)"))
    .map(element => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.left < -1 || box.right > innerWidth + 1))
    .map(([element]) => element.outerHTML.slice(0, 120))"""
# Controls side by side that lie on each other.
COVERED = """() => {
    const controls = [...document.querySelectorAll("nav a, .options > *, .buttons > *, .stepper > *, .sentence > *")]
        .filter(element => element.getClientRects().length && !element.closest(".projector label, .spoken"));
    const boxes = controls.map(element => [element, element.getBoundingClientRect()]);
    return boxes.flatMap(([one, a], i) => boxes.slice(i + 1)
        .filter(([other]) => !one.contains(other) && !other.contains(one))
        .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
        .map(([other]) => `${one.id || one.className} and ${other.id || other.className}`));
}"""


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with the two made-up languages, in place of the one that is served to visitors."""
    with started(tmp_path_factory.mktemp("pseudo"), "tests.pseudo") as address:
        yield address


@pytest.fixture(params=["pseudo", "rtl"])
def lang(request: pytest.FixtureRequest) -> str:
    code: str = request.param
    return code


def faults(page: Page) -> list[str]:
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*(["overflows"] if width > 0 else []), *page.evaluate(OUTSIDE), *page.evaluate(COVERED)]


def test_no_page_overflows_on_a_phone_in_any_language(open_context: OpenContext, lang: str) -> None:
    page = open_context().new_page()
    found = {}
    for address in ADDRESSES:
        if "projector" not in address and not address.startswith("/stage"):
            page.goto(address.replace("lang=pseudo", f"lang={lang}"))
            for width in PHONES:
                page.set_viewport_size({"width": width, "height": 844})
                found[address, width] = faults(page)
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("size", [(1024, 768), (1920, 1080)])
def test_a_projectors_picture_holds_the_stage_in_any_language(
    open_context: OpenContext, lang: str, size: tuple[int, int]
) -> None:
    page = open_context(size).new_page()
    found = {}
    for options in ("", "&rows=folded", "&guess=on", "&tint=surprise&unit=words"):
        page.goto(f"/?sentence=Six+naughty+owls+hid+my+hat.&view=projector&lang={lang}{options}")
        found[options] = faults(page)
    assert {options: wrong for options, wrong in found.items() if wrong} == {}


def test_from_right_to_left_the_sentence_and_its_steps_still_run_from_left_to_right(open_context: OpenContext) -> None:
    page = open_context().new_page()
    page.goto("/?sentence=Six+naughty+owls&step=1&lang=rtl")
    for first, second in (("#x1", "#x2"), ("#previous", "#next"), (".bars .number >> nth=1", ".bars .rank >> nth=1")):
        boxes = [page.locator(each).first.bounding_box() for each in (first, second)]
        assert boxes[0]
        assert boxes[1]
        assert boxes[0]["x"] < boxes[1]["x"], first
    assert page.locator("html").get_attribute("dir") == "rtl"
