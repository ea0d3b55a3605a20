"""Whose pages may read the API in a visitor's browser (https://fetch.spec.whatwg.org, section 3.3)."""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.errors import is_for_programs

METHODS = ("GET", "HEAD", "POST")  # POST sends a text to be counted or cut; nothing is changed by it
EXPOSED = ("Content-Disposition", "ETag", "Retry-After", "X-Request-ID")
MAX_AGE = 86_400  # seconds for which a browser need not ask again


class Cors:
    """ASGI middleware. Nothing depends on who asks, and no cookie is ever set, so that an answer gives nobody away."""

    def __init__(self, app: ASGIApp, origins: str) -> None:
        """origins: as the setting has them."""
        self.app = app
        self.shared = CORSMiddleware(
            app,
            allow_origins=() if origins == "none" else origins.split(),
            allow_methods=METHODS,
            allow_headers=("Content-Type", "If-None-Match"),
            expose_headers=EXPOSED,
            max_age=MAX_AGE,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and say whose pages may read the answer."""
        is_shared = scope["type"] == "http" and is_for_programs(scope)
        await (self.shared if is_shared else self.app)(scope, receive, send)
