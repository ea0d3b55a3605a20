"""A checkpoint is a folder: weights, the network's shape, the tokenizer and the model card.

It is a standard Hugging Face checkpoint of the Llama architecture, so that other tools open it:

    model.safetensors       the weights, named as in `app.model`, in 16 bits
    config.json             the shape, under the names that `transformers` gives it
    tokenizer.json          the vocabulary and its merges
    tokenizer_config.json   how `transformers` opens the tokenizer
    README.md, card.json    the model card, for people and for programs
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from app.merged import Merged
from app.model import GPT, GPTConfig
from app.tokenizer import Token, Tokenizer

REMEDY = "restore it from the repository or the package, or name another folder in FREELABELS_MODEL"

# Our names for the numbers that fix the shape, and Llama's.
CONFIG_NAMES = {
    "vocab_size": "vocab_size",
    "context_length": "max_position_embeddings",
    "n_layer": "num_hidden_layers",
    "n_head": "num_attention_heads",
    "n_embd": "hidden_size",
    "n_hidden": "intermediate_size",
    "norm_eps": "rms_norm_eps",
}

# What the config.json of every checkpoint of ours says, whatever its shape.
CONSTANTS = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_act": "silu",
    "tie_word_embeddings": True,
    "bos_token_id": None,
    "eos_token_id": None,
    "dtype": "float16",
}

ARCHITECTURE = ("llama", "silu", "default")  # model_type, hidden_act, rope_type: what app.model computes


class CheckpointError(Exception):
    """A checkpoint is missing, damaged or at odds with itself; the message names the file and the remedy."""


@dataclass(frozen=True)
class Checkpoint:
    """A model, its tokenizer and its name, ready to predict: an `app.language_model.LanguageModel`."""

    name: str
    model: GPT
    tokenizer: Tokenizer
    merged: Merged | None = None  # the model again, laid out for quick passes

    @property
    def n_parameters(self) -> int:
        """How many numbers training adjusted."""
        return self.model.n_parameters

    @property
    def vocab_size(self) -> int:
        """V, the number of different tokens."""
        return self.model.config.vocab_size

    @property
    def context_length(self) -> int:
        """How many tokens a text may have."""
        return self.model.config.context_length

    def tokens(self, text: str) -> list[Token]:
        """Text to tokens with character spans."""
        return self.tokenizer.tokens(text)

    def decode(self, token_ids: Iterable[int]) -> str:
        """Token ids to legible text."""
        return self.tokenizer.decode(token_ids)

    def text(self, token_id: int) -> str:
        """One token as legible text."""
        return self.tokenizer.text(token_id)

    def logits(self, token_ids: Sequence[int]) -> Tensor:
        """T ids -> (T, V) in one causal pass."""
        return self.batch_logits([token_ids])[0]

    def batch_logits(self, texts: Sequence[Sequence[int]]) -> Sequence[Tensor]:
        """Several texts, T ids -> (T, V) each, in one causal pass."""
        logits: Tensor = (self.merged or self.model)(padded(texts))
        return [rows[: len(token_ids)] for rows, token_ids in zip(logits, texts, strict=True)]


def padded(texts: Sequence[Sequence[int]]) -> Tensor:
    """Texts of token ids -> (B, T), filled up behind with what no row of theirs sees, since it comes after."""
    longest = max(map(len, texts))
    return torch.tensor([[*token_ids, *[0] * (longest - len(token_ids))] for token_ids in texts])


def save(folder: Path, model: GPT, tokenizer: Tokenizer) -> None:
    """Write weights, shape and tokenizer; the model card is `app.pretrain.card`'s to write."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.to(torch.float16).contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)  # safetensors keeps files to their owner; a server may be another user
    _write_json(folder / "config.json", _as_json(model.config))
    tokenizer.save(folder / "tokenizer.json")
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": model.config.context_length,
            "clean_up_tokenization_spaces": False,
        },
    )


def is_ours(folder: Path) -> bool:
    """Whether a folder is for `load` to open: its config.json is like one that `save` writes, or cannot be read at all.

    Others call themselves Llama too, but have a BOS token, fewer key heads than heads or whatever else their further
    keys say, which `app.model` does not compute.
    """
    try:
        stored = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return True  # what is wrong with it, `load` says
    return not isinstance(stored, dict) or (
        stored.keys() <= _as_json(GPTConfig()).keys()
        and all(stored.get(key) == value for key, value in CONSTANTS.items())
    )


def load(folder: Path) -> Checkpoint:
    """Read a checkpoint for prediction, in 32 bits on the CPU; CheckpointError where it cannot be used."""
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        if not (folder / name).is_file():
            raise CheckpointError(f"{folder / name} is missing: {REMEDY}")
    config = _read_config(folder / "config.json")
    try:
        tokenizer = Tokenizer.load(folder / "tokenizer.json")
    except Exception as error:  # the tokenizers library raises bare Exception
        raise CheckpointError(f"{folder / 'tokenizer.json'} is damaged ({error}): {REMEDY}") from error
    if tokenizer.vocab_size != config.vocab_size:
        raise CheckpointError(
            f"{folder / 'tokenizer.json'} has {tokenizer.vocab_size} entries, but {folder / 'config.json'} "
            f"says vocab_size = {config.vocab_size}; they belong to different models: {REMEDY}"
        )
    try:
        model = GPT(config)
    except RuntimeError as error:  # of torch, which has not so much memory to give
        raise CheckpointError(f"{folder / 'config.json'} asks for more memory than there is: {REMEDY}") from error
    try:
        stored = load_file(folder / "model.safetensors")
        if whole := [name for name, tensor in stored.items() if not tensor.is_floating_point()]:
            raise RuntimeError(f"{whole[0]} holds whole numbers")
        weights = {name: tensor.float() for name, tensor in stored.items()}
        if broken := [name for name, tensor in weights.items() if not tensor.sum().isfinite()]:
            raise RuntimeError(f"{broken[0]} holds what is no number")
        model.load_state_dict(weights, assign=True)
    except (OSError, SafetensorError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:300]
        raise CheckpointError(f"{folder / 'model.safetensors'} is damaged ({reason}): {REMEDY}") from error
    model.eval().requires_grad_(requires_grad=False)
    return Checkpoint(folder.absolute().name, model, tokenizer, Merged(model))


def _as_json(config: GPTConfig) -> dict[str, Any]:
    """A shape as config.json holds it."""
    return {
        **CONSTANTS,
        **{theirs: getattr(config, ours) for ours, theirs in CONFIG_NAMES.items()},
        "num_key_value_heads": config.n_head,
        "rope_parameters": {"rope_type": "default", "rope_theta": config.rope_theta},
    }


def _read_config(path: Path) -> GPTConfig:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if (stored["model_type"], stored["hidden_act"], stored["rope_parameters"]["rope_type"]) != ARCHITECTURE:
            raise ValueError(f"not an architecture of {', '.join(ARCHITECTURE)}")
        shape = {ours: stored[theirs] for ours, theirs in CONFIG_NAMES.items()}
        shape["rope_theta"] = stored["rope_parameters"]["rope_theta"]
        for ours, value in shape.items():
            kind = type(getattr(GPTConfig, ours))  # its default's: int, or float, which may be written without a point
            if type(value) not in (int, kind) or not 0 < value < math.inf:
                raise ValueError(f"{CONFIG_NAMES.get(ours, ours)} = {value!r}")
        return GPTConfig(**shape)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path} is damaged ({type(error).__name__}: {error}): {REMEDY}") from error


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
