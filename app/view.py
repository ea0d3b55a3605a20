"""What templates show: the predictions as words, digits and lengths.

All formatting happens here, with what formatting.py offers. The view models are frozen, and each field says what it is,
so that a template can be written from this file alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

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
from app.predict import Analysis, Prediction
from app.sentences import InputError
from app.state import State
from app.view_guess import GuessView
from app.view_staircase import ColumnView, RowView, columns, layout, rows

PAIR_CHARACTERS = 160  # of context and label in the pair's card; a longer context shows its end
SURPRISES = (0.5, 0.1, 0.01, 0.001)  # probabilities that part the bands of surprise
MOST_TERMS = 5  # of the mean loss, written out


@dataclass(frozen=True)
class TokenView:
    """One token of the sentence, in large type."""

    position: Annotated[int, "t of x_t, from 1"]
    kind: Annotated[str, "context, label or future: its part in the step that is shown"]
    segments: Annotated[tuple[Segment, ...], "its text"]
    query: Annotated[str, "the URL's query for the step whose label it is; empty for x_1, which is never a label"]
    surprise: Annotated[str, "none, or a band from 0, expected, to 4, where surprise tints the sentence"]
    loss: Annotated[str, "its loss as a label, shown with the band; empty for x_1"]
    numbers: Annotated[str, "its probability, rank and loss as a label, for whoever points at it; empty for x_1"]


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
    is_guess: Annotated[bool, "whether it is what the visitor guessed"] = False


@dataclass(frozen=True)
class RemainderView:
    """The bar of everything that the other bars leave."""

    text: Annotated[str, "how many tokens it stands for"]
    percent: Annotated[str, "their probability together, as shown"]
    width: Annotated[str, "the bar's length in percent of the track, for SVG"]


@dataclass(frozen=True)
class OptionView:
    """A switch between two ways of showing the stage, as a link to the other."""

    id: Annotated[str, "stable name, so that focus stays on it"]
    text: Annotated[str, "what the link does"]
    query: Annotated[str, "the URL's query"]


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
    rows: Annotated[tuple[RowView, ...], "the staircase, a row a pair; empty where it is folded"]
    columns: Annotated[tuple[ColumnView, ...], "the staircase folded, a column a pair; empty where it is not"]
    fold: Annotated[OptionView | None, "folds the staircase, or unfolds it"]
    tint: Annotated[OptionView | None, "tints the sentence by surprise, or not"]
    is_tinted: Annotated[bool, "whether surprise tints the sentence"]
    hidden: Annotated[tuple[tuple[str, str], ...], "names and values of the options that the form keeps"]
    so_far: Annotated[str, "the formula of the mean loss up to this step, with its numbers, MathML"]
    mean_loss: Annotated[str, "the sentence's cross-entropy in nats"]
    perplexity: Annotated[str, "exp(mean loss)"]
    in_words: Annotated[str, "what this perplexity means"]
    guessing: Annotated[OptionView | None, "leads into Guess first, or out of it"] = None
    guess: Annotated[GuessView | None, "what is asked or answered in Guess first; None outside of it"] = None
    guess_bar: Annotated[BarView | None, "the guess's own bar, where it is neither the label nor among the others"] = (
        None
    )


def empty_stage(state: State, error: InputError) -> StageView:
    """The stage for a text that cannot be cut into pairs: the text kept, and what is wrong with it."""
    return StageView(
        title="Free Labels",
        sentence=state.sentence,
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
        columns=(),
        fold=None,
        tint=None,
        is_tinted=False,
        hidden=tuple(state.options.items()),
        so_far="",
        mean_loss="",
        perplexity="",
        in_words="",
    )


def stage(analysis: Analysis, state: State, vocab_size: int, error: str = "") -> StageView:
    """The stage for an analyzed sentence; the state's step must be from 1 to T − 1."""
    step, n_steps = state.step, len(analysis.predictions)
    prediction = analysis.predictions[step - 1]
    is_folded, is_tinted = state.rows == "folded", state.tint == "surprise"
    in_top = any(candidate.id == prediction.label_id for candidate in prediction.top)
    return StageView(
        title=f"Pair {step} of {n_steps}: {analysis.sentence[:60]} · Free Labels",
        sentence=analysis.sentence,
        error=error,
        headline=f"{counted(len(analysis.tokens), 'token')}, {counted(n_steps, 'training pair')}",
        tokens=tuple(_tokens(analysis, state)),
        links=_links(state, n_steps),
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
        layout=layout(analysis),
        rows=() if is_folded else tuple(rows(analysis, state)),
        columns=tuple(columns(analysis, state)) if is_folded else (),
        fold=OptionView("fold", "Unfold into pairs", state.query(rows="pairs"))
        if is_folded
        else OptionView("fold", "Fold into one pass", state.query(rows="folded")),
        tint=OptionView("tint", "Hide the surprise", state.query(tint="none"))
        if is_tinted
        else OptionView("tint", "Show the surprise", state.query(tint="surprise")),
        is_tinted=is_tinted,
        hidden=tuple(state.options.items()),
        so_far=_so_far(analysis, step),
        mean_loss=loss_text(analysis.mean_loss),
        perplexity=perplexity_text(analysis.perplexity),
        in_words=f"as unsure as between {perplexity_text(analysis.perplexity)} equally likely tokens",
        guessing=OptionView("guess", "Stop guessing", state.query(guess="off"))
        if state.guess == "on"
        else OptionView("guess", "Guess first", state.query(guess="on")),
    )


def _tokens(analysis: Analysis, state: State) -> Iterable[TokenView]:
    is_tinted = state.tint == "surprise"
    for position, token in enumerate(analysis.tokens, start=1):
        kind, shown = _kind(position, state.step + 1), segments(token.text)
        if position == 1:
            yield TokenView(position, kind, shown, "", "none", "", "")
            continue
        label = analysis.predictions[position - 2]
        yield TokenView(
            position=position,
            kind=kind,
            segments=shown,
            query=state.query(step=label.step),
            surprise=str(_band(label.probability)) if is_tinted else "none",
            loss=loss_text(label.loss) if is_tinted else "",
            numbers=f"{percent(label.probability)}, {ordinal(label.rank)} choice, loss {loss_text(label.loss)}",
        )


def _band(probability: float) -> int:
    """How surprising: 0 from one in two on, then 1, 2, 3 down to one in ten, a hundred, a thousand, and 4 below."""
    return sum(probability < bound for bound in SURPRISES)


def _kind(position: int, label_position: int) -> str:
    return "label" if position == label_position else "context" if position < label_position else "future"


def _links(state: State, n_steps: int) -> tuple[LinkView, ...]:
    step = state.step
    back, on = step > 1, step < n_steps
    return (
        LinkView("first", "First", "first", state.query(step=1) if back else ""),
        LinkView("previous", "Previous", "previous", state.query(step=step - 1) if back else ""),
        LinkView("next", "Next", "next", state.query(step=step + 1) if on else ""),
        LinkView("last", "Last", "last", state.query(step=n_steps) if on else ""),
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
    return BarView(segments(text), percent(probability), width(probability), rank, is_label)


def _remainder(prediction: Prediction, in_top: bool, vocab_size: int) -> RemainderView | None:
    """What neither the top candidates nor the label's own bar shows; None where they are the whole vocabulary."""
    others = vocab_size - len(prediction.top) - (not in_top)
    probability = prediction.remainder if in_top else max(0.0, prediction.remainder - prediction.probability)
    return remainder_of(others, probability)


def remainder_of(others: int, probability: float) -> RemainderView | None:
    """The bar of so many tokens with so much probability together; None where there are none."""
    return RemainderView(counted(others, "other token"), percent(probability), width(probability)) if others else None


def width(probability: float) -> str:
    """A bar's length in percent of the track."""
    return f"{100 * probability:.4f}"


def _so_far(analysis: Analysis, step: int) -> str:
    """The mean loss of the pairs up to this one, a term a pair; the middle ones of many left out."""
    terms = [rf"\ln {decimal(prediction.probability)}" for prediction in analysis.predictions[:step]]
    if len(terms) > MOST_TERMS:
        terms = [*terms[:2], r"\cdots", *terms[2 - MOST_TERMS :]]
    mean = sum(prediction.loss for prediction in analysis.predictions[:step]) / step
    return formula(rf"-\frac{{1}}{{{step}}} \left( {' + '.join(terms)} \right) \approx {loss_text(mean)}")
