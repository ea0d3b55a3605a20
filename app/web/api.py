"""The JSON API: the stage's numbers for programs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.sentences import DEFAULT_TOP_K, MAX_TOP_K
from app.web.allowance import MADE
from app.web.language import check_language
from app.web.schemas import ErrorResponse, PairsResponse, RandomResponse
from app.web.services import services

router = APIRouter(prefix="/api", tags=["api"], dependencies=[Depends(check_language)])


@router.get(
    "/pairs",
    summary="A sentence's tokens, training pairs and predictions",
    response_description="Tokens, pairs, mean loss and perplexity",
    responses={
        422: {"model": ErrorResponse, "description": "The input cannot be used"},
        429: {"model": ErrorResponse, "description": "Too many requests came from one address"},
    },
)
def pairs(
    request: Request,
    sentence: Annotated[
        str,
        Query(
            description="The text to cut: 2,000 characters and the model's context length at most. Taken as it is, "
            "white space around it included; the page takes that away and makes one line of it. Only the line breaks "
            "\\r\\n and \\r become \\n. Other control characters than \\n and the tab are refused.",
            openapi_examples={
                "a sentence": {"value": "The boat drifted across the lake."},
                "an emoji": {"value": "naïve 😀"},
            },
        ),
    ],
    top_k: Annotated[
        int, Query(ge=1, le=MAX_TOP_K, description="How many candidates each pair lists.")
    ] = DEFAULT_TOP_K,
) -> PairsResponse:
    """Cut a sentence of T tokens into its T − 1 pairs and score them all in one causal pass.

    The answer's `sentence` is the text that was cut: `start` and `end` count its characters. Unknown parameters do
    nothing. An error's message is in English, or in the language that `lang` names or Accept-Language prefers.
    """
    predictor, allowance = services(request).predictor, services(request).allowance
    allowance.charge(request, MADE)
    return PairsResponse.of(predictor.analyze(sentence, top_k), predictor.model)


@router.get("/random", summary="A random sentence of the bank", response_description="A sentence and its theme")
def random(request: Request, response: Response) -> RandomResponse:
    """Draw a sentence."""
    response.headers["Cache-Control"] = "no-store"
    bank = services(request).bank
    sentence = bank.draw()
    return RandomResponse(sentence=sentence, theme=bank.theme_of(sentence).title)
