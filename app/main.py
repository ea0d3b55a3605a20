"""The app, put together: `create_app(settings)`, and `app` for `uvicorn app.main:app`."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI

from app.settings import Settings
from app.web import (
    api,
    assets,
    count,
    docs,
    embed,
    export,
    finetune,
    health,
    lesson,
    lesson_run,
    model,
    oembed,
    privacy,
    proof,
    share,
    stage,
    worksheet,
)
from app.web.cors import Cors
from app.web.delivery import Delivery
from app.web.errors import add_error_handlers
from app.web.headers import SecurityHeaders, headers
from app.web.journal import Journal
from app.web.language import Languages
from app.web.limits import Limits
from app.web.services import Services

PEACE = 5  # seconds after the start, for the first pages


def create_app(settings: Settings | None = None, services: Services | None = None) -> FastAPI:
    """Build the app. Bank and model are loaded when it starts, unless they are handed over ready."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        assets.check()
        app.state.services = services or Services.load(settings)
        # What is loaded by now stays: each look through it for garbage would stop all for a sixth of a second.
        gc.freeze()
        gc.enable()
        asyncio.get_running_loop().call_later(PEACE, app.state.services.warm)
        yield {"end": app.state.services.end}  # for the server, when it is told to stop
        gc.unfreeze()
        await app.state.services.runs.close()

    app = FastAPI(
        title="Free Labels",
        summary="One sentence, its training pairs, and what a language model expected at each.",
        description=docs.VERSIONS,
        version=_version(),
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own page loads scripts from elsewhere; ours is app.web.docs
        redoc_url=None,
    )
    app.state.settings = settings
    app.include_router(lesson_run.router)  # first, or /lesson/run/{part} would take it
    for page in (stage, model, proof, lesson, export, worksheet, oembed, embed, share, docs, privacy):
        app.router.routes.extend(page.routes)
    app.include_router(api.router)
    app.include_router(count.router)
    app.include_router(finetune.router)
    app.include_router(export.router)
    app.include_router(oembed.router)
    app.include_router(health.router)
    app.mount("/static", assets.Assets(directory=assets.STATIC), name="static")
    metrics = None
    if settings.metrics:
        from app.web.metrics import Metrics  # its library takes a while, and few want it

        metrics = Metrics(app)
        app.router.routes.append(metrics.route())
    # The innermost first.
    app.add_middleware(Limits)
    app.add_middleware(Languages)
    app.add_middleware(Delivery)
    app.add_middleware(Cors, origins=settings.cors_origins)
    always = headers(settings.frame_ancestors)
    app.add_middleware(SecurityHeaders, headers=always)
    app.add_middleware(Journal, metrics=metrics, has_proxy=bool(settings.trusted_proxies))
    add_error_handlers(app, always)
    return app


def _version() -> str:
    try:
        return version("free-labels")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "0"


app = create_app()
