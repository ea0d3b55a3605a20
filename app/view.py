"""What templates show: the predictions as words, digits and lengths.

All formatting happens here, with what formatting.py offers. The view models are frozen, and each field says what it is,
so that a template can be written from this file alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from app.formatting import (
    Segment,
    counted,
    decimal,
    formula,
    loss_text,
    odds,
    ordinal,
    percent,
    perplexity_text,
    segments,
    visible,
)
from app.pairs import causal_mask
from app.predict import Analysis, Prediction
from app.sentences import InputError

PAIR_CHARACTERS = 160  # of context and label in the pair's card; a longer context shows its end
# A staircase with a cell a token is as wide as the sentence; each cell adds about two characters of padding. Beyond the
# first width its type is smaller; beyond the second it would not fit a page, and a row shows the end of its context.
FULL_WIDTH, DENSE_WIDTH = 96, 118  # characters


@dataclass(frozen=True)
class TokenView:
    """One token of the sentence, in large type."""

    position: Annotated[int, "t of x_t, from 1"]
    kind: Annotated[str, "context, label or future: its part in the step that is shown"]
    segments: Annotated[tuple[Segment, ...], "its text"]
    query: Annotated[str, "the URL's query for the step whose label it is; empty for x_1, which is never a label"]


@dataclass(frozen=True)
class LinkView:
    """A way to another step."""

    id: Annotated[str, "stable name, so that focus stays on it from step to step"]
    text: Annotated[str, "what it says"]
    icon: Annotated[str, "the name of its icon"]
    query: Annotated[str, "the URL's query; empty where there is nowhere to go"]


@dataclass(frozen=True)
class BarView:
    """One bar of what the model expected."""

    segments: Annotated[tuple[Segment, ...], "the token's text"]
    percent: Annotated[str, "its probability, as shown"]
    width: Annotated[str, "the bar's length in percent of the track, for SVG"]
    rank: Annotated[str, "its rank, as shown"]
    is_label: Annotated[bool, "whether it is the label"]


@dataclass(frozen=True)
class RemainderView:
    """The bar of everything that the other bars leave."""

    text: Annotated[str, "how many tokens it stands for"]
    percent: Annotated[str, "their probability together, as shown"]
    width: Annotated[str, "the bar's length in percent of the track, for SVG"]


@dataclass(frozen=True)
class CellView:
    """One cell of the staircase."""

    kind: Annotated[str, "context, label or future"]
    segments: Annotated[tuple[Segment, ...], "the token's text; none for the future"]


@dataclass(frozen=True)
class RowView:
    """One row of the staircase: a pair."""

    step: Annotated[int, "the pair's number"]
    query: Annotated[str, "the URL's query for this step"]
    is_current: Annotated[bool, "whether it is the step that is shown"]
    cells: Annotated[tuple[CellView, ...], "a cell a token, where the sentence is short enough"]
    context: Annotated[str, "the end of the context, for where it is not or the screen is narrow"]
    label: Annotated[tuple[Segment, ...], "the label, for the same"]
    percent: Annotated[str, "P(label | context)"]
    loss: Annotated[str, "its loss in nats"]
    spoken: Annotated[str, "the row's link in words, for a screen reader"]


@dataclass(frozen=True)
class PairView:
    """The pair that is shown."""

    context: Annotated[str, "x_1 … x_{t−1} as text; its end, where it is long"]
    label: Annotated[tuple[Segment, ...], "x_t"]
    room: Annotated[str, "the same text at every step, invisible behind it, so that the card keeps its height"]
    probability: Annotated[str, "the formula of P(label | context), MathML"]
    loss: Annotated[str, "the formula of its loss, MathML"]
    percent: Annotated[str, "P(label | context) in percent"]
    odds: Annotated[str, "the same as 1 in n, where it is small"]
    rank: Annotated[str, "the label's place among all tokens, in words"]
    spoken: Annotated[str, "the whole step in one sentence, for a screen reader"]


@dataclass(frozen=True)
class StageView:
    """Everything on the stage for one sentence at one step."""

    title: Annotated[str, "the document's title"]
    sentence: Annotated[str, "the visitor's text, as it stands in the field"]
    error: Annotated[str, "what is wrong with the input and the remedy; empty where nothing is"]
    headline: Annotated[str, "how many pairs the sentence gives"]
    tokens: Annotated[tuple[TokenView, ...], "the sentence; empty where it could not be cut"]
    links: Annotated[tuple[LinkView, ...], "first, previous, next, last"]
    step: Annotated[int, "the pair that is shown, from 1"]
    n_steps: Annotated[int, "T − 1"]
    pair: Annotated[PairView | None, "the pair that is shown; None where there is none"]
    bars: Annotated[tuple[BarView, ...], "the model's top candidates"]
    label_bar: Annotated[BarView | None, "the label's own bar, where it is not among them"]
    remainder: Annotated[RemainderView | None, "all other tokens together"]
    layout: Annotated[str, "full, dense or compact: how the staircase shows its rows"]
    rows: Annotated[tuple[RowView, ...], "the staircase, a row a pair"]
    mean_loss: Annotated[str, "the sentence's cross-entropy in nats"]
    perplexity: Annotated[str, "exp(mean loss)"]


def query(sentence: str, step: int = 1) -> str:
    """The URL's query for a sentence at a step: the stage's whole state."""
    return urlencode({"sentence": sentence, "step": step})


def empty_stage(sentence: str, error: InputError) -> StageView:
    """The stage for a text that cannot be cut into pairs: the text kept, and what is wrong with it."""
    return StageView(
        title="Free Labels",
        sentence=sentence,
        error=error.message,
        headline="One sentence, many training pairs",
        tokens=(),
        links=(),
        step=0,
        n_steps=0,
        pair=None,
        bars=(),
        label_bar=None,
        remainder=None,
        layout="full",
        rows=(),
        mean_loss="",
        perplexity="",
    )


def stage(analysis: Analysis, step: int, vocab_size: int, error: str = "") -> StageView:
    """The stage for an analyzed sentence at a step, which must be from 1 to T − 1."""
    n_steps = len(analysis.predictions)
    prediction = analysis.predictions[step - 1]
    in_top = any(candidate.id == prediction.label_id for candidate in prediction.top)
    return StageView(
        title=f"Pair {step} of {n_steps}: {analysis.sentence[:60]} · Free Labels",
        sentence=analysis.sentence,
        error=error,
        headline=f"{counted(len(analysis.tokens), 'token')}, {counted(n_steps, 'training pair')}",
        tokens=tuple(
            TokenView(
                position=position,
                kind=_kind(position, prediction.position),
                segments=segments(token.text),
                query=query(analysis.sentence, position - 1) if position > 1 else "",
            )
            for position, token in enumerate(analysis.tokens, start=1)
        ),
        links=_links(analysis.sentence, step, n_steps),
        step=step,
        n_steps=n_steps,
        pair=_pair(analysis, prediction, vocab_size),
        bars=tuple(
            _bar(candidate.text, candidate.probability, f"{rank}", candidate.id == prediction.label_id)
            for rank, candidate in enumerate(prediction.top, start=1)
        ),
        label_bar=None
        if in_top
        else _bar(prediction.label, prediction.probability, f"{prediction.rank:,}", is_label=True),
        remainder=_remainder(prediction, in_top, vocab_size),
        layout=_layout(analysis),
        rows=tuple(_rows(analysis, step)),
        mean_loss=loss_text(analysis.mean_loss),
        perplexity=perplexity_text(analysis.perplexity),
    )


def _kind(position: int, label_position: int) -> str:
    return "label" if position == label_position else "context" if position < label_position else "future"


def _links(sentence: str, step: int, n_steps: int) -> tuple[LinkView, ...]:
    back, on = step > 1, step < n_steps
    return (
        LinkView("first", "First", "first", query(sentence, 1) if back else ""),
        LinkView("previous", "Previous", "previous", query(sentence, step - 1) if back else ""),
        LinkView("next", "Next", "next", query(sentence, step + 1) if on else ""),
        LinkView("last", "Last", "last", query(sentence, n_steps) if on else ""),
    )


def _pair(analysis: Analysis, prediction: Prediction, vocab_size: int) -> PairView:
    t = prediction.position
    p = decimal(prediction.probability)
    place = "first" if prediction.rank == 1 else ordinal(prediction.rank)
    room = PAIR_CHARACTERS - len(prediction.label)
    context = prediction.context if len(prediction.context) <= room else "…" + prediction.context[1 - room :]
    return PairView(
        context=context,
        label=segments(prediction.label),
        room=analysis.sentence[:PAIR_CHARACTERS],
        probability=formula(rf"P(x_{{{t}}} \mid x_{{<{t}}}) = {p}"),
        loss=formula(rf"-\ln \, {p} \approx {loss_text(prediction.loss)}"),
        percent=percent(prediction.probability),
        odds=odds(prediction.probability),
        rank=f"the model's {place} choice of {vocab_size:,}",
        spoken=(
            f"Pair {prediction.step} of {len(analysis.predictions)}: after “{prediction.context.strip()}”, "
            f"the label is “{prediction.label.strip() or visible(prediction.label)}”; the model gave it "
            f"{percent(prediction.probability)}, its {place} choice; loss {loss_text(prediction.loss)}."
        ),
    )


def _bar(text: str, probability: float, rank: str, is_label: bool) -> BarView:
    return BarView(segments(text), percent(probability), _width(probability), rank, is_label)


def _remainder(prediction: Prediction, in_top: bool, vocab_size: int) -> RemainderView | None:
    """What neither the top candidates nor the label's own bar shows; None where they are the whole vocabulary."""
    others = vocab_size - len(prediction.top) - (not in_top)
    probability = prediction.remainder if in_top else max(0.0, prediction.remainder - prediction.probability)
    return RemainderView(counted(others, "other token"), percent(probability), _width(probability)) if others else None


def _width(probability: float) -> str:
    return f"{100 * probability:.4f}"


def _layout(analysis: Analysis) -> str:
    width = sum(len(token.text) + 2 for token in analysis.tokens)
    return "full" if width <= FULL_WIDTH else "dense" if width <= DENSE_WIDTH else "compact"


def _rows(analysis: Analysis, step: int) -> Iterable[RowView]:
    shown = [segments(token.text) for token in analysis.tokens]
    has_cells = _layout(analysis) != "compact"
    mask = causal_mask(len(analysis.predictions)) if has_cells else []
    for prediction in analysis.predictions:
        cells: list[CellView] = []
        if has_cells:
            # The mask's row says which inputs are seen; the next token is the label, the rest is still to come.
            row = mask[prediction.step - 1]
            for index, token in enumerate(shown):
                if index < len(row) and row[index]:
                    cells.append(CellView("context", token))
                else:
                    is_label = index == prediction.step
                    cells.append(CellView("label", token) if is_label else CellView("future", ()))
        yield RowView(
            step=prediction.step,
            query=query(analysis.sentence, prediction.step),
            is_current=prediction.step == step,
            cells=tuple(cells),
            context=prediction.context[-80:],
            label=shown[prediction.step],
            percent=percent(prediction.probability),
            loss=loss_text(prediction.loss),
            spoken=f"Step {prediction.step}: label “{prediction.label.strip() or visible(prediction.label)}”",
        )
