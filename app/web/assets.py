"""Static files, under addresses that change with their content, so that browsers may keep them for good."""

import hashlib
from functools import cache

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.settings import RESOURCES

STATIC = RESOURCES / "static"


@cache
def asset(name: str) -> str:
    """The address of a static file, from the app's root: static/app.css?v=1f2e3d4c."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"static/{name}?v={digest}"


class Assets(StaticFiles):
    """Static files that may be kept for a year when asked for under `asset`'s address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer one file."""
        response = await super().get_response(path, scope)
        versioned = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        return response
