"""`python -m app bench-browser`: what a person waits for in a real Chromium before a real server of this machine.

A step is timed from the key press, by the event's own time stamp, to the first task after the frame that shows it.
"""

import os
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from rich.table import Table

from app.bench import OURS, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-gpu",
    "--in-process-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TEXTS = {  # of 11, 21 and 72 tokens
    "short": "The cat fell asleep on top of my birthday cake.",
    "middle": "the little boat drifted across the quiet lake and the old man in it was fast asleep under the sun",
    "long": ", ".join(["the boat and the lake and the man and the sun and the bird and the tree"] * 4) + ".",
}
AIM = 50  # milliseconds, of the 95th percentile
PAUSE = 0.2  # seconds between two presses, as of someone in a hurry
STEP, DIGIT = "ArrowRight", "F8"
# Notes the milliseconds from each press to its result; the second key only writes a digit anew, which is the least.
WATCH = """(digit) => {
    window.taken = [];
    let pressed = 0;
    const painted = new MessageChannel();
    painted.port1.onmessage = () => taken.push(performance.now() - pressed);
    const note = () => requestAnimationFrame(() => painted.port2.postMessage(null));
    addEventListener("keydown", ({ key, timeStamp }) => {
        pressed = timeStamp;
        if (key !== digit) return;
        document.querySelector(".where b").textContent += " ";
        note();
    }, true);
    document.addEventListener("htmx:after:swap", note);
}"""


@dataclass(frozen=True)
class Steps:
    """Milliseconds from key press to painted result, over the steps of one text, and beside each those of one digit."""

    what: str
    milliseconds: list[float]
    digit: list[float]


@dataclass(frozen=True)
class FirstView:
    """What a browser that knows nothing yet asks for: path and bytes over the wire, headers included."""

    requests: list[tuple[str, int]]

    @property
    def size(self) -> int:
        """All bytes."""
        return sum(size for _, size in self.requests)


@contextmanager
def chromium() -> Iterator["Browser"]:
    """The Chromium or Chrome on PATH, else playwright's own."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*QUIET, *sandbox])
        yield browser
        browser.close()


def measure() -> tuple[FirstView, list[Steps]]:
    """Measure a first view, and every step of three texts, new to the server and kept by it; takes two minutes."""
    with serving(OURS) as (port, _), chromium() as browser:
        address = f"http://127.0.0.1:{port}"
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        return first_view(page, address), [one for text in TEXTS for one in _steps(page, address, text)]


def first_view(page: "Page", address: str) -> FirstView:
    """Open the app in a context that has kept nothing, and wait until the network is quiet."""
    answered: list[Request] = []
    page.on("requestfinished", lambda request: answered.append(request))
    page.goto(address, wait_until="networkidle")
    return FirstView(
        [
            (request.url.removeprefix(address), sizes["responseHeadersSize"] + sizes["responseBodySize"])
            for request in answered
            for sizes in [request.sizes()]
        ]
    )


def table(steps: list[Steps]) -> Table:
    """The steps as a table for a terminal: medians and 95th percentiles."""
    shown = Table("key to painted result", "steps", "median", "p95", "one digit: median", "p95", "aim of p95")
    for one in (*steps, _all(steps)):
        figures = (f"{figure:.0f} ms" for taken in (one.milliseconds, one.digit) for figure in _middle_and_end(taken))
        shown.add_row(one.what, f"{len(one.milliseconds)}", *figures, f"< {AIM} ms")
    return shown


def _all(steps: list[Steps]) -> Steps:
    return Steps("all", [ms for one in steps for ms in one.milliseconds], [ms for one in steps for ms in one.digit])


def _middle_and_end(taken: list[float]) -> tuple[float, float]:
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def _steps(page: "Page", address: str, name: str) -> Iterator[Steps]:
    """A text's steps from the first to the last: new to the server, and once more when it has kept them."""
    page.goto(f"{address}/?{urlencode({'sentence': TEXTS[name]})}", wait_until="networkidle")
    page.evaluate(WATCH, DIGIT)
    n_steps = int(page.locator("#goto").get_attribute("data-last") or 0)
    for what in ("new", "kept"):
        presses = [(_press(page, STEP), _press(page, DIGIT)) for _ in range(2, n_steps + 1)]
        yield Steps(f"{name}, {what}", [step for step, _ in presses], [digit for _, digit in presses])
        _press(page, "Home")


def _press(page: "Page", key: str) -> float:
    """Press a key and wait for what it shows; returns the milliseconds that took."""
    before = after = page.evaluate("taken.length")
    page.keyboard.press(key)
    while after == before:
        time.sleep(PAUSE)  # whoever asked the page meanwhile would be timed as well
        after = page.evaluate("taken.length")
    taken: float = page.evaluate("taken.at(-1)")
    return taken
