"""The network: a decoder-only transformer in one file.

Pre-norm blocks of causal self-attention and a gated feed-forward layer, rotary positions,
and one matrix that both embeds tokens and scores them (tied embeddings). The architecture and the
parameter names are those of Llama as `transformers` defines it, so that the shipped checkpoint
opens there unchanged; the arithmetic is ours, and a test holds the two against each other.

Shapes in the comments: B texts, T tokens, C = n_embd channels, H = n_head heads of D = C / H
channels, F = n_hidden, V = vocab_size.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class GPTConfig:
    """The numbers that fix a network's shape; the defaults are the shipped model's."""

    vocab_size: int = 8192
    context_length: int = 128
    n_layer: int = 6
    n_head: int = 4
    n_embd: int = 256
    n_hidden: int = 688
    rope_theta: float = 10_000.0
    norm_eps: float = 1e-5

    def __post_init__(self) -> None:
        if self.n_embd % (2 * self.n_head):
            raise ValueError(
                f"n_embd = {self.n_embd} does not divide into n_head = {self.n_head} heads of an even size "
                f"(rotary positions turn channels in pairs); choose a multiple of {2 * self.n_head}"
            )

    @property
    def head_size(self) -> int:
        """D, the channels of one attention head."""
        return self.n_embd // self.n_head


class RMSNorm(nn.Module):
    """x / rms(x) · weight, per token (Zhang and Sennrich 2019, eq. 4)."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(config.n_embd))
        self.eps = config.norm_eps

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) -> (B, T, C)"""
        return functional.rms_norm(x, self.weight.shape, self.weight, self.eps)


def rotary_angles(config: GPTConfig) -> tuple[Tensor, Tensor]:
    """Cosines and sines, each (context_length, D), that turn position t's channel pair i by t · θ^(−2i/D).

    Source: Su et al. 2021, eq. 15; the halves of a head are paired (i, i + D/2) as in Llama. The first half's sines
    come negated, as its formula, first · cos − second · sin, needs them.
    """
    frequencies = config.rope_theta ** (-torch.arange(0, config.head_size, 2).float() / config.head_size)  # (D/2,)
    angles = torch.outer(torch.arange(config.context_length).float(), frequencies)  # (T, D/2)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat((cos, cos), dim=-1), torch.cat((-sin, sin), dim=-1)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn queries or keys by their positions: (B, H, T, D), (T, D), (T, D) -> (B, H, T, D)."""
    return x * cos + x.roll(x.shape[-1] // 2, dims=-1) * sin  # rolled, each channel meets its pair's other half


class Attention(nn.Module):
    """Causal self-attention: every position looks at itself and at what came before, never ahead."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.n_head = config.n_head
        self.q_proj = nn.Linear(config.n_embd, config.n_embd, bias=False)
        self.k_proj = nn.Linear(config.n_embd, config.n_embd, bias=False)
        self.v_proj = nn.Linear(config.n_embd, config.n_embd, bias=False)
        self.o_proj = nn.Linear(config.n_embd, config.n_embd, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        """(B, T, C) -> (B, T, C)"""
        q, k, v = (
            project(x).unflatten(-1, (self.n_head, -1)).transpose(1, 2)  # (B, H, T, D)
            for project in (self.q_proj, self.k_proj, self.v_proj)
        )
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        # The mask blanks out every later position: row t of the result depends on x_1 … x_t alone.
        scores = torch.add(mask, q @ k.transpose(-2, -1), alpha=q.shape[-1] ** -0.5)  # (B, H, T, T)
        mixed = scores.softmax(dim=-1).to(v.dtype) @ v  # (B, H, T, D)
        out: Tensor = self.o_proj(mixed.transpose(1, 2).flatten(-2))
        return out


class FeedForward(nn.Module):
    """A gated feed-forward layer, down(silu(gate(x)) · up(x)) (Shazeer 2020, SwiGLU)."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.n_embd, config.n_hidden, bias=False)
        self.up_proj = nn.Linear(config.n_embd, config.n_hidden, bias=False)
        self.down_proj = nn.Linear(config.n_hidden, config.n_embd, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) -> (B, T, C), through (B, T, F)"""
        out: Tensor = self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))
        return out


class Block(nn.Module):
    """One layer: attention, then feed-forward, each on a normed copy and added back to the stream."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.input_layernorm = RMSNorm(config)
        self.self_attn = Attention(config)
        self.post_attention_layernorm = RMSNorm(config)
        self.mlp = FeedForward(config)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        """(B, T, C) -> (B, T, C)"""
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask)
        x = x + self.mlp(self.post_attention_layernorm(x))
        return x


class Decoder(nn.Module):
    """Token ids to hidden states: everything before the vocabulary is scored."""

    cos: Tensor
    sin: Tensor

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.n_embd)
        self.layers = nn.ModuleList(Block(config) for _ in range(config.n_layer))
        self.norm = RMSNorm(config)
        cos, sin = rotary_angles(config)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def forward(self, token_ids: Tensor, pieces: Tensor | None = None) -> Tensor:
        """(B, T) -> (B, T, C); with pieces (B, T), a position sees only earlier ones of its own piece."""
        length = token_ids.shape[-1]
        if length > len(self.cos):
            raise ValueError(f"{length} tokens exceed the context length of {len(self.cos)}; shorten the text")
        x = self.embed_tokens(token_ids)
        cos, sin = self.cos[:length].to(x.dtype), self.sin[:length].to(x.dtype)
        visible = torch.ones(length, length, dtype=torch.bool, device=x.device).tril()  # (T, T), the causal mask
        if pieces is not None:
            visible = visible & (pieces[:, None, :, None] == pieces[:, None, None, :])  # (B, 1, T, T)
        mask = torch.zeros_like(visible, dtype=x.dtype).masked_fill(~visible, -torch.inf)  # added to the scores
        for layer in self.layers:
            x = layer(x, cos, sin, mask)
        out: Tensor = self.norm(x)
        return out


class GPT(nn.Module):
    """The language model: for every position, a score for each token that could come next."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        self.model = Decoder(config)  # named so, because the checkpoint's keys begin with "model."
        self.initialize()

    def initialize(self) -> None:
        """Draw fresh weights: N(0, 0.02²), smaller where a layer writes into the residual stream.

        Each of the 2 · n_layer writes adds variance to the stream; dividing their deviation by √(2 · n_layer)
        keeps the sum at unit scale (Radford et al. 2019, section 2.3).
        """
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                into_stream = name.endswith(("o_proj.weight", "down_proj.weight"))
                deviation = 0.02 / (2 * self.config.n_layer) ** 0.5 if into_stream else 0.02
                nn.init.normal_(parameter, std=deviation)

    @property
    def n_parameters(self) -> int:
        """How many numbers training adjusts; the tied embedding counts once."""
        return sum(parameter.numel() for parameter in self.parameters())

    def hidden(self, token_ids: Tensor, pieces: Tensor | None = None) -> Tensor:
        """(B, T) -> (B, T, C): the states that `score` turns into logits.

        Training scores them in chunks, and packs several pieces of text into a row, each blind to the others:
        pieces (B, T) tells which position belongs to which.
        """
        out: Tensor = self.model(token_ids, pieces)
        return out

    def score(self, hidden: Tensor) -> Tensor:
        """(…, C) -> (…, V): logits by the transposed embedding matrix, since the two are tied."""
        return functional.linear(hidden, self.model.embed_tokens.weight)

    def forward(self, token_ids: Tensor) -> Tensor:
        """(B, T) -> logits (B, T, V); row t scores the token after x_t, having seen x_1 … x_t alone."""
        return self.score(self.hidden(token_ids))
