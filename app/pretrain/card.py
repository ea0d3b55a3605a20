"""The model card: what the model read, for how long, and how good it became. For people and for programs."""

import json
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

import safetensors
import tokenizers
import torch

from app.pretrain.corpus import WEIGHTS
from app.pretrain.evaluate import Measured
from app.pretrain.train import Run


def write_card(out: Path, run: Run, manifest: list[dict[str, int | str]], measured: Measured) -> None:
    """Write card.json, all of it, and README.md, the same in words."""
    card: dict[str, Any] = {
        "name": out.name,
        "parameters": run.model.n_parameters,
        "shape": asdict(run.model.config),
        "tokens_seen": run.progress.tokens,
        "steps": run.progress.step,
        "training_minutes": round(run.progress.seconds / 60, 1),
        "device": run.world.device.type,
        "processes": run.world.size,
        "threads": torch.get_num_threads(),
        "validation": asdict(measured),
        "training": {name: value for name, value in asdict(run.config).items() if value != float("inf")},
        "curve": run.progress.curve,
        "corpus": [row | {"weight": WEIGHTS.get(str(row["source"]), 1.0)} for row in manifest],
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "tokenizers": tokenizers.__version__,
            "safetensors": safetensors.__version__,
        },
    }
    (out / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    (out / "README.md").write_text(_in_words(card), encoding="utf-8")


def _named(row: dict[str, Any]) -> str:
    """A source's name, and where a dataset stands."""
    return f"{row['source']} (`{row['address']}` at {row['revision'][:12]})" if "address" in row else row["source"]


def _in_words(card: dict[str, Any]) -> str:
    shape, training = card["shape"], card["training"]
    device = card["device"] if card["processes"] == 1 else f"{card['processes']} × {card['device']}"
    corpus = "\n".join(
        f"| {_named(row)} | {row['documents']:,} | {row['repeated_documents']:,} | {row['tokens']:,} "
        f"| {row['weight']:g} | `{row['sha256'][:16]}` |"
        for row in card["corpus"]
    )
    total = sum(row["tokens"] for row in card["corpus"])
    versions = ", ".join(f"{name} {version}" for name, version in card["versions"].items())
    return f"""---
language: en
license: cc-by-sa-4.0
library_name: transformers
pipeline_tag: text-generation
---

# {card["name"]}

A language model of {card["parameters"]:,} parameters that Free Labels pretrains and shows: small enough to answer in
milliseconds on a laptop, and good enough that its expectations are worth watching. It is for teaching, not for use.

## What it is

A decoder-only transformer of the Llama architecture: {shape["n_layer"]} layers, {shape["n_head"]} heads,
{shape["n_embd"]} channels, tied embeddings, a byte-level BPE vocabulary of {shape["vocab_size"]:,} tokens, a context of
{shape["context_length"]} tokens. There are no special tokens. The weights are stored in 16 bits.

## How it was trained

| | |
|---|---|
| tokens seen | {card["tokens_seen"]:,} |
| steps | {card["steps"]:,} |
| training time | {card["training_minutes"]} minutes on {device}, {card["threads"]} thread(s) |
| validation loss | {card["validation"]["loss"]:.4f} nats per token |
| validation, bits per byte | {card["validation"]["bits_per_byte"]:.4f} |
| learning rate | {training["learning_rate"]:g} at its peak, falling to 0 |
| optimizer | Muon for the layers' matrices, AdamW for the rest |
| lower-cased share | {training["typed_share"]:.0%} of the pieces |
| seed | {training["seed"]} |
| versions | {versions} |

Validation documents are held out by the hash of their text, one in 200, and never trained on. Every piece of text that
the model learnt from begins where a document or a sentence begins, but for what is left of a sentence longer than the
context.

## What it read

{total:,} tokens of openly licensed English. A weight of 2 means that a source was read twice as often as its size.
Documents that repeat an earlier one were left out.

| source | documents | left out | tokens | weight | SHA-256 |
|---|---:|---:|---:|---:|---|
{corpus}

## What it is not

It knows little, believes what storybooks and short encyclopedia sentences say, is English only, and reflects the
times and places its texts come from. Don't use it to answer questions or to write.
"""
