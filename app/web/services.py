"""What requests work with, made once at start-up and handed to each request by the app's state."""

import asyncio
import json
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from threading import Condition, Thread
from typing import Any, cast

import torch
from cachetools import TTLCache, cachedmethod
from starlette.requests import Request

from app import language_model
from app.checkpoint import Checkpoint, CheckpointError
from app.finetune import curve
from app.finetune.curve import Curve
from app.finetune.worker import Worker
from app.lesson.by_hand import scored
from app.lesson.whole import TASK
from app.moments import Moments
from app.predict import Predictor
from app.sentences import Bank
from app.settings import CHECKPOINTS, Settings
from app.web.allowance import Allowance
from app.web.render import RenderedPages
from app.web.runs import Runs

UPLOADS = 24  # texts that may arrive at once, each in a few megabytes of memory


@dataclass(frozen=True)
class Services:
    """The bank, the predictor and the pages already rendered."""

    bank: Bank
    predictor: Predictor
    pages: RenderedPages
    card: dict[str, Any]  # card.json of a model that this project pretrained; empty where there is none
    moments: Moments | None = None  # of the model's training, where snapshots of it are kept
    bitter: dict[str, Any] = field(default_factory=dict)  # bitter.json beside it; empty where there is none
    proving: asyncio.Lock = field(default_factory=asyncio.Lock)  # held while a proof takes its times
    counting: asyncio.Lock = field(default_factory=asyncio.Lock)  # held for some milliseconds of counting a text
    exporting: asyncio.Lock = field(default_factory=asyncio.Lock)  # held while a window of a text is exported
    allowance: Allowance = field(default_factory=lambda: Allowance(0))  # what each address may cost in a minute
    uploads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(UPLOADS))  # being counted in turns
    runs: Runs = field(default_factory=lambda: Runs(Worker(CHECKPOINTS / "tiny")))  # finetuning, in another process
    curve: Curve | None = None  # finetune.json beside what is finetuned; None where there is none
    checked: TTLCache[Any, None] = field(default_factory=lambda: TTLCache(1, ttl=1))  # seconds, by `check`
    checking: Condition = field(default_factory=Condition)
    is_ending: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def load(cls, settings: Settings) -> "Services":
        """Read the bank and the model; BankError or CheckpointError where they cannot be used."""
        # Requests run side by side, each in a thread of its own, and a network as small as ours gains nothing from
        # more: on a busy machine they only wait for each other, already when the weights are read.
        if settings.threads:
            torch.set_num_threads(settings.threads)
        model = language_model.load(settings)
        predictor = Predictor(model)
        is_ours = isinstance(model, Checkpoint)
        # Another maker's network is none that `app.finetune` knows how to train.
        finetuned = settings.checkpoint if is_ours else CHECKPOINTS / "tiny"
        card, bitter = (_stored(settings.checkpoint / f"{name}.json") if is_ours else {} for name in ("card", "bitter"))
        allowance = Allowance(settings.allowance)
        return cls(
            Bank.load(settings.sentences),
            predictor,
            RenderedPages(int(settings.cache_megabytes * 1e6), allowance),
            card,
            Moments.of(predictor, settings.checkpoint, card),
            bitter,
            allowance=allowance,
            runs=Runs(Worker(finetuned)),
            curve=curve.load(finetuned),
        )

    @cachedmethod(attrgetter("checked"), condition=attrgetter("checking"))
    def check(self) -> None:
        """Pass the model over a sentence, once a second at most; RuntimeError where it tells no probabilities."""
        self.predictor.check(self.bank.opening)

    def end(self) -> None:
        """Ask what may go on for long to end: the server is about to."""
        self.is_ending.set()
        self.runs.end()

    def warm(self) -> None:
        """Begin what takes a second of work, in a thread of its own, before somebody waits for it."""
        Thread(target=scored, args=(self.predictor.model, TASK), daemon=False).start()


def _stored(path: Path) -> dict[str, Any]:
    """What a file of JSON beside the weights says; {} where there is none."""
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if not isinstance(found, dict):
            raise ValueError("it holds no object")
    except ValueError as error:
        raise CheckpointError(f"{path} is damaged ({error}): restore it, or remove it") from error
    return found


def services(request: Request) -> Services:
    """The running app's services."""
    return cast(Services, request.app.state.services)
