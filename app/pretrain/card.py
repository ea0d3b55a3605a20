"""The model card: what the model read, for how long, and how good it became. For people and for programs.

card.json holds everything; README.md, loss.svg and reliability.svg are the same as text and pictures.
"""

import json
import platform
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import safetensors
import tokenizers
import torch

from app.charts import loss_chart, reliability_chart
from app.count import of_corpus
from app.pretrain.evaluate import Measured, Report
from app.pretrain.mixture import described
from app.pretrain.train import Run

Card = dict[str, Any]


def card_of(run: Run, name: str, manifest: list[dict[str, int | str]], measured: Measured) -> Card:
    """What a finished run has to say of itself."""
    return {
        "name": name,
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
        "earlier": run.progress.earlier,
        "curve": run.progress.curve,
        "corpus": [row | asdict(described(str(row["source"]))) for row in manifest],
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "tokenizers": tokenizers.__version__,
            "safetensors": safetensors.__version__,
        },
    }


def write_card(folder: Path, card: Card) -> None:
    """Write the card and its pictures into a checkpoint's folder."""
    (folder / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(_in_words(card), encoding="utf-8")
    if card["curve"]:
        (folder / "loss.svg").write_text(loss_chart(card["curve"]) + "\n", encoding="utf-8")
    if "evaluation" in card:
        bins = card["evaluation"]["calibration"]["bins"]
        (folder / "reliability.svg").write_text(reliability_chart(bins) + "\n", encoding="utf-8")


def add_evaluation(folder: Path, report: Report, manifest: Iterable[dict[str, int | str]] = ()) -> None:
    """Put what `evaluate` found into a checkpoint's card; ValueError where it has none.

    A card that was written before pretraining counted pieces gets their number from the shards' manifest, where these
    are of the same texts.
    """
    path = folder / "card.json"
    if not path.is_file():
        raise ValueError(f"{path} is missing: only a checkpoint that pretrain wrote has a card to add figures to")
    card = json.loads(path.read_text(encoding="utf-8"))
    counted = {(row["source"], row["sha256"], row["tokens"]): row["pieces"] for row in manifest}
    for row in card["corpus"]:
        if pieces := counted.get((row["source"], row["sha256"], row["tokens"])):
            row["pieces"] = pieces
    write_card(folder, card | {"evaluation": report.as_json()})


def _named(row: Card) -> str:
    """A source's name, and where a dataset stands."""
    return f"{row['source']} (`{row['address']}` at {row['revision'][:12]})" if "address" in row else row["source"]


def _in_words(card: Card) -> str:
    shape, training = card["shape"], card["training"]
    device = card["device"] if card["processes"] == 1 else f"{card['processes']} × {card['device']}"
    corpus = "\n".join(
        f"| {_named(row)} | {row['origin'] or '-'} | {row['licence'] or '-'} | {row['documents']:,} "
        f"| {row['repeated_documents']:,} | {row['tokens']:,} | {row['weight']:g} | `{row['sha256'][:16]}` |"
        for row in card["corpus"]
    )
    total = sum(row["tokens"] for row in card["corpus"])
    found = of_corpus(card)
    pairs = f" in {found.documents:,} pieces that fit the context: {found.pairs:,} training pairs" if found else ""
    versions = ", ".join(f"{name} {version}" for name, version in card["versions"].items())
    pictures = "\n![Loss over training](loss.svg)\n" if card["curve"] else ""
    earlier = "".join(
        f"\n| begun at | {ran['tokens_seen']:,} tokens, learnt from at {ran['training']['learning_rate']:g} falling "
        f"over the last {ran['training']['cooldown']:.0%}, {ran['training']['typed_share']:.0%} lower-cased |"
        for ran in card.get("earlier", [])
    )
    evaluation = _evaluation(card["evaluation"]) if "evaluation" in card else ""
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
| learning rate | {training["learning_rate"]:g}, falling to 0 over the last {training["cooldown"]:.0%} |
| optimizer | Muon for the layers' matrices, AdamW for the rest |
| lower-cased share | {training["typed_share"]:.0%} of the pieces |
| seed | {training["seed"]} |{earlier}
| versions | {versions} |

Validation documents are held out by the hash of their text, one in 200, and never trained on. Every piece of text that
the model learnt from begins where a document or a sentence begins, but for what is left of a sentence longer than the
context.
{pictures}{evaluation}
## What it read

{total:,} tokens of openly licensed English{pairs}.
A weight of 2 means that a source was read twice as often as its size. Documents that repeat an earlier one were left
out, as were those that repeat a held-out one.

| source | origin | licence | documents | left out | tokens | weight | SHA-256 |
|---|---|---|---:|---:|---:|---:|---|
{corpus}

## What it is not

It knows little, believes what storybooks and short encyclopedia sentences say, is English only, and reflects the
times and places its texts come from. Don't use it to answer questions or to write.
"""


def _evaluation(found: dict[str, Any]) -> str:
    """How good it is, by `python -m app evaluate`."""
    rows = "\n".join(
        f"| {row['source']} | {row['documents']:,} | {row['unigram']:.3f} | {row['five_gram']:.3f} "
        f"| {row['network']:.3f} | {row['network'] / row['five_gram']:.3f} |"
        for row in [*found["sources"], found["overall"]]
    )
    tops = ", ".join(f"{share:.0%} in the {top}" for top, share in found["cloze"].items())
    cloze = f"\nOf a set of sentences to be ended, an acceptable word's first token is {tops}.\n" if tops else ""
    typed = ", ".join(f"{bits:.3f} {way}" for way, bits in found["as_typed"].items())
    counting, same = found["baselines"], found["lower_case"]
    return f"""
## How good it is

Bits per byte on documents that it never read, beside two baselines that count the same training documents: a unigram
model and an interpolated modified Kneser-Ney 5-gram ({counting["five_grams"]:,} 5-grams). Less is better.

| source | documents | unigram | 5-gram | network | network / 5-gram |
|---|---:|---:|---:|---:|---:|
{rows}
{cloze}
The sentences of the bank, in bits per byte: {typed}. After {same["contexts"]:,} beginnings of them, its expectations in
lower case overlap with those as written by {same["overlap"]:.1%}, and its first choice is the same in
{same["same_first"]:.1%}.

Expected calibration error over all held-out tokens: {found["calibration"]["error"]:.4f}.

![Reliability diagram](reliability.svg)
"""
