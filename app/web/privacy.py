"""/privacy: what becomes of what a visitor types."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.web.language import check_language
from app.web.render import Page, frame
from app.web.services import services


async def privacy(request: Request) -> Response:
    """The page."""
    check_language(request)
    return await services(request).pages.get(request, lambda asked: Page.of("privacy.html", **frame(asked)))


routes = [Route("/privacy", privacy)]
