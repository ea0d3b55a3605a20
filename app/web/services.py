"""What requests work with, made once at start-up and handed to each request by the app's state."""

from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from app import checkpoint
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

    @classmethod
    def load(cls, settings: Settings) -> "Services":
        """Read the bank and the checkpoint; BankError or CheckpointError where they cannot be used."""
        return cls(
            Bank.load(settings.sentences),
            Predictor(checkpoint.load(settings.checkpoint)),
            RenderedPages(int(settings.cache_megabytes * 1e6)),
        )


def services(request: Request) -> Services:
    """The running app's services."""
    return cast(Services, request.app.state.services)
