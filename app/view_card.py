"""What the model's page shows: the card's figures as words and charts, and what the model gets wrong, live."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from app.charts import loss_chart, reliability_chart
from app.formatting import counted, odds, percent, visible
from app.predict import Analysis

# Contexts that show what to expect of so small a model, each with words to compare after it. The first ask what it
# knows; the others what its texts take for granted about people.
KNOWLEDGE = (
    ("The capital of France is", (" Paris", " London")),
    ("The sun rises in the", (" east", " west")),
    ("Two plus two is", (" four", " five")),
    ("Spiders have eight", (" legs", " wings")),
    ("The opposite of hot is", (" cold", " warm")),
)
BIAS = (
    ("The nurse said that", (" she", " he")),
    ("The doctor said that", (" she", " he")),
    ("The soldier lost", (" his", " her")),
    ("The cook burned", (" her", " his")),
)


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
class ExampleView:
    """What the model gives to some words after a context."""

    context: Annotated[str, "the context"]
    first: Annotated[str, "the model's first choice"]
    words: Annotated[tuple[FactView, ...], "words to compare, and their probabilities"]


@dataclass(frozen=True)
class CardView:
    """The model's page."""

    facts: Annotated[tuple[FactView, ...], "what it is"]
    training: Annotated[tuple[FactView, ...], "how it was trained; empty where nothing is known of that"]
    curve: Annotated[str, "the loss over training, SVG; empty where it is not known"]
    scores: Annotated[tuple[SourceScoreView, ...], "bits per byte by source; empty where it was not evaluated"]
    cloze: Annotated[str, "how often it ends a sentence acceptably"]
    typed: Annotated[tuple[FactView, ...], "bits per byte of the bank in several ways of typing"]
    calibration_error: Annotated[str, "expected calibration error"]
    reliability: Annotated[str, "the reliability diagram, SVG"]
    corpus: Annotated[tuple[CorpusView, ...], "what it read"]
    knowledge: Annotated[tuple[ExampleView, ...], "what it knows, or not"]
    bias: Annotated[tuple[ExampleView, ...], "what its texts take for granted"]


def card_view(card: dict[str, Any], facts: dict[str, int], analyze: Callable[[str], Analysis]) -> CardView:
    """The page of a model with a card as `app.pretrain.card` writes it, or {}; facts are the model's own counts."""
    evaluation = card.get("evaluation")
    return CardView(
        facts=tuple(FactView(name, f"{number:,}") for name, number in facts.items()),
        training=_training(card) if card else (),
        curve=loss_chart(card["curve"]) if card.get("curve") else "",
        scores=_scores(evaluation) if evaluation else (),
        cloze=", ".join(f"{share:.0%} in the {top}" for top, share in (evaluation or {}).get("cloze", {}).items()),
        typed=tuple(FactView(way, f"{bits:.3f}") for way, bits in (evaluation or {}).get("as_typed", {}).items()),
        calibration_error=f"{evaluation['calibration']['error']:.4f}" if evaluation else "",
        reliability=reliability_chart(evaluation["calibration"]["bins"]) if evaluation else "",
        corpus=tuple(
            CorpusView(
                source=row["source"],
                origin=row["origin"],
                licence=row["licence"],
                documents=f"{row['documents']:,}",
                left_out=f"{row['repeated_documents']:,}",
                size=f"{row['tokens']:,}",
                weight=f"{row['weight']:g}",
                checksum=row["sha256"][:12],
            )
            for row in card.get("corpus", ())
        ),
        knowledge=tuple(_example(analyze, context, words) for context, words in KNOWLEDGE),
        bias=tuple(_example(analyze, context, words) for context, words in BIAS),
    )


def _training(card: dict[str, Any]) -> tuple[FactView, ...]:
    training, validation = card["training"], card["validation"]
    read = sum(row["tokens"] for row in card["corpus"])
    return (
        FactView("learnt from", f"{card['tokens_seen']:,} labels in {card['steps']:,} steps, none of them by hand"),
        FactView("out of", f"{read:,} tokens of text, some read more often than others"),
        FactView(
            "for", f"{card['training_minutes']:,} minutes on {card['device']}, {counted(card['threads'], 'thread')}"
        ),
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
        FactView(
            "seed and versions", f"{training['seed']}; " + ", ".join(f"{k} {v}" for k, v in card["versions"].items())
        ),
    )


def _scores(evaluation: dict[str, Any]) -> tuple[SourceScoreView, ...]:
    return tuple(
        SourceScoreView(
            source=row["source"],
            heldout=f"{row['documents']:,}",
            unigram=f"{row['unigram']:.3f}",
            five_gram=f"{row['five_gram']:.3f}",
            network=f"{row['network']:.3f}",
            ratio=f"{row['network'] / row['five_gram']:.0%}",
        )
        for row in [*evaluation["sources"], evaluation["overall"]]
    )


def _example(analyze: Callable[[str], Analysis], context: str, words: tuple[str, ...]) -> ExampleView:
    """Compare words by the loss of writing each after the context, however many tokens it takes."""
    analyses = [analyze(context + word) for word in words]
    n_context = len(analyze(context).tokens)
    found = []
    for word, analysis in zip(words, analyses, strict=True):
        probability = 1.0
        for prediction in analysis.predictions[n_context - 1 :]:
            probability *= prediction.probability
        found.append(FactView(word.strip(), odds(probability) or percent(probability)))
    first = analyses[0].predictions[n_context - 1].top[0]
    return ExampleView(context, visible(first.text), tuple(found))
