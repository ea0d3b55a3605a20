"""Templates to bytes, and the bytes kept.

A page is a function of its URL and the model alone, so that rendering one twice is work for nothing: in a lecture,
three hundred students ask for the same few steps.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from cachetools import LRUCache
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.settings import RESOURCES
from app.state import OPTIONS
from app.web.assets import asset
from app.web.delivery import etag, takes_gzip

templates = Environment(
    loader=FileSystemLoader(RESOURCES / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.globals["asset"] = asset


MAX_KEY = 8_000  # characters of a URL


def root_path(request: Request) -> str:
    """What stands before every path of the app's own, where a proxy serves it under a prefix; else empty."""
    root: str = request.scope.get("root_path", "")
    return root


def frame(request: Request) -> dict[str, Any]:
    """What every page's frame shows, whatever stands in it: the app's root, and the theme that the URL asks for."""
    theme = request.query_params.get("theme", "")
    return {"root": root_path(request), "theme": theme if theme in OPTIONS["theme"] else OPTIONS["theme"][0]}


@dataclass(frozen=True)
class Page:
    """A rendered answer, plain and compressed."""

    body: bytes
    compressed: bytes
    status: int
    headers: dict[str, str]

    @classmethod
    def of(cls, template: str, status: int = 200, headers: dict[str, str] | None = None, **context: object) -> "Page":
        """Render a template."""
        body = templates.get_template(template).render(context).encode()
        named = {"ETag": etag(body)} if status == 200 else {}  # once, and not at every request
        return cls(body, gzip.compress(body, compresslevel=6, mtime=0), status, {**named, **(headers or {})})

    @property
    def size(self) -> int:
        """Its bytes in memory."""
        return len(self.body) + len(self.compressed) + 1_000

    def response(self, request: Request) -> Response:
        """The answer to a request, compressed where the client takes it so."""
        if takes_gzip(request.headers.get("accept-encoding", "")):
            return Response(self.compressed, self.status, {**self.headers, "Content-Encoding": "gzip"}, "text/html")
        return Response(self.body, self.status, self.headers, "text/html")


class RenderedPages:
    """Pages by URL, bounded in bytes, the least recently used dropped first."""

    def __init__(self, max_bytes: int) -> None:
        self._pages: LRUCache[str, Page] = LRUCache(max_bytes, getsizeof=lambda page: page.size)
        self._lock = Lock()

    async def get(self, request: Request, make: Callable[[Request], Page]) -> Response:
        """The kept page, or a new one made in a thread, since it may take a pass of the model."""
        key = f"{root_path(request)}{request.url.path}?{request.url.query}"
        with self._lock:
            page = self._pages.get(key)
        if page is None:
            page = await run_in_threadpool(make, request)
            with self._lock:
                # The key is a visitor's to choose: a long one is not worth its memory.
                if page.size <= self._pages.maxsize and len(key) <= MAX_KEY:
                    self._pages[key] = page
        return page.response(request)
