"""/model: the card of the model whose probabilities the app shows."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.view_card import card_view
from app.web.language import check_language
from app.web.render import Page, frame
from app.web.services import services


async def model(request: Request) -> Response:
    """The card as a page."""
    check_language(request)
    return await services(request).pages.get(request, _page)


def _page(request: Request) -> Page:
    known = services(request)
    shown = known.predictor.model
    view = card_view(known.card, shown, known.predictor.analyze)
    return Page.of("model.html", card=view, name=shown.name, **frame(request))


routes = [Route("/model", model)]
