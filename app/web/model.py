"""/model: the card of the model whose probabilities the app shows."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.view_card import card_view
from app.web.render import Page
from app.web.services import services


async def model(request: Request) -> Response:
    """The card as a page."""
    return await services(request).pages.get(request, _page)


def _page(request: Request) -> Page:
    known = services(request)
    shown = known.predictor.model
    facts = {
        "parameters": shown.n_parameters,
        "tokens in its vocabulary": shown.vocab_size,
        "tokens that a text may have": shown.context_length,
    }
    view = card_view(known.card, facts, known.predictor.analyze)
    root = request.scope.get("root_path", "")
    return Page.of("model.html", card=view, name=shown.name, root=root)


routes = [Route("/model", model)]
