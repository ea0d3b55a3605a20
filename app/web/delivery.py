"""What HTTP asks of every answer: HEAD beside GET, an ETag and 304, and gzip for those who take it."""

import gzip
import re
from functools import lru_cache
from hashlib import blake2b

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COMPRESSIBLE = ("text/", "application/json", "application/x-ndjson", "image/svg")
SMALLEST = 1_000  # bytes; fewer are not worth compressing
REFUSED = re.compile(r"q=0(\.0*)?")


def etag(body: bytes) -> str:
    """A name for this content. It is a weak one, since it stands for the compressed form, too."""
    return f'W/"{blake2b(body, digest_size=12).hexdigest()}"'


@lru_cache(100)
def takes_gzip(accept_encoding: str) -> bool:
    """Whether a client takes gzip (RFC 9110, section 12.5.3).

    >>> takes_gzip("br, gzip"), takes_gzip("*"), takes_gzip("gzip;q=0"), takes_gzip("")
    (True, True, False, False)
    """
    weights = {}
    for part in accept_encoding.lower().replace(" ", "").split(","):
        coding, _, weight = part.partition(";")
        weights[coding] = weight
    weight = weights.get("gzip", weights.get("*", "q=0"))
    return not REFUSED.fullmatch(weight)


class Delivery:
    """ASGI middleware. An answer in one piece gets an ETag and may be compressed; a stream passes as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back in the form that was asked for."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked, is_head = Headers(scope=scope), scope["method"] == "HEAD"
        start: Message | None = None  # held back until the body tells what the headers are

        async def deliver(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                body = message.get("body", b"")
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    message = {**message, "body": _finish(start, body, asked)}
                else:
                    _settle(start)
                await send(start)
                start = None
            await send({**message, "body": b""} if is_head else message)

        inner = {**scope, "method": "GET"} if is_head else scope
        await self.app(inner, receive, deliver)
        scope.update({name: inner[name] for name in ("route", "endpoint") if name in inner})  # for the journal


def _settle(start: Message) -> MutableHeaders:
    """What every answer says: that a cache must ask again, what the answer depends on, and its name as a weak one."""
    headers = MutableHeaders(raw=start["headers"])
    headers.setdefault("Cache-Control", "no-cache")
    has_forms = start["status"] == 304 or headers.get("content-type", "").startswith(COMPRESSIBLE)
    if has_forms and "Accept-Encoding" not in headers.get("vary", ""):
        headers.add_vary_header("Accept-Encoding")
    if headers.get("etag", "").startswith('"'):
        headers["ETag"] = f"W/{headers['etag']}"
    return headers


def _finish(start: Message, body: bytes, asked: Headers) -> bytes:
    """The body to send, the headers put right in place."""
    headers = _settle(start)
    if start["status"] == 200 and headers["cache-control"] != "no-store":
        if "etag" not in headers:  # a kept page has its own already
            headers["ETag"] = etag(body)
        tag = headers["etag"]
        if tag.removeprefix("W/") in re.findall(r'"[^"]*"', asked.get("if-none-match", "")):
            start["status"] = 304
            for name in ("Content-Length", "Content-Type", "Content-Encoding"):
                del headers[name]
            return b""
    is_wanted = takes_gzip(asked.get("accept-encoding", "")) and start["status"] != 206  # a part stays a part
    is_worth_it = len(body) >= SMALLEST and headers.get("content-type", "").startswith(COMPRESSIBLE)
    if is_wanted and is_worth_it and "content-encoding" not in headers:
        body = gzip.compress(body, compresslevel=6, mtime=0)
        headers["Content-Encoding"], headers["Content-Length"] = "gzip", str(len(body))
    return body
