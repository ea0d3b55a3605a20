"""What every request must keep to: the size of its URL and its body, and the time that these take to arrive."""

import asyncio
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.language import _, number
from app.sentences import InputError, TooLargeError
from app.web.errors import refusal
from app.web.upload import too_slow

MAX_URL = 40 << 10  # bytes; the most that a field takes, 4,002 signs of three bytes, needs 36,000
MAX_BODY = 1 << 20  # bytes of a form; a file has a limit of its own
PATIENCE = 30.0  # seconds for the next bytes of a body


class TooLongError(InputError):
    """A URL is too long."""

    status = 414


class Limits:
    """ASGI middleware; its errors are raised in the route that reads too much, or waits too long for it.

    A form with a file in it is read by `app.web.upload`, piece by piece and within limits of its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless its URL is none to read."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        fault = _fault(scope)
        if fault:
            await refusal(Request(scope), fault)(scope, receive, send)
        elif Headers(scope=scope).get("content-type", "").startswith("multipart/form-data"):
            await self.app(scope, receive, send)
        else:
            await self.app(scope, _within_limits(receive), send)


def _within_limits(receive: Receive) -> Receive:
    size, is_complete = 0, False

    async def receive_some() -> Message:
        nonlocal size, is_complete
        if is_complete:  # what may still come is the end of the connection, however late
            return await receive()
        try:
            async with asyncio.timeout(PATIENCE):
                message = await receive()
        except TimeoutError as error:
            raise too_slow() from error
        is_complete = not message.get("more_body")
        size += len(message.get("body", b""))
        if size > MAX_BODY:
            text = _("The form is larger than %(limit)s bytes, which is the limit. Shorten the text in it.")
            raise TooLargeError("too_large_body", text % {"limit": number(MAX_BODY)}, limit=MAX_BODY)
        return message

    return receive_some


def _fault(scope: Scope) -> InputError | None:
    """What is wrong with a request's URL."""
    length = len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"])
    if length > MAX_URL:
        text = _("The URL has %(actual)s bytes; the limit is %(limit)s. Shorten the text in it.")
        said = text % {"actual": number(length), "limit": number(MAX_URL)}
        return TooLongError("too_long_url", said, limit=MAX_URL, actual=length)
    wrong = not_utf8(scope["query_string"])
    text = _("The URL holds bytes that are no text, %(bytes)s; it must be UTF-8. Type the text anew.")
    return InputError("not_utf8", text % {"bytes": wrong}) if wrong else None


def not_utf8(encoded: bytes) -> str:
    """The first bytes of a URL's query or a form that are no text; empty where all are.

    Replaced by a sign that nobody typed, they would be shown as somebody's text.

    >>> not_utf8(b"text=a%C3%A9"), not_utf8(b"text=a%ED%A0%BD")
    ('', '%ED')
    """
    try:
        unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError as error:
        return "".join(f"%{byte:02X}" for byte in error.object[error.start : error.end])
    return ""
