"""Pairs on paper: what a worksheet asks, and its answers, as words, digits and marks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from app.formatting import Segment, context_segments, decimal, formula, loss_text, perplexity_text, segments
from app.language import _
from app.pairs import causal_mask
from app.predict import Analysis
from app.sentences import InputError, Theme
from app.share import qr_code
from app.state import State

MOST_TOKENS = 24  # whose mask can be shaded by hand on a sheet of A4


@dataclass(frozen=True)
class TaskView:
    """One pair: a label to write, and a loss to compute."""

    step: Annotated[int, "the pair's number, from 1"]
    context: Annotated[tuple[Segment, ...], "its context"]
    label: Annotated[tuple[Segment, ...], "the label, for the answers"]
    probability: Annotated[str, "that of the label, MathML, to four digits"]
    loss: Annotated[str, "its loss in nats, for the answers"]


@dataclass(frozen=True)
class SheetView:
    """One sentence to work on."""

    number: Annotated[int, "its place in the set, from 1"]
    sentence: Annotated[str, "the sentence"]
    tokens: Annotated[tuple[tuple[Segment, ...], ...], "its tokens"]
    tasks: Annotated[tuple[TaskView, ...], "a task a pair"]
    mask: Annotated[tuple[tuple[bool, ...], ...], "row by row, which inputs a step may see"]
    mean_loss: Annotated[str, "the sentence's cross-entropy in nats, for the answers"]
    perplexity: Annotated[str, "exp(mean loss), for the answers"]
    code: Annotated[str, "a QR code of the stage's address, SVG"]
    query: Annotated[str, "the URL's query for the stage"]


@dataclass(frozen=True)
class TopicView:
    """A theme of the bank to choose."""

    name: Annotated[str, "its name in a form; empty for all of them"]
    title: Annotated[str, "what people call it"]
    is_chosen: Annotated[bool, "whether the set is drawn from it"]


@dataclass(frozen=True)
class WorksheetView:
    """The page /worksheet, and the page of its answers."""

    is_key: Annotated[bool, "whether the answers are filled in"]
    sheets: Annotated[tuple[SheetView, ...], "a sheet a sentence"]
    set_name: Annotated[str, "the seed of a set; empty for a sentence of one's own"]
    n_wanted: Annotated[int, "how many sentences the form asks for"]
    most: Annotated[int, "how many it may ask for"]
    topics: Annotated[tuple[TopicView, ...], "the themes of the bank"]
    query: Annotated[str, "the URL's query of this very set"]


def sheet(analysis: Analysis, number: int, kept: Mapping[str, Any], address: Callable[[str], str]) -> SheetView:
    """A sentence as a worksheet; InputError where it has more tokens than the sheet has room for.

    kept: options of the page that the stage keeps. address: the absolute address of a query's stage.
    """
    n_tokens = len(analysis.tokens)
    if n_tokens > MOST_TOKENS:
        message = _("The text has %(actual)s tokens; a worksheet has room for %(limit)s. Shorten it.")
        raise InputError(
            "too_many_tokens", message % {"actual": n_tokens, "limit": MOST_TOKENS}, limit=MOST_TOKENS, actual=n_tokens
        )
    query = State(analysis.sentence, **kept).query()
    return SheetView(
        number=number,
        sentence=analysis.sentence,
        tokens=tuple(segments(token.text) for token in analysis.tokens),
        tasks=tuple(
            TaskView(
                step=pair.step,
                context=context_segments(pair.context),
                label=segments(pair.label),
                probability=formula(decimal(pair.probability, pair.loss)),
                loss=loss_text(pair.loss),
            )
            for pair in analysis.predictions
        ),
        mask=tuple(map(tuple, causal_mask(n_tokens - 1))),
        mean_loss=loss_text(analysis.mean_loss),
        perplexity=perplexity_text(analysis.perplexity, analysis.mean_loss),
        code=qr_code(address(query)),
        query=query,
    )


def topics(themes: Sequence[Theme], chosen: str) -> tuple[TopicView, ...]:
    """The themes of the bank, after all of them together."""
    every = TopicView("", _("all themes"), not chosen)
    return (every, *(TopicView(theme.name, theme.title, theme.name == chosen) for theme in themes))
