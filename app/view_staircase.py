"""The staircase: all T − 1 pairs at once, a row a pair, or folded into one pass, and the mean of their losses."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from app.formatting import (
    Segment,
    context_segments,
    decimal,
    end_of,
    formula,
    loss_digits,
    loss_text,
    percent,
    segments,
    term,
    visible,
)
from app.language import _, number
from app.pairs import causal_mask
from app.predict import Analysis, Prediction
from app.state import State

# A staircase with a cell a token is as wide as the sentence, in characters; each cell adds about two of padding. The
# style sheet knows how wide a page each layout needs for that; on a narrower one, and for sentences beyond the last,
# a row shows the end of its context instead.
LAYOUTS = {"short": 48, "middle": 66, "full": 88, "dense": 118}
MOST_TERMS = 5  # of the mean loss, written out
ROW_CHARACTERS = 120  # of a context, as many as fit on a wide screen


@dataclass(frozen=True)
class CellView:
    """One cell of the staircase."""

    kind: Annotated[str, "context, label or future"]
    segments: Annotated[tuple[Segment, ...], "the token's text; none for the future"]


@dataclass(frozen=True)
class RowView:
    """One row of the staircase: a pair."""

    step: Annotated[int, "the pair's number"]
    query: Annotated[str, "the URL's query for this step; empty where the page keeps to others"]
    is_current: Annotated[bool, "whether it is the step that is shown"]
    cells: Annotated[tuple[CellView, ...], "a cell a token, where the sentence is short enough"]
    context: Annotated[tuple[Segment, ...], "the end of the context, for where it is not or the screen is narrow"]
    label: Annotated[tuple[Segment, ...], "the label, for the same"]
    percent: Annotated[str, "P(label | context)"]
    loss: Annotated[str, "its loss in nats"]
    spoken: Annotated[str, "the row's link in words, for a screen reader"]


@dataclass(frozen=True)
class ColumnView:
    """One column of the folded staircase: an input over its label."""

    step: Annotated[int, "the pair's number"]
    query: Annotated[str, "the URL's query for this step; empty where the page keeps to others"]
    kind: Annotated[str, "context, current or future: whether the step's label may depend on this input"]
    given: Annotated[tuple[Segment, ...], "the input, x_t"]
    label: Annotated[tuple[Segment, ...], "the label, x_{t+1}"]
    percent: Annotated[str, "P(label | context)"]
    loss: Annotated[str, "its loss in nats"]
    spoken: Annotated[str, "the column's link in words, for a screen reader"]


def title(n_steps: int, is_folded: bool) -> str:
    """What the staircase is, as its heading."""
    message = {
        (False, False): _("All %(n)s pairs: one masked pass computes every row at once"),
        (False, True): _("All %(n)s pairs, folded into one pass"),
        (True, False): _("The only pair, and its row of the causal mask"),
        (True, True): _("The only pair, folded into one pass"),
    }[n_steps == 1, is_folded]
    return message % {"n": number(n_steps)}


def layout(analysis: Analysis) -> str:
    """How wide the sentence is: a name of `LAYOUTS`, or compact."""
    width = sum(len(token.text) + 2 for token in analysis.tokens)
    return next((name for name, widest in LAYOUTS.items() if width <= widest), "compact")


def rows(analysis: Analysis, state: State) -> Iterable[RowView]:
    """A row a pair: the causal mask, cell for cell, where the sentence is not too wide for it."""
    shown = [segments(token.text) for token in analysis.tokens]
    has_cells = layout(analysis) != "compact"
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
            query=state.to(prediction.step),
            is_current=prediction.step == state.step,
            cells=tuple(cells),
            context=context_segments(end_of(prediction.context, ROW_CHARACTERS)),
            label=shown[prediction.step],
            percent=percent(prediction.probability, prediction.loss),
            loss=loss_text(prediction.loss),
            spoken=_spoken(prediction),
        )


def columns(analysis: Analysis, state: State) -> Iterable[ColumnView]:
    """A column a pair: the inputs x_1 … x_{T−1} over the same tokens shifted by one, x_2 … x_T."""
    shown = [segments(token.text) for token in analysis.tokens]
    for prediction in analysis.predictions:
        step = prediction.step
        yield ColumnView(
            step=step,
            query=state.to(step),
            kind="current" if step == state.step else "context" if step < state.step else "future",
            given=shown[step - 1],
            label=shown[step],
            percent=percent(prediction.probability, prediction.loss),
            loss=loss_text(prediction.loss),
            spoken=_column_spoken(prediction, analysis.tokens[step - 1].text),
        )


@cache
def loss_formula(symbol: str) -> str:
    """The mean loss of all pairs as pretraining makes it small, of tokens x_1 … x_T or words w_1 … w_n, MathML."""
    last = {"x": "T", "w": "n"}[symbol]
    label, context = term("label", f"{symbol}_t"), term("context", f"{symbol}_{{<t}}")
    return formula(rf"-\frac{{1}}{{{last} - 1}} \sum_{{t=2}}^{{{last}}} \ln \, P({label} \mid {context})")


def mean_loss(analysis: Analysis, step: int) -> tuple[str, ...]:
    """The mean loss of the pairs up to this one, a term a pair; the middle ones of many left out."""
    terms = _terms(analysis)[:step]
    if step > MOST_TERMS:
        terms = [*terms[:2], r"\cdots", *terms[2 - MOST_TERMS :]]
    mean = sum(prediction.loss for prediction in analysis.predictions[:step]) / step
    return _mean(terms, step, loss_digits(mean))


def mean_loss_room(analysis: Analysis) -> tuple[str, ...]:
    """What takes, piece by piece, at least as much room as `mean_loss` at any step."""
    terms = _terms(analysis)
    if len(terms) > MOST_TERMS:
        terms = [*terms[:2], r"\cdots", *[max(terms[2:], key=len)] * (MOST_TERMS - 2)]
    return _mean(terms, len(analysis.predictions), "00.00")


def _spoken(prediction: Prediction) -> str:
    return _("Step %(step)s: label “%(label)s”") % {"step": prediction.step, "label": _legible(prediction.label)}


def _column_spoken(prediction: Prediction, given: str) -> str:
    return _("Step %(step)s: input “%(input)s”, label “%(label)s”, %(percent)s, loss %(loss)s") % {
        "step": prediction.step,
        "input": _legible(given),
        "label": _legible(prediction.label),
        "percent": percent(prediction.probability, prediction.loss),
        "loss": loss_text(prediction.loss),
    }


def _legible(text: str) -> str:
    return text.strip() or visible(text)


def _terms(analysis: Analysis) -> list[str]:
    return [rf"\ln \, {decimal(prediction.probability, prediction.loss)}" for prediction in analysis.predictions]


def _mean(terms: list[str], n: int, value: str) -> tuple[str, ...]:
    """−1/n (term + … + term) ≈ value, in pieces that a line may end after."""
    *others, last = terms
    pieces = [*(f"{term} +" for term in others), f"{last})"]
    pieces[0] = rf"-\frac{{1}}{{{n}}} ({pieces[0]}"
    return tuple(formula(piece) for piece in (*pieces, rf"\approx {value}"))
