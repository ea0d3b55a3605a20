"""The JSON API: the stage's numbers for programs."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.predict import DEFAULT_TOP_K
from app.web.schemas import ErrorResponse, PairsResponse, RandomResponse
from app.web.services import services

MAX_TOP_K = 100

router = APIRouter(prefix="/api", tags=["api"])


@router.get(
    "/pairs",
    summary="A sentence's tokens, training pairs and predictions",
    response_description="Tokens, pairs, mean loss and perplexity",
    responses={422: {"model": ErrorResponse, "description": "The input cannot be used"}},
)
def pairs(
    request: Request,
    sentence: Annotated[
        str,
        Query(
            description="The text to cut: 2,000 characters and the model's context length at most. Taken as it is.",
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
    """Cut a sentence of T tokens into its T − 1 pairs and score them all in one causal pass."""
    predictor = services(request).predictor
    return PairsResponse.of(predictor.analyze(sentence, top_k), predictor.model)


@router.get("/random", summary="A random sentence of the bank", response_description="A sentence and its theme")
def random(request: Request) -> RandomResponse:
    """Draw a sentence."""
    bank = services(request).bank
    sentence = bank.draw()
    return RandomResponse(sentence=sentence, theme=bank.theme_of(sentence).title)
