"""What other sites ask of a link before they show it: /oembed, a frame to put in its place, and /preview.png."""

import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from fastapi import APIRouter, Query
from markupsafe import escape
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.language import ENGLISH, _, languages, speak
from app.lesson.view import PARTS
from app.sentences import InputError
from app.view_preview import HEIGHT, WIDTH, png, preview
from app.web.allowance import MADE
from app.web.limits import not_utf8
from app.web.public import public_url
from app.web.render import Page, templates
from app.web.services import services
from app.web.stage import read_query, sentence_of

GUESTS = ("/", "/proof", *(f"/lesson/{part}" for part in PARTS))  # pages that are made for frames, under EMBED
PAGES = (
    *GUESTS,
    "/lesson",
    "/lesson/limits",
    "/model",
    "/docs",
    "/export",
    "/worksheet",
    "/worksheet/key",
    "/share",
    *(f"/share/lesson/{part}" for part in PARTS),
    "/privacy",
)
EMBED = "/embed"
FRAME = (800, 900)  # CSS pixels, where the consumer sets no limit
CACHE_AGE = 86_400  # seconds
NOT_XML = re.compile("[\ufffe\uffff]")  # of what a sentence may hold (https://www.w3.org/TR/xml/, section 2.2)

router = APIRouter(include_in_schema=False)


class NothingThereError(InputError):
    """The address is none that can be shown elsewhere."""

    status = 404


class NotShownError(InputError):
    """No other site may show anything in a frame: whoever asks should give the link."""

    status = 401
    # RFC 9110, section 15.5.2, asks for it, though no credentials would help.
    headers: Mapping[str, str] = {"WWW-Authenticate": 'None realm="no frames"'}


class UnknownFormatError(InputError):
    """Neither JSON nor XML is asked for."""

    status = 501


@router.get("/oembed")
def oembed(
    request: Request,
    url: str,
    maxwidth: Annotated[int | None, Query(ge=1)] = None,
    maxheight: Annotated[int | None, Query(ge=1)] = None,
    name: Annotated[str, Query(alias="format")] = "json",
) -> Response:
    """Answer a consumer of oEmbed 1.0 with a frame of the page that `url` names (https://oembed.com, section 2.3)."""
    if name not in ("json", "xml"):
        message = _("The format “%(name)s” is not known here; json and xml are.")
        raise UnknownFormatError("unknown_format", message % {"name": name[:40]}, actual=name[:40])
    services(request).allowance.charge(request, MADE)
    found = _described(request, url, maxwidth, maxheight)
    if name == "json":
        return JSONResponse(found)
    root = ElementTree.Element("oembed")
    for field, value in found.items():
        ElementTree.SubElement(root, field).text = NOT_XML.sub("\ufffd", str(value))
    return Response(ElementTree.tostring(root, "utf-8", xml_declaration=True), media_type="text/xml")


def _described(request: Request, url: str, maxwidth: int | None, maxheight: int | None) -> dict[str, Any]:
    if request.app.state.settings.frame_ancestors == "none":
        message = _("Whoever runs this server lets no page show it in a frame. A link to %(url)s always works.")
        raise NotShownError("not_shown", message % {"url": url[:200]})
    path, query = _page_of(request, url)
    asked = Request({**request.scope, "path": path, "query_string": query.encode()})
    try:
        sentence = services(request).predictor.analyze(sentence_of(asked)).sentence
    except InputError as error:
        raise _nothing_at(url) from error
    width, height = (min(size, most or size) for size, most in zip(FRAME, (maxwidth, maxheight), strict=True))
    title = f"{_title(path, asked.query_params, sentence)} · Free Labels".removeprefix(" · ")
    place = f"{EMBED}{path if path != '/' else ''}" if path in GUESTS else path
    address = public_url(request, f"{place}?{query}" if query else place)
    html = (
        f'<iframe src="{escape(address)}" width="{width}" height="{height}" title="{escape(title)}" '
        'loading="lazy" frameborder="0"></iframe>'
    )
    found = {"version": "1.0", "type": "rich", "provider_name": "Free Labels", "provider_url": public_url(request, "/")}
    thumbnail = {
        "thumbnail_url": public_url(request, f"/preview.png?{query}" if "sentence=" in query else "/preview.png"),
        "thumbnail_width": WIDTH,
        "thumbnail_height": HEIGHT,
    }
    has_room = (maxwidth or WIDTH) >= WIDTH and (maxheight or HEIGHT) >= HEIGHT
    shown = {"title": title, "html": html, "width": width, "height": height, "cache_age": CACHE_AGE}
    return {**found, **shown, **(thumbnail if has_room else {})}


def _title(path: str, asked: Mapping[str, str], sentence: str) -> str:
    """What a page shows, in the language that its address names; empty where it is nothing of its own."""
    speak(languages().get(asked.get("lang", ""), ENGLISH))
    if path.startswith("/lesson/") and path in GUESTS:
        return _(PARTS[path.removeprefix("/lesson/")])
    return sentence if path in GUESTS and asked.get("guess") != "on" else ""  # else the title would be the answer


def _page_of(request: Request, url: str) -> tuple[str, str]:
    """The path, from the app's root, and the query of one of our pages."""
    try:
        asked, ours = urlsplit(url), urlsplit(public_url(request, "/"))
    except ValueError as error:
        raise _nothing_at(url) from error
    root = ours.path.rstrip("/")
    path = asked.path.removeprefix(root).removeprefix(EMBED) or "/"
    is_ours = asked.scheme in ("http", "https") and asked.netloc.lower() == ours.netloc.lower()
    if not is_ours or not asked.path.startswith(root) or path not in PAGES or not_utf8(asked.query.encode()):
        raise _nothing_at(url)
    return path, quote(asked.query, safe="%&=+,;:@/?!$'()*")  # who asks may have left blanks as they are


def _nothing_at(url: str) -> NothingThereError:
    return NothingThereError("not_found", _("There is nothing to embed at %(url)s.") % {"url": url[:200]})


async def picture(request: Request) -> Response:
    """The preview of a stage's step."""
    return await services(request).pages.get(request, _picture)


def _picture(request: Request) -> Page:
    asked = read_query(request)
    shown = preview(asked.analysis, asked.state.step, is_hidden=asked.state.guess == "on")
    return Page.of_picture(png(templates.get_template("preview.svg").render(picture=shown)))


routes = [Route("/preview.png", picture)]
