"""What the model's page shows: the card's figures as words and charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from app.charts import loss_chart, reliability_chart
from app.formatting import counted, share
from app.language import N_, _, number
from app.language_model import LanguageModel
from app.view_examples import Analyze, ExamplesView, bias, knowledge

CHECKPOINT = "app/checkpoints/tiny"  # where pretrain leaves it
DEVICES = {"cpu": "CPU", "cuda": "GPU"}
WAYS = (N_("as written"), N_("in lower case"), N_("without the final stop"))  # of typing, as an evaluation names them


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
    origin: Annotated[str, "where it comes from; empty where that is not known"]
    licence: Annotated[str, "under which licence; the same"]
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
    lower_case: Annotated[str, "whether lower case leads to the same expectations, in words"]
    calibration_error: Annotated[str, "expected calibration error"]
    reliability: Annotated[str, "the reliability diagram, SVG; empty where it was not evaluated"]
    read: Annotated[str, "how much it read, in words"]
    corpus: Annotated[tuple[CorpusView, ...], "what it read"]
    knowledge: Annotated[tuple[ExamplesView, ...], "what it knows, or not, by kind"]
    bias: Annotated[ExamplesView, "what its texts take for granted"]


def model_view(model: LanguageModel, is_ours: bool) -> ModelView:
    """A model in a line; ours are those that have a card."""
    message = (
        _("a language model of %(parameters)s parameters and %(tokens)s tokens that this project pretrained")
        if is_ours
        else _("a language model of %(parameters)s parameters and %(tokens)s tokens")
    )
    numbers = {"parameters": number(model.n_parameters), "tokens": number(model.vocab_size)}
    return ModelView(model.name, message % numbers)


def card_view(card: dict[str, Any], model: LanguageModel, analyze: Analyze) -> CardView:
    """The page of a model with a card as `app.pretrain.card` writes it, or {}."""
    found = card.get("evaluation") or {}
    calibration, corpus = found.get("calibration"), card.get("corpus", ())
    return CardView(
        intro=_intro(is_ours=bool(card), is_evaluated=bool(found)),
        facts=(
            FactView(_("parameters"), number(model.n_parameters)),
            FactView(_("tokens in its vocabulary"), number(model.vocab_size)),
            FactView(_("tokens that a text may have"), number(model.context_length)),
        ),
        training=_training(card) if card else (),
        curve=loss_chart(card["curve"]) if card.get("curve") else "",
        command=_command(card) if card else "",
        scores=_scores(found) if found else (),
        counting=_counting(found["baselines"]) if found else "",
        cloze=tuple(_cloze(top, part) for top, part in found.get("cloze", {}).items()),
        typed=tuple(FactView(_(way), number(bits, ".3f")) for way, bits in found.get("as_typed", {}).items()),
        lower_case=_lower_case(found["lower_case"]) if found else "",
        calibration_error=number(calibration["error"], ".4f") if calibration else "",
        reliability=reliability_chart(calibration["bins"]) if calibration else "",
        read=_read(corpus),
        corpus=tuple(_source(row) for row in corpus),
        knowledge=knowledge(analyze),
        bias=bias(analyze),
    )


def _intro(is_ours: bool, is_evaluated: bool) -> str:
    """What the page has: no more than the card holds."""
    if not is_ours:
        return _("what it is and what it expects")
    if not is_evaluated:
        return _("what it is, what it read and what it is not")
    return _("what it is, what it read, how good it is and what it is not")


def _cloze(top: str, part: float) -> FactView:
    return FactView(_("in the top %(n)s") % {"n": top.removeprefix("top ")}, share(part))


def _read(corpus: Sequence[dict[str, Any]]) -> str:
    n_tokens, n_sources = (sum(row["tokens"] for row in corpus), len(corpus))
    tokens = counted(n_tokens, "%(n)s token", "%(n)s tokens")
    sources = counted(n_sources, "%(n)s source", "%(n)s sources")
    return _("%(tokens)s of text from %(sources)s") % {"tokens": tokens, "sources": sources}


def _source(row: dict[str, Any]) -> CorpusView:
    at = f"{row['address']} at {row['revision'][:12]}" if "address" in row else ""
    return CorpusView(
        source=row["source"],
        origin=", ".join(filter(None, [row["origin"], at])),
        licence=row["licence"] or "",
        documents=number(row["documents"]),
        left_out=number(row["repeated_documents"]),
        size=number(row["tokens"]),
        weight=number(row["weight"], "g"),
        checksum=row["sha256"][:12],
    )


def _training(card: dict[str, Any]) -> tuple[FactView, ...]:
    training, validation = card["training"], card["validation"]
    n_processes, device = card.get("processes", 1), DEVICES.get(card["device"], card["device"])
    facts = {
        _("learnt from"): _("%(labels)s labels in %(steps)s steps, none of them by hand"),
        _("for"): _("%(minutes)s minutes on %(machine)s, %(threads)s"),
        _("validation loss"): _("%(loss)s nats per token, %(bits)s bits per byte"),
        _("optimizer"): _("Muon and AdamW at %(rate)s, falling over the last %(cooldown)s"),
        _("as people type"): _("%(typed)s of the pieces in lower case, without a final full stop"),
        _("versions"): "%(versions)s",
    }
    values = {
        "labels": number(card["tokens_seen"]),
        "steps": number(card["steps"]),
        "minutes": number(card["training_minutes"]),
        "machine": f"{n_processes} × {device}" if n_processes > 1 else _("a %(device)s") % {"device": device},
        "threads": counted(card["threads"], "%(n)s thread", "%(n)s threads"),
        "loss": number(validation["loss"], ".3f"),
        "bits": number(validation["bits_per_byte"], ".3f"),
        "rate": number(training["learning_rate"], "g"),
        "cooldown": share(training["cooldown"]),
        "typed": share(training["typed_share"]),
        "versions": ", ".join(f"{name} {version}" for name, version in card["versions"].items()),
    }
    return tuple(FactView(name, message % values) for name, message in facts.items())


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
    for nth, run in enumerate(runs, 1):
        lines.append("python -m app pretrain --corpus path/to/texts --heldout path/to/others \\")
        if nth > 1:
            lines.append(f"    --start {CHECKPOINT} --run runs/{card['name']}-{nth} \\")
        options = (f"--{name.replace('_', '-')} {run[name]:{form}}" for name, form in settings if name in run)
        lines.append(f"    {' '.join(options)}")
    return "\n".join([*lines, "python -m app evaluate --heldout path/to/others --card"])


def _lower_case(found: dict[str, Any]) -> str:
    return _(
        "After %(n)s beginnings of them, its expectations in lower case overlap with those as written by %(overlap)s, "
        "and its first choice is the same in %(first)s."
    ) % {"n": number(found["contexts"]), "overlap": share(found["overlap"]), "first": share(found["same_first"])}


def _counting(baselines: dict[str, Any]) -> str:
    five_grams = counted(baselines["five_grams"], "%(n)s 5-gram", "%(n)s 5-grams")
    tokens = counted(baselines["tokens"], "%(n)s token", "%(n)s tokens")
    return _("%(five_grams)s in %(tokens)s") % {"five_grams": five_grams, "tokens": tokens}


def _scores(evaluation: dict[str, Any]) -> tuple[SourceScoreView, ...]:
    overall = evaluation["overall"]
    return tuple(
        SourceScoreView(
            source=_("all") if row is overall else row["source"],
            heldout=number(row["documents"]),
            unigram=number(row["unigram"], ".3f"),
            five_gram=number(row["five_gram"], ".3f"),
            network=number(row["network"], ".3f"),
            ratio=share(row["network"] / row["five_gram"]),
            is_total=row is overall,
        )
        for row in [*evaluation["sources"], overall]
    )
