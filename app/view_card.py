"""What the model's page shows: the card's figures as words and charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from app.charts import loss_chart, reliability_chart
from app.formatting import counted
from app.language_model import LanguageModel
from app.view_examples import Analyze, ExamplesView, bias, knowledge

CHECKPOINT = "app/checkpoints/tiny"  # where pretrain leaves it
DEVICES = {"cpu": "CPU", "cuda": "GPU"}


@dataclass(frozen=True)
class ModelView:
    """The model in a line."""

    name: Annotated[str, "what people call it"]
    described: Annotated[str, "what it is, its numbers, and whose it is"]


@dataclass(frozen=True)
class FactView:
    """One line of a list of facts."""

    name: Annotated[str, "what it is about"]
    text: Annotated[str, "what is said of it"]


@dataclass(frozen=True)
class SourceScoreView:
    """Bits per byte on one source's held-out documents."""

    source: Annotated[str, "the source's name, or all"]
    heldout: Annotated[str, "how many documents"]
    unigram: Annotated[str, "the unigram model's"]
    five_gram: Annotated[str, "the 5-gram model's"]
    network: Annotated[str, "the network's"]
    ratio: Annotated[str, "the network's as a share of the 5-gram's"]
    is_total: Annotated[bool, "whether it is all of them together"]


@dataclass(frozen=True)
class CorpusView:
    """One source of the corpus."""

    source: Annotated[str, "its name"]
    origin: Annotated[str, "where it comes from"]
    licence: Annotated[str, "under which licence"]
    documents: Annotated[str, "how many were read"]
    left_out: Annotated[str, "how many were left out, since they repeat others"]
    size: Annotated[str, "how many tokens"]
    weight: Annotated[str, "how often it was read in a round"]
    checksum: Annotated[str, "the beginning of its SHA-256"]


@dataclass(frozen=True)
class CardView:
    """The model's page."""

    intro: Annotated[str, "what the page tells, behind the model's name"]
    facts: Annotated[tuple[FactView, ...], "what it is"]
    training: Annotated[tuple[FactView, ...], "how it was trained; empty where nothing is known of that"]
    curve: Annotated[str, "the loss over training, SVG; empty where it is not known"]
    command: Annotated[str, "the shell's lines that train it again; empty where nothing is known of that"]
    scores: Annotated[tuple[SourceScoreView, ...], "bits per byte by source; empty where it was not evaluated"]
    counting: Annotated[str, "what the counting models counted"]
    cloze: Annotated[tuple[FactView, ...], "how often it ends a sentence acceptably"]
    typed: Annotated[tuple[FactView, ...], "bits per byte of the bank in several ways of typing"]
    calibration_error: Annotated[str, "expected calibration error"]
    reliability: Annotated[str, "the reliability diagram, SVG; empty where it was not evaluated"]
    read: Annotated[str, "how much it read, in words"]
    corpus: Annotated[tuple[CorpusView, ...], "what it read"]
    knowledge: Annotated[tuple[ExamplesView, ...], "what it knows, or not, by kind"]
    bias: Annotated[ExamplesView, "what its texts take for granted"]


def model_view(model: LanguageModel, is_ours: bool) -> ModelView:
    """A model in a line; ours are those that have a card."""
    numbers = f"a language model of {model.n_parameters:,} parameters and {model.vocab_size:,} tokens"
    return ModelView(model.name, numbers + (" that this project pretrained" if is_ours else ""))


def card_view(card: dict[str, Any], model: LanguageModel, analyze: Analyze) -> CardView:
    """The page of a model with a card as `app.pretrain.card` writes it, or {}."""
    found = card.get("evaluation") or {}
    calibration, corpus = found.get("calibration"), card.get("corpus", ())
    return CardView(
        intro=_intro(is_ours=bool(card), is_evaluated=bool(found)),
        facts=(
            FactView("parameters", f"{model.n_parameters:,}"),
            FactView("tokens in its vocabulary", f"{model.vocab_size:,}"),
            FactView("tokens that a text may have", f"{model.context_length:,}"),
        ),
        training=_training(card) if card else (),
        curve=loss_chart(card["curve"]) if card.get("curve") else "",
        command=_command(card) if card else "",
        scores=_scores(found) if found else (),
        counting=_counting(found["baselines"]) if found else "",
        cloze=tuple(FactView(f"in the {top}", f"{share:.0%}") for top, share in found.get("cloze", {}).items()),
        typed=tuple(FactView(way, f"{bits:.3f}") for way, bits in found.get("as_typed", {}).items()),
        calibration_error=f"{calibration['error']:.4f}" if calibration else "",
        reliability=reliability_chart(calibration["bins"]) if calibration else "",
        read=_read(corpus),
        corpus=tuple(_source(row) for row in corpus),
        knowledge=knowledge(analyze),
        bias=bias(analyze),
    )


def _intro(is_ours: bool, is_evaluated: bool) -> str:
    """What the page has: no more than the card holds."""
    told = ["what it is"]
    told += ["what it read"] if is_ours else []
    told += ["how good it is"] if is_evaluated else []
    told += ["what it is not"] if is_ours else ["what it expects"]
    return f"{', '.join(told[:-1])} and {told[-1]}"


def _read(corpus: Sequence[dict[str, Any]]) -> str:
    n_tokens, n_sources = (sum(row["tokens"] for row in corpus), len(corpus))
    return f"{counted(n_tokens, 'token')} of text from {counted(n_sources, 'source')}"


def _source(row: dict[str, Any]) -> CorpusView:
    at = f"{row['address']} at {row['revision'][:12]}" if "address" in row else ""
    return CorpusView(
        source=row["source"],
        origin=", ".join(filter(None, [row["origin"], at])) or "not known",
        licence=row["licence"] or "not known",
        documents=f"{row['documents']:,}",
        left_out=f"{row['repeated_documents']:,}",
        size=f"{row['tokens']:,}",
        weight=f"{row['weight']:g}",
        checksum=row["sha256"][:12],
    )


def _training(card: dict[str, Any]) -> tuple[FactView, ...]:
    training, validation = card["training"], card["validation"]
    n_processes, device = card.get("processes", 1), DEVICES.get(card["device"], card["device"])
    by = f"{n_processes} × {device}" if n_processes > 1 else f"a {device}"
    return (
        FactView("learnt from", f"{card['tokens_seen']:,} labels in {card['steps']:,} steps, none of them by hand"),
        FactView("for", f"{card['training_minutes']:,} minutes on {by}, {counted(card['threads'], 'thread')}"),
        FactView(
            "validation loss",
            f"{validation['loss']:.3f} nats per token, {validation['bits_per_byte']:.3f} bits per byte",
        ),
        FactView(
            "optimizer",
            f"Muon and AdamW at {training['learning_rate']:g}, falling over the last {training['cooldown']:.0%}",
        ),
        FactView(
            "as people type", f"{training['typed_share']:.0%} of the pieces in lower case, without a final full stop"
        ),
        FactView("versions", ", ".join(f"{name} {version}" for name, version in card["versions"].items())),
    )


def _command(card: dict[str, Any]) -> str:
    """How to train it again: each of its runs, by budget, seed and settings, the later ones from where one ended."""
    settings = (
        ("tokens", "d"),
        ("minutes", "g"),
        ("learning_rate", "g"),
        ("cooldown", "g"),
        ("typed_share", "g"),
        ("seed", "d"),
    )
    runs = [run["training"] for run in (*card.get("earlier", ()), card)]
    lines = []
    for number, run in enumerate(runs, 1):
        lines.append("python -m app pretrain --corpus path/to/texts --heldout path/to/others \\")
        if number > 1:
            lines.append(f"    --start {CHECKPOINT} --run runs/{card['name']}-{number} \\")
        options = (f"--{name.replace('_', '-')} {run[name]:{form}}" for name, form in settings if name in run)
        lines.append(f"    {' '.join(options)}")
    return "\n".join([*lines, "python -m app evaluate --heldout path/to/others --card"])


def _counting(baselines: dict[str, Any]) -> str:
    return f"{counted(baselines['five_grams'], '5-gram')} in {counted(baselines['tokens'], 'token')}"


def _scores(evaluation: dict[str, Any]) -> tuple[SourceScoreView, ...]:
    overall = evaluation["overall"]
    return tuple(
        SourceScoreView(
            source=row["source"],
            heldout=f"{row['documents']:,}",
            unigram=f"{row['unigram']:.3f}",
            five_gram=f"{row['five_gram']:.3f}",
            network=f"{row['network']:.3f}",
            ratio=f"{row['network'] / row['five_gram']:.0%}",
            is_total=row is overall,
        )
        for row in [*evaluation["sources"], overall]
    )
