"""What the app asks of a language model, and which model the setting FREELABELS_MODEL means.

It is shipped, a folder or an id on the Hugging Face hub, in this order. Our own checkpoints are opened by
`app.checkpoint`, everything else by `app.hub`.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from torch import Tensor

from app import checkpoint, hub
from app.settings import Settings
from app.tokenizer import Token

HUB_ID = re.compile(r"(?:\w[\w.-]*/)?\w[\w.-]*")  # owner/name, or a bare name as the hub's oldest models have


class LanguageModel(Protocol):
    """A causal language model and its tokenizer, on the CPU."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def n_parameters(self) -> int:
        """How many numbers training adjusted; tied ones count once."""

    @property
    def vocab_size(self) -> int:
        """V, how many tokens it spreads its probabilities over."""

    @property
    def context_length(self) -> int:
        """How many tokens a text may have."""

    def tokens(self, text: str) -> list[Token]:
        """Text to the T tokens that a person sees, with character spans; no special token among them."""

    def decode(self, token_ids: Iterable[int]) -> str:
        """The first tokens of a text to legible text."""

    def text(self, token_id: int) -> str:
        """Any of the V tokens as legible text."""

    def logits(self, token_ids: Sequence[int]) -> Tensor:
        """T ids -> (T, V) in float32, in one causal pass; row t scores the token after x_t, having seen x_1 … x_t."""

    def batch_logits(self, texts: Sequence[Sequence[int]]) -> Sequence[Tensor]:
        """The same for several texts, T ids -> (T, V) each, in one pass over all of them."""


def load(settings: Settings) -> LanguageModel:
    """Open the model that the settings name, for prediction; CheckpointError, with the remedy, where that cannot be."""
    folder = settings.checkpoint
    if not folder.exists() and HUB_ID.fullmatch(settings.model):
        return hub.fetch(settings.model)
    return checkpoint.load(folder) if checkpoint.is_ours(folder) else hub.load(folder)
