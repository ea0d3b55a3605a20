"""The network of `app.model`, laid out for passes over a sentence.

Few rows at a time, a pass is mostly reading weights and starting operations. So the matrices that read the same input
are merged into one, and each lies in memory as its product reads it: a fifth of the time less. The arithmetic is the
same, and so is the result up to rounding; `app.model` is the one to read, and the one that learns.
"""

import torch
from torch import Tensor
from torch.nn import functional

from app.model import GPT, Block, rotate


class MergedBlock:
    """A layer's weights, each matrix as (in, out): queries, keys and values in one, gate and up in one."""

    def __init__(self, layer: Block) -> None:
        attention, mlp = layer.self_attn, layer.mlp
        self.qkv = _merge(attention.q_proj, attention.k_proj, attention.v_proj)  # (C, 3C)
        self.o = _merge(attention.o_proj)  # (C, C)
        self.gate_up = _merge(mlp.gate_proj, mlp.up_proj)  # (C, 2F)
        self.down = _merge(mlp.down_proj)  # (F, C)
        self.input_norm, self.post_attention_norm = layer.input_layernorm, layer.post_attention_layernorm


class Merged:
    """A network for prediction alone. It shares its weights with the one it was made of, which goes on working."""

    def __init__(self, model: GPT) -> None:
        self.config, self.decoder = model.config, model.model
        self.layers = [MergedBlock(layer) for layer in model.model.layers if isinstance(layer, Block)]
        self.head = _transpose(model.model.embed_tokens)  # (C, V)

    @torch.inference_mode()
    def __call__(self, token_ids: Tensor) -> Tensor:
        """(B, T) -> logits (B, T, V), as `app.model.GPT` gives them."""
        (B, T), H, D = token_ids.shape, self.config.n_head, self.config.head_size
        x = self.decoder.embed_tokens(token_ids.flatten())  # (B · T, C)
        cos, sin = self.decoder.cos[:T, None], self.decoder.sin[:T, None]
        for layer in self.layers:
            qkv = (layer.input_norm(x) @ layer.qkv).view(B, T, 3 * H, D)
            q, k = rotate(qkv[:, :, : 2 * H], cos, sin).transpose(1, 2).chunk(2, dim=1)  # (B, H, T, D) each
            v = qkv[:, :, 2 * H :].transpose(1, 2)
            mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = torch.addmm(x, mixed.transpose(1, 2).reshape(B * T, H * D), layer.o)
            gate, up = (layer.post_attention_norm(x) @ layer.gate_up).chunk(2, dim=1)
            x = torch.addmm(x, functional.silu(gate) * up, layer.down)
        logits: Tensor = self.decoder.norm(x) @ self.head
        return logits.view(B, T, -1)


def _merge(*parts: torch.nn.Linear) -> Tensor:
    """Linear layers of (out, in) each -> one matrix (in, all outs), which they become views of."""
    merged = torch.cat([part.weight.detach() for part in parts]).t().contiguous()
    start = 0
    for part in parts:
        end = start + part.out_features
        part.weight.data = merged[:, start:end].t()
        start = end
    return merged


def _transpose(embedding: torch.nn.Embedding) -> Tensor:
    """(V, C) -> (C, V), with the embedding a view of it."""
    transposed = embedding.weight.detach().t().contiguous()
    embedding.weight.data = transposed.t()
    return transposed
