"""The language that a request is answered in: what its URL says by `lang`, else what its browser prefers."""

import re
from functools import lru_cache

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.language import ENGLISH, languages, speak
from app.sentences import InputError
from app.state import State, shown_as

# A language and its weight, as in “de-AT;q=0.8” (RFC 9110, section 12.5.4).
PREFERENCE = re.compile(r"\s*([a-z0-9-]+)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?", re.IGNORECASE)


@lru_cache(100)
def preferred(accept_language: str) -> str:
    """The language that a browser likes best of those there are, English where it likes none (RFC 4647, lookup).

    >>> preferred("en;q=0.8, de-AT, fr"), preferred("fr, en"), preferred("*"), preferred("")
    ('de', 'en', 'en', 'en')
    """
    known = {code.lower(): code for code in languages()}
    found = [match for part in accept_language.split(",") if (match := PREFERENCE.fullmatch(part))]
    for match in sorted(found, key=lambda match: -float(match[2] or 1)):
        tag = match[1].lower()
        while tag and float(match[2] or 1) > 0:  # de-at, then de
            if tag in known:
                return known[tag]
            tag = tag.rpartition("-")[0]
    return ENGLISH.code


def check_language(request: Request) -> None:
    """Raise InputError where a URL asks for a language that there is not; the stage says so in place."""
    asked = {name: value for name, value in request.query_params.items() if name == "lang"}
    for message in shown_as(State(""), asked)[1]:
        raise InputError("invalid_lang", message, actual=asked["lang"][:40])


class Languages:
    """ASGI middleware that sets each request's language; where the browser chose it, the answer says so to caches."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        languages()  # catalogs are read at the start, and not by the first visitor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        query = scope["query_string"]
        asked = QueryParams(query).get("lang", "") if b"lang=" in query else ""
        if asked in languages():
            speak(languages()[asked])
            await self.app(scope, receive, send)
            return

        async def send_varying(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if message["status"] >= 400 or headers.get("content-type", "").startswith("text/html"):
                    headers.add_vary_header("Accept-Language")
            await send(message)

        speak(languages()[preferred(Headers(scope=scope).get("accept-language", ""))])
        await self.app(scope, receive, send_varying)
