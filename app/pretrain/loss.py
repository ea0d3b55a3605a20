"""The training loss, computed a chunk of positions at a time.

For V = 8,192 the logits are by far the largest thing a training step would hold. Scoring a few hundred positions
at a time, and taking the gradient while a chunk's logits are still in the cache, keeps memory flat in the
number of positions and saves most of the time that the plain cross-entropy spends on moving them about.
"""

from functools import cache
from typing import Any

import torch
from torch import Tensor

CHUNK = 512  # positions; 512 × 8,192 logits in bfloat16 are 8 MB, within one core's share of the cache
IGNORED = -1  # the label of a slot that holds no pair


def _softmax_gradient(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """(N, V), (N,) -> summed loss in nats, and softmax − onehot, which is its gradient by the logits (N, V)."""
    wide = logits.float()
    log_normalizer = wide.logsumexp(dim=-1, keepdim=True)  # (N, 1)
    counted = (labels != IGNORED)[:, None]  # (N, 1)
    onehot = torch.arange(logits.shape[-1], device=logits.device) == labels[:, None]  # (N, V), never stored
    loss = torch.where(counted, log_normalizer - wide.gather(-1, labels.clamp(min=0)[:, None]), 0).sum()
    gradient = torch.where(counted, (wide - log_normalizer).exp() - onehot.float(), 0)
    return loss, gradient.to(logits.dtype)


@cache
def _kernel(compiled: bool) -> Any:
    return torch.compile(_softmax_gradient, dynamic=False) if compiled else _softmax_gradient


class _LinearCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: Tensor, embedding: Tensor, labels: Tensor, compiled: bool) -> Tensor:
        softmax_gradient = _kernel(compiled)
        weight = embedding.to(hidden.dtype)
        total = torch.zeros((), device=hidden.device)
        d_hidden = torch.empty_like(hidden)
        d_weight = torch.zeros_like(embedding, dtype=torch.float32)
        for start in range(0, len(labels), CHUNK):
            part = slice(start, start + CHUNK)
            loss, d_logits = softmax_gradient(hidden[part] @ weight.T, labels[part])
            total += loss
            d_hidden[part] = d_logits @ weight
            d_weight += d_logits.T @ hidden[part]
        ctx.save_for_backward(d_hidden, d_weight)
        return total

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, Tensor, None, None]:
        d_hidden, d_weight = ctx.saved_tensors
        return d_hidden * upstream[0].to(d_hidden.dtype), d_weight * upstream[0], None, None


def linear_cross_entropy(hidden: Tensor, embedding: Tensor, labels: Tensor, compiled: bool = False) -> Tensor:
    """Sum over positions of −ln p(label) in nats, where p = softmax(hidden · embeddingᵀ).

    hidden (N, C), embedding (V, C), labels (N,), `IGNORED` where there is none -> scalar; gradients flow to hidden
    and embedding. With `compiled`, torch.compile fuses the elementwise part (which needs a C++ compiler on a CPU).
    """
    loss: Tensor = _LinearCrossEntropy.apply(hidden, embedding, labels, compiled)  # type: ignore[no-untyped-call]
    return loss
