"""Static files, under addresses that change with their content, so that browsers may keep them for good."""

import hashlib
import re
from functools import cache

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.settings import RESOURCES

STATIC = RESOURCES / "static"
# What the stage runs, in one request. In a sandboxed frame, frame.js must be heard before htmx starts.
SCRIPTS = (
    *("frame.js", "vendor/htmx.min.js", "app.js", "links.js", "steps.js", "ahead.js", "history.js", "marks.js"),
    *("scroll.js", "play.js", "keys.js", "guess.js", "swipe.js", "fold.js", "moments.js", "projector.js"),
    *("share.js", "panels.js"),
)
LESSON = (
    *("frame.js", "vendor/htmx.min.js", "vendor/hx-sse.min.js", "app.js", "links.js", "steps.js", "label.js"),
    "count.js",
)
# What every page is drawn by, in the order in which later rules outdo earlier ones.
STYLES = ("base.css", "stage.css", "staircase.css", "panels.css", "pages.css", "screens.css")
JOINED = {
    "app.css": STYLES,
    "stage.js": SCRIPTS,
    "lesson.js": LESSON,
    "sharing.js": ("frame.js", "vendor/htmx.min.js", "app.js", "links.js", "share.js"),
    "embedded-stage.js": (*SCRIPTS, "embed.js"),
    "embedded-lesson.js": (*LESSON, "embed.js"),
}


class AssetError(Exception):
    """A static file is missing; the message names it and the remedy."""


def check() -> None:
    """Raise AssetError unless every file that a page asks for is there."""
    templates = [template.read_text(encoding="utf-8") for template in (RESOURCES / "templates").rglob("*.html")]
    for name in sorted({name for template in templates for name in re.findall(r"asset\('(.+?)'\)", template)}):
        for part in JOINED.get(name, (name,)):
            if not (STATIC / part).is_file():
                remedy = "pip install fetches it anew" if part.startswith("vendor/") else "restore it"
                raise AssetError(f"{STATIC / part} is missing, and pages ask for it: {remedy}")


@cache
def content(name: str) -> bytes:
    """What a static file holds, or several joined under one name."""
    between = b";\n" if name.endswith(".js") else b"\n"
    return between.join((STATIC / part).read_bytes() for part in JOINED.get(name, (name,)))


@cache
def asset(name: str) -> str:
    """The address of a static file, from the app's root: static/app.css?v=1f2e3d4c."""
    return f"static/{name}?v={hashlib.sha256(content(name)).hexdigest()[:12]}"


class Assets(StaticFiles):
    """Static files that may be kept for a year when asked for under `asset`'s address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer one file, or several joined."""
        scope["root_path"] = scope["app_root_path"]  # an error's page is the app's own, and so are its links
        if path in JOINED:
            kind = "javascript" if path.endswith(".js") else "css"
            response = Response(content(path), media_type=f"text/{kind}")
        else:
            response = await super().get_response(path, scope)
        versioned = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        return response
