"""Templates to bytes, and the bytes kept.

A page is a function of its URL, its language and the model alone, so that rendering one twice is work for nothing: in a
lecture, three hundred students ask for the same few steps.
"""

import gzip
from asyncio import Task, create_task, shield
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from cachetools import LRUCache
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app import view_options
from app.language import ENGLISH, _, language, languages, ngettext
from app.sentences import MAX_CHARACTERS
from app.settings import RESOURCES
from app.state import OPTIONS
from app.web.allowance import KEPT, MADE, Allowance
from app.web.assets import asset
from app.web.delivery import etag, takes_gzip
from app.web.public import public_url

templates = Environment(
    extensions=["jinja2.ext.i18n"],
    loader=FileSystemLoader(RESOURCES / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.globals["asset"] = asset
# A field's maxlength counts in UTF-16: what a browser cuts there is still long enough to be told that it is too long.
templates.globals["longest"] = 2 * (MAX_CHARACTERS + 1)
templates.policies["ext.i18n.trimmed"] = True
# Looked up at each call, so that one compiled template serves every language.
templates.install_gettext_callables(_, ngettext)  # type: ignore[attr-defined]  # the extension's

MAX_KEY = 8_000  # characters of a URL
# Attributes of text as the model reads it, where the page around it is in another language than English.
ENGLISH_TEXT = Markup(' lang="en" dir="ltr"')  # this project's models read that; what others do is not known
ANY_TEXT = Markup(' lang="" dir="auto"')


def root_path(request: Request) -> str:
    """What stands before every path of the app's own, where a proxy serves it under a prefix; else empty."""
    root: str = request.scope.get("root_path", "")
    return root


def app_root(request: Request) -> str:
    """The same without what embedded pages have in common, `app.web.embed`: where static files and full pages are."""
    root: str = request.scope.get("app_root_path", root_path(request))
    return root


def is_embedded(request: Request) -> bool:
    """Whether the page is made for another site's frame."""
    return root_path(request) != app_root(request)


def frame(request: Request) -> dict[str, Any]:
    """What every page's frame shows, whatever stands in it: its root, and what the URL says of all its pages.

    root: what stands before its links, so that those of an embedded page stay embedded; app_root: the app's own.
    address: the page's own, as others reach it; oembed, picture: those of its description for machines and its preview.
    kept, kept_fields: theme and language, where the URL names them, for links and forms that leave the page. verbatim:
    the attributes of text that stays as it is, whatever the page's language.
    """
    asked = request.query_params
    known = {"theme": OPTIONS["theme"], "lang": languages()}
    kept = {name: asked[name] for name, values in known.items() if asked.get(name) in values}
    text = ENGLISH_TEXT if request.app.state.services.card else ANY_TEXT
    query = f"?{request.url.query}" if request.url.query else ""
    address = public_url(request, request.url.path.removeprefix(app_root(request)) + query)
    verbatim = Markup() if language() == ENGLISH else text
    return {
        "root": root_path(request),
        "app_root": app_root(request),
        "is_embedded": is_embedded(request),
        "host_origins": request.app.state.settings.embed_origins,
        "address": address,
        "oembed": public_url(request, f"/oembed?{urlencode({'url': address})}"),
        "picture": public_url(request, f"/preview.png{query}"),
        "theme": kept.get("theme", OPTIONS["theme"][0]),
        "kept": urlencode(kept),
        "kept_fields": tuple(kept.items()),
        "lang": language().code,
        "dir": language().direction,
        "is_foreign": verbatim == ENGLISH_TEXT,
        "verbatim": verbatim,
        "languages": view_options.languages(lambda code: urlencode({**asked, "lang": code})),
    }


@dataclass(frozen=True)
class Page:
    """A rendered answer, plain and compressed."""

    body: bytes
    compressed: bytes
    status: int
    headers: dict[str, str]
    media_type: str = "text/html"

    @classmethod
    def of(cls, template: str, status: int = 200, headers: dict[str, str] | None = None, **context: object) -> "Page":
        """Render a template."""
        body = templates.get_template(template).render(context).encode()
        headers = headers or {}
        is_kept = status == 200 and headers.get("Cache-Control") != "no-store"
        named = {"ETag": etag(body)} if is_kept else {}  # once, and not at every request
        return cls(body, gzip.compress(body, compresslevel=6, mtime=0), status, {**named, **headers})

    @classmethod
    def of_picture(cls, png: bytes) -> "Page":
        """A picture, which is compressed as it is."""
        return cls(png, b"", 200, {"ETag": etag(png)}, "image/png")

    @property
    def size(self) -> int:
        """Its bytes in memory."""
        return len(self.body) + len(self.compressed) + 1_000

    def response(self, request: Request) -> Response:
        """The answer to a request, compressed where the client takes it so."""
        if self.compressed and takes_gzip(request.headers.get("accept-encoding", "")):
            return Response(self.compressed, self.status, {**self.headers, "Content-Encoding": "gzip"}, self.media_type)
        return Response(self.body, self.status, self.headers, self.media_type)


class RenderedPages:
    """Pages by URL and language, bounded in bytes, the least recently used dropped first.

    It belongs to one event loop, and a page that several requests wait for is made once.
    """

    def __init__(self, max_bytes: int, allowance: Allowance | None = None) -> None:
        self._allowance = allowance or Allowance(0)
        self.kept: LRUCache[str, Page] = LRUCache(max_bytes, getsizeof=lambda page: page.size)
        self._being_made: dict[str, Task[Page]] = {}

    async def get(self, request: Request, make: Callable[[Request], Page]) -> Response:
        """The kept page, or a new one made in a thread, since it may take a pass of the model."""
        # A page may name its own address, so it is another one for another host.
        key = f"{language().code} {root_path(request)} {request.url}"
        page = self.kept.get(key)
        self._allowance.charge(request, KEPT if page else MADE)
        if page is None:
            task = self._being_made.get(key)
            if task is None:
                task = self._being_made[key] = create_task(self._make(key, request, make))
            page = await shield(task)  # others may wait for it, too
        return page.response(request)

    async def _make(self, key: str, request: Request, make: Callable[[Request], Page]) -> Page:
        try:
            page = await run_in_threadpool(make, request)
        finally:
            del self._being_made[key]
        # The key is a visitor's to choose: a long one is not worth its memory.
        if "Cache-Control" not in page.headers and page.size <= self.kept.maxsize and len(key) <= MAX_KEY:
            self.kept[key] = page
        return page
