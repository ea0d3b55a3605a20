"""What requests work with, made once at start-up and handed to each request by the app's state."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from starlette.requests import Request

from app import checkpoint
from app.checkpoint import CheckpointError
from app.predict import Predictor
from app.sentences import Bank
from app.settings import Settings
from app.web.render import RenderedPages


@dataclass(frozen=True)
class Services:
    """The bank, the predictor and the pages already rendered."""

    bank: Bank
    predictor: Predictor
    pages: RenderedPages
    card: dict[str, Any]  # card.json of the model's folder; empty where it has none

    @classmethod
    def load(cls, settings: Settings) -> "Services":
        """Read the bank and the checkpoint; BankError or CheckpointError where they cannot be used."""
        return cls(
            Bank.load(settings.sentences),
            Predictor(checkpoint.load(settings.checkpoint)),
            RenderedPages(int(settings.cache_megabytes * 1e6)),
            _card(settings.checkpoint / "card.json"),
        )


def _card(path: Path) -> dict[str, Any]:
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError as error:
        raise CheckpointError(f"{path} is damaged ({error}): restore it, or remove it") from error
    return card


def services(request: Request) -> Services:
    """The running app's services."""
    return cast(Services, request.app.state.services)
