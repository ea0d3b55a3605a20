"""How good a model is on documents it never learnt from."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from app.model import GPT
from app.pretrain.shards import Pieces
from app.tokenizer import Tokenizer


@dataclass(frozen=True)
class Measured:
    """Validation loss over the predicted tokens, in nats per token and in bits per byte of their text."""

    loss: float
    bits_per_byte: float


def validation_loss(model: GPT, shards: Path, tokenizer: Tokenizer, most: int | None = None) -> Measured:
    """The mean over all pairs of the validation pieces, or over `most` of them spread evenly over the sources.

    Bits per byte = nats / ln 2, summed, over the bytes of the labels' text: it does not depend on the vocabulary.
    """
    stems = sorted(path.with_suffix("") for path in shards.glob("*.validation.written.idx"))
    pieces = [piece for stem in stems for piece in _all(Pieces.open(stem)) if len(piece) > 1]
    chosen = pieces[:: max(1, len(pieces) // most) if most else 1]
    sizes = np.array([tokenizer.n_bytes(token_id) for token_id in range(tokenizer.vocab_size)])
    device = next(model.parameters()).device
    nats, pairs, size = 0.0, 0, 0
    # Pieces of equal length share a pass, so that none needs padding.
    chosen.sort(key=len)
    start = 0
    while start < len(chosen):
        length = len(chosen[start])
        end = start
        while end < len(chosen) and len(chosen[end]) == length and end - start < 64:
            end += 1
        ids = torch.from_numpy(np.stack(chosen[start:end]).astype(np.int64)).to(device)
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16):
            logits = model(ids[:, :-1]).float()
        nats += torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="sum").item()
        pairs += ids[:, 1:].numel()
        size += int(sizes[ids[:, 1:].cpu().numpy()].sum())
        start = end
    return Measured(nats / pairs, nats / math.log(2) / size)


def _all(pieces: Pieces) -> list[np.ndarray[tuple[int], np.dtype[np.uint16]]]:
    return [pieces[i] for i in range(len(pieces))]
