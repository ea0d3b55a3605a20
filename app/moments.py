"""The shipped model at moments of its training, from random weights to the last step.

What has been learnt is best seen beside what was not yet: the same sentence, read by the same network earlier on.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from app import snapshots
from app.checkpoint import Checkpoint, CheckpointError
from app.merged import Merged
from app.model import GPT
from app.predict import Analysis, Predictor

KEPT = 8  # networks in memory, at 4 bytes a parameter each


class Moments:
    """A checkpoint's snapshots, its beginning before them and itself as their end."""

    def __init__(self, final: Predictor, checkpoint: Checkpoint, folder: Path, seed: int, tokens_seen: int) -> None:
        """`folder` holds the snapshots; the beginning is drawn again from the seed of the run."""
        self._final, self._checkpoint, self._seed = final, checkpoint, seed
        files = snapshots.moments(folder)
        self._files = {seen: path for seen, path in files.items() if 0 < seen < tokens_seen}
        self.tokens_seen: Sequence[int] = (0, *self._files, tokens_seen)
        self._kept = lru_cache(KEPT)(self._load)

    @classmethod
    def of(cls, final: Predictor, folder: Path, card: dict[str, Any]) -> "Moments | None":
        """Those of a checkpoint's folder; None where none were kept. CheckpointError where one is damaged."""
        model = final.model
        if not isinstance(model, Checkpoint) or not snapshots.moments(folder / "snapshots"):
            return None
        for path in snapshots.moments(folder / "snapshots").values():
            try:
                snapshots.check(path)  # now, and not before a class
            except ValueError as error:
                raise CheckpointError(str(error)) from error
        return cls(final, model, folder / "snapshots", card["training"]["seed"], card["tokens_seen"])

    def predictor(self, tokens_seen: int) -> Predictor:
        """The model after so many tokens, one of `self.tokens_seen`; KeyError for any other number."""
        return self._final if tokens_seen == self.tokens_seen[-1] else self._kept(tokens_seen)

    def analyses(self, sentence: str) -> dict[int, Analysis]:
        """A sentence as the model saw it at each moment, by tokens seen, in order."""
        return {seen: self.predictor(seen).analyze(sentence) for seen in self.tokens_seen}

    def _load(self, tokens_seen: int) -> Predictor:
        config = self._checkpoint.model.config
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self._seed)
            network = GPT(config)  # as the run drew it
        if tokens_seen:
            shapes = {name: weights.shape for name, weights in network.state_dict().items()}
            try:
                network.load_state_dict(snapshots.load(self._files[tokens_seen], shapes))
            except ValueError as error:
                raise CheckpointError(str(error)) from error
        network = network.eval().requires_grad_(requires_grad=False)
        return Predictor(Checkpoint(self._checkpoint.name, network, self._checkpoint.tokenizer, Merged(network)))
