"""/proof: one pass against T − 1, run for whoever asks, as a page and as a panel on the stage."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.proof import prove
from app.sentences import InputError
from app.view_proof import ProofView, proof_view, refused_proof
from app.web.allowance import PROOF
from app.web.language import check_language
from app.web.render import Page, frame
from app.web.services import services
from app.web.stage import read_query, sentence_of


async def page(request: Request) -> Response:
    """The proof on a page of its own."""
    return await _answer(request, "proof.html")


async def panel(request: Request) -> Response:
    """The same for htmx, which puts it on the stage."""
    return await _answer(request, "_fragments/proof.html")


async def _answer(request: Request, template: str) -> Response:
    check_language(request)
    services(request).allowance.charge(request, PROOF)
    # One at a time, or each would slow the others down. Those who wait hold no thread, which other pages need.
    async with services(request).proving:
        if await request.is_disconnected():  # whoever asked has left
            return Response(status_code=499)
        view = await run_in_threadpool(_view, request)
    status = 422 if view.error else 200
    return Page.of(template, status, {"Cache-Control": "no-store"}, proof=view, **frame(request)).response(request)


def _view(request: Request) -> ProofView:
    sentence = sentence_of(request)
    try:
        asked = read_query(request)
        proof = prove(services(request).predictor.model, sentence)
        return proof_view(proof, sentence, asked.state.query(), " ".join(asked.refused))
    except InputError as error:
        return refused_proof(sentence, str(request.query_params), error)


routes = [Route("/proof", page), Route("/proof/panel", panel)]
