"""Whether the app lives, and whether it can answer."""

from fastapi import APIRouter, Request, Response

from app.web.schemas import HealthResponse
from app.web.services import services

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Alive", response_description="The process serves")
async def alive(response: Response) -> HealthResponse:
    """Answer as soon as the process serves."""
    response.headers["Cache-Control"] = "no-store"
    return HealthResponse(status="ok")


@router.get("/readyz", summary="The model is loaded and answers", response_description="The model answered")
def ready(request: Request, response: Response) -> HealthResponse:
    """Pass the model over a sentence, once a second at most, and answer when it has told what it expects."""
    response.headers["Cache-Control"] = "no-store"
    services(request).check()
    return HealthResponse(status="ready")
