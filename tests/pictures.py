"""The README's pictures: `python -m tests.pictures` takes them anew, from a real server in a real Chromium."""

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.bench_browser import chromium
from tests.browser.person import address
from tests.server import ROOT, started

PICTURES = ROOT / "docs"


@dataclass(frozen=True)
class Picture:
    """What a picture shows: an address, on a screen, from where on."""

    path: str
    size: tuple[int, int]
    top: str = "body"  # what stands at its upper edge
    options: dict[str, Any] = field(default_factory=dict)  # of the browser


DARK = {"color_scheme": "dark"}
SHOWN = {
    "stage": Picture(address(step=9), (1280, 1120)),
    "projector": Picture(f"{address(step=9)}&view=projector", (1920, 1080)),
    "guess": Picture(f"{address(step=4)}&guess=on", (1280, 900)),
    "learn": Picture(f"{address(step=9)}&tint=surprise&seen=531765", (1280, 900), options=DARK),
    "phone": Picture(f"{address(step=9)}&rows=folded", (390, 844), "#staircase-title"),
    "lesson": Picture("/lesson", (1280, 900), "#bitter"),
}


def take(folder: Path = PICTURES) -> None:
    """Write every picture into a folder."""
    with TemporaryDirectory() as place, started(Path(place), "app", "serve") as origin, chromium() as browser:
        for name, shown in SHOWN.items():
            width, height = shown.size
            context = browser.new_context(base_url=origin, viewport={"width": width, "height": height}, **shown.options)
            page = context.new_page()
            page.goto(shown.path, wait_until="networkidle")
            page.locator(shown.top).evaluate("element => element.scrollIntoView()")
            page.screenshot(path=folder / f"{name}.png")
            context.close()


if __name__ == "__main__":
    take()
