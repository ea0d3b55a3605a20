"""What axe-core finds on every page and in every state: nothing, light or dark, on a desktop or a phone."""

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.person import SENTENCE, address

MANY = "and so on, " * 13 + "until the end"  # 41 tokens
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
EVERYTHING = {"type": "tag", "values": TAGS}
COLOURS = ["color-contrast", "link-in-text-block"]  # rules whose findings may differ from light to dark
LAYOUT = [*COLOURS, "target-size", "scrollable-region-focusable"]  # and those from a desktop to a phone
# What each finding is about, by rule; the page's own preloading would ask the server for style sheets again.
RUN = """async (rules) => {
    const { violations } = await axe.run({ runOnly: rules, resultTypes: ["violations"], preload: false });
    return violations.map(({ id, nodes }) => [id, nodes.map((node) => node.failureSummary + " " + node.html)]);
}"""
STATES = {
    "first step": address(),
    "every panel open": f"{address(step=5)}&tint=surprise&seen=0",
    "last step, words, folded": f"{address(step=9)}&unit=words&rows=folded",
    "many tokens": f"{address(MANY, 30)}&tint=surprise",
    "guess asked": f"{address(step=3)}&guess=on",
    "guess refused": f"{address(step=3)}&guess=on&word=",
    "guess wrong": f"{address(step=3)}&guess=on&pick=5000",
    "sentence refused": address("a"),
    "step refused": address(step=99),
    "projector": f"{address(step=4)}&view=projector",
    "projector, folded, earlier model": f"{address(step=4)}&view=projector&rows=folded&seen=0",
    "projector, guess wrong": f"{address(step=3)}&view=projector&guess=on&pick=5000",
    "projector, many tokens": f"{address(MANY, 30)}&view=projector",
    "nowhere": "/nowhere",
    "docs": "/docs",
    "model": "/model",
    "proof": f"/proof?sentence={SENTENCE}",
    "lesson": f"/lesson?sentence={SENTENCE}&step=3",
    "lesson, a text to label": f"/lesson/labels?sentence={SENTENCE}&begun=1000000000&labels=pn",
    "lesson, receipt": f"/lesson/labels?sentence={SENTENCE}&labels=pnpnpnpn&seconds=20",
    "lesson, answered": f"/lesson?sentence={SENTENCE}&step=2&shuffled=yes&rows=folded&quiz=a0b1c2d0e1f2g0h1",
    "lesson, finetuning": "/lesson/finetune?task=sentiment&examples=50&runs=s50.6&quiz=i0j1",
    "lesson, limits": "/lesson/limits",
    "worksheet": f"/worksheet?sentence={SENTENCE}",
    "worksheet, answers of a set": "/worksheet/key?seed=7&n=2",
    "export": f"/export?sentence={SENTENCE}",
    "proof refused": "/proof?sentence=a",
    "embedded": f"/embed{address(step=4)[1:]}&start=2&end=6",
    "embedded, bare, wishes refused": f"/embed{address()[1:]}&hide=input,refresh,headline,text,nothing&start=9&end=2",
    "embedded part of the lesson": f"/embed/lesson/text{address(step=3)[1:]}&hide=text,staircase",
    "share": f"/share{address(step=3)[1:]}&hide=staircase,bars",
    "share refused": f"/share{address()[1:]}&height=9",
}


def found(page: Page, rules: Any) -> list[tuple[str, list[str]]]:
    violations: list[tuple[str, list[str]]] = page.evaluate(RUN, rules)
    return violations


def open_everything(page: Page) -> None:
    if page.locator("#prove").filter(visible=True).count():
        page.locator("#prove").click()
        expect(page.locator(".proof tbody tr")).to_have_count(2)
    page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")


@pytest.mark.parametrize("path", STATES.values(), ids=STATES)
def test_axe_finds_nothing(page: Page, path: str) -> None:
    page.goto(path)
    open_everything(page)
    page.evaluate(AXE_SCRIPT)
    for (width, height), rules in ((DESKTOP, EVERYTHING), (PHONE, LAYOUT)):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="light")
        assert found(page, rules) == [], f"light, {width} px"
        page.emulate_media(color_scheme="dark")
        assert found(page, COLOURS) == [], f"dark, {width} px"
