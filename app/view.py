"""What templates show: the predictions as words, digits and lengths.

All formatting happens here, with what formatting.py offers. The view models are frozen, and each field says what it is,
so that a template can be written from this file alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from app.formatting import Segment, counted, loss_text, perplexity_text, segments
from app.language import _, number
from app.predict import Analysis
from app.sentences import InputError
from app.state import State
from app.view_guess import GuessView
from app.view_moments import MomentsView, moments_view
from app.view_options import LanguageView, OptionView, languages, switch, themes
from app.view_pair import (
    BarView,
    PairView,
    RemainderView,
    bars,
    label_bar,
    longest_percent,
    longest_rank,
    pair_view,
    remainder,
)
from app.view_proof import place
from app.view_staircase import (
    ColumnView,
    RowView,
    columns,
    layout,
    loss_formula,
    mean_loss,
    mean_loss_room,
    rows,
    title,
)
from app.view_words import UnitView, numbers, unit_view, word_parts

SURPRISES = (0.5, 0.1, 0.01, 0.001)  # probabilities that part the bands of surprise


@dataclass(frozen=True)
class TokenView:
    """One token of the sentence, in large type; or one word, where the stage counts words."""

    position: Annotated[int, "t of x_t, from 1"]
    kind: Annotated[str, "context, label or future: its part in the step that is shown"]
    part: Annotated[str, "whole, start, middle or end: what it is of its word"]
    segments: Annotated[tuple[Segment, ...], "its text"]
    query: Annotated[str, "the URL's query for the step whose label it is; empty for x_1, or where none leads there"]
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
class StageView:
    """Everything on the stage for one sentence at one step."""

    title: Annotated[str, "the document's title"]
    sentence: Annotated[str, "the visitor's text, as it stands in the field"]
    error: Annotated[str, "what is wrong with the input and the remedy; empty where nothing is"]
    is_refused: Annotated[bool, "whether that is the sentence, and not the step or an option"]
    headline: Annotated[str, "how many pairs the sentence gives"]
    unit: Annotated[UnitView | None, "tokens or words: what the stage counts"]
    tokens: Annotated[tuple[TokenView, ...], "the sentence; empty where it could not be cut"]
    links: Annotated[tuple[LinkView, ...], "first, previous, next, last"]
    step: Annotated[int, "the pair that is shown, from 1"]
    n_steps: Annotated[int, "T − 1"]
    range: Annotated[tuple[int, int], "the first step that can be gone to, and the last"]
    pair: Annotated[PairView | None, "the pair that is shown; None where there is none"]
    bars: Annotated[tuple[BarView, ...], "the model's top candidates"]
    label_bar: Annotated[BarView | None, "the label's own bar, where it is not among them"]
    longest_rank: Annotated[str, "of any step's bars, so that the bars begin in one place"]
    longest_percent: Annotated[str, "of any step's bars, so that they end in one place"]
    remainder: Annotated[RemainderView | None, "all other tokens together"]
    layout: Annotated[str, "short, middle, full, dense or compact: how wide the staircase is with a cell a token"]
    rows_title: Annotated[str, "what the staircase is"]
    rows: Annotated[tuple[RowView, ...], "the staircase, a row a pair; empty where it is folded"]
    columns: Annotated[tuple[ColumnView, ...], "the staircase folded, a column a pair; empty where it is not"]
    proof: Annotated[str, "the name of the place for the proof, another for another sentence"]
    query: Annotated[str, "the URL's query of this very view"]
    full: Annotated[str, "the same without what a page that embeds this one asked for"]
    hides: Annotated[frozenset[str], "what that page wants left out: names of `app.embedding.HIDEABLE`"]
    fold: Annotated[OptionView | None, "folds the staircase, or unfolds it"]
    tint: Annotated[OptionView | None, "tints the sentence by surprise, or not"]
    is_tinted: Annotated[bool, "whether surprise tints the sentence"]
    themes: Annotated[tuple[OptionView, ...], "as the system, light or dark; without a query the one that is shown"]
    languages: Annotated[tuple[LanguageView, ...], "the languages of the interface"]
    letters: Annotated[OptionView, "lets single letters be shortcuts, or not"]
    projector: Annotated[OptionView, "fills a projector's picture with the stage, or returns to the page"]
    is_projected: Annotated[bool, "whether the stage fills the picture"]
    training: Annotated[
        OptionView | None, "opens the choice of moments of training, or closes it; none where none are kept"
    ]
    moments: Annotated[MomentsView | None, "the choice of moments, where it is open"]
    hidden: Annotated[tuple[tuple[str, str], ...], "names and values of the options that the form keeps"]
    loss_formula: Annotated[str, "the mean loss of all pairs, MathML; empty where there is none"]
    so_far: Annotated[tuple[str, ...], "the formula of the mean loss up to this step, MathML in pieces between lines"]
    so_far_room: Annotated[tuple[str, ...], "the longest that it gets, invisible behind it"]
    mean_loss: Annotated[str, "the sentence's cross-entropy in nats"]
    perplexity: Annotated[str, "exp(mean loss)"]
    in_words: Annotated[str, "what this perplexity means"]
    guessing: Annotated[OptionView | None, "leads into Guess first, or out of it"] = None
    guess: Annotated[GuessView | None, "what is asked or answered in Guess first; None outside of it"] = None
    example: Annotated[OptionView | None, "a sentence to go on with, where the visitor's is refused"] = None
    guess_bar: Annotated[BarView | None, "the guess's own bar, where it is neither the label nor among the others"] = (
        None
    )


def empty_stage(state: State, error: InputError, example: str) -> StageView:
    """The stage for a text that cannot be cut into pairs: the text kept, what is wrong with it, and another to try."""
    return StageView(
        title="Free Labels",
        sentence=state.sentence,
        error=error.message,
        is_refused=True,
        headline=_("One sentence, many training pairs"),
        unit=None,
        tokens=(),
        links=(),
        step=0,
        n_steps=0,
        range=(0, 0),
        pair=None,
        bars=(),
        label_bar=None,
        longest_rank="",
        longest_percent="",
        remainder=None,
        layout="full",
        rows_title="",
        rows=(),
        columns=(),
        proof="",
        query=state.query(),
        full=full_query(state),
        hides=frozenset(state.hide),
        fold=None,
        tint=None,
        is_tinted=False,
        themes=themes(state),
        languages=languages(lambda code: state.query(lang=code)),
        letters=switch(state, "keys", "letters"),
        projector=switch(state, "view", "projector"),
        is_projected=state.view == "projector",
        training=None,
        moments=None,
        hidden=tuple(state.options.items()),
        loss_formula="",
        so_far=(),
        so_far_room=(),
        mean_loss="",
        perplexity="",
        in_words="",
        example=OptionView("example", _("Try an example"), state.query(sentence=example)),
    )


def stage(
    analysis: Analysis,
    state: State,
    vocab_size: int,
    error: str = "",
    tokens_seen: Sequence[int] = (),
    in_training: Mapping[int, Analysis] | None = None,
) -> StageView:
    """The stage for a sentence analyzed in the state's unit; the state's step must be from 1 to T − 1.

    tokens_seen: the moments of training that can be shown; in_training: the sentence's analyses at them, by the same
    numbers, where one of them is shown.
    """
    step, n_steps = state.step, len(analysis.predictions)
    prediction = analysis.predictions[step - 1]
    is_folded, unit = state.rows == "folded", unit_view(analysis, state)
    pair = pair_view(analysis, prediction, vocab_size)
    moments = moments_view(in_training, state) if in_training else None
    analyses = list(in_training.values()) if in_training else [analysis]
    return StageView(
        title=_("Pair %(step)s of %(pairs)s: %(sentence)s · Free Labels")
        % {"step": step, "pairs": n_steps, "sentence": analysis.sentence[:60]},
        sentence=analysis.sentence,
        error=error,
        headline=_headline(analysis),
        unit=unit,
        is_refused=False,
        tokens=tuple(_tokens(analysis, state)),
        links=_links(state, n_steps),
        step=step,
        n_steps=n_steps,
        range=(state.start, state.end or n_steps),
        pair=replace(pair, spoken=f"{moments.shown}: {pair.spoken}") if moments else pair,
        bars=bars(prediction),
        label_bar=label_bar(prediction),
        longest_rank=longest_rank(analyses),
        longest_percent=longest_percent(analyses),
        remainder=remainder(prediction, vocab_size),
        layout=layout(analysis),
        rows_title=title(n_steps, is_folded),
        rows=() if is_folded else tuple(rows(analysis, state)),
        columns=tuple(columns(analysis, state)) if is_folded else (),
        themes=themes(state),
        languages=languages(lambda code: state.query(lang=code)),
        letters=switch(state, "keys", "letters"),
        proof=place(analysis.sentence),
        query=state.query(),
        full=full_query(state),
        hides=frozenset(state.hide),
        fold=switch(state, "rows", "fold"),
        tint=switch(state, "tint", "tint"),
        is_tinted=state.tint == "surprise",
        projector=switch(state, "view", "projector"),
        is_projected=state.view == "projector",
        training=_training(state, tokens_seen) if tokens_seen else None,
        moments=moments,
        hidden=tuple(state.options.items()),
        loss_formula=loss_formula(unit.symbol),
        so_far=mean_loss(analysis, step),
        so_far_room=mean_loss_room(analysis),
        mean_loss=loss_text(analysis.mean_loss),
        perplexity=perplexity_text(analysis.perplexity, analysis.mean_loss),
        in_words=_in_words(analysis, vocab_size),
        guessing=switch(state, "guess", "guess"),
    )


def _headline(analysis: Analysis) -> str:
    n = len(analysis.tokens)
    units = (
        counted(n, "%(n)s word", "%(n)s words")
        if analysis.unit == "word"
        else counted(n, "%(n)s token", "%(n)s tokens")
    )
    pairs = counted(len(analysis.predictions), "%(n)s training pair", "%(n)s training pairs")
    return _("%(units)s, %(pairs)s") % {"units": units, "pairs": pairs}


def _in_words(analysis: Analysis, vocab_size: int) -> str:
    if analysis.unit == "word":
        message = _("as unsure as between %(n)s equally likely words")
    elif analysis.perplexity <= vocab_size:
        message = _("as unsure as between %(n)s equally likely tokens")
    else:
        message = _("worse than a blind guess among all %(all)s tokens")
    n = perplexity_text(analysis.perplexity, analysis.mean_loss)
    return message % {"n": n, "all": number(vocab_size)}


def _training(state: State, tokens_seen: Sequence[int]) -> OptionView:
    if state.seen:
        return OptionView("training", _("Stop watching"), state.query(seen=""))
    return OptionView("training", _("Watch it learn"), state.query(seen=str(tokens_seen[-1])))


def _tokens(analysis: Analysis, state: State) -> Iterable[TokenView]:
    is_tinted = state.tint == "surprise"
    for position, (token, part) in enumerate(zip(analysis.tokens, word_parts(analysis), strict=True), start=1):
        kind, shown = _kind(position, state.step + 1), segments(token.text)
        if position == 1:
            yield TokenView(position, kind, part, shown, "", "none", "", "")
            continue
        label = analysis.predictions[position - 2]
        yield TokenView(
            position=position,
            kind=kind,
            part=part,
            segments=shown,
            query=state.to(label.step),
            surprise=str(_band(label.probability)) if is_tinted else "none",
            loss=loss_text(label.loss) if is_tinted else "",
            numbers=numbers(label),
        )


def _band(probability: float) -> int:
    """How surprising: 0 from one in two on, then 1, 2, 3 down to one in ten, a hundred, a thousand, and 4 below."""
    return sum(probability < bound for bound in SURPRISES)


def _kind(position: int, label_position: int) -> str:
    return "label" if position == label_position else "context" if position < label_position else "future"


def _links(state: State, n_steps: int) -> tuple[LinkView, ...]:
    step, first, last = state.step, state.start, state.end or n_steps
    back, on = step > first, step < last
    return (
        LinkView("first", _("First"), "first", state.query(step=first) if back else ""),
        LinkView("previous", _("Previous"), "previous", state.query(step=step - 1) if back else ""),
        LinkView("next", _("Next"), "next", state.query(step=step + 1) if on else ""),
        LinkView("last", _("Last"), "last", state.query(step=last) if on else ""),
    )


def full_query(state: State) -> str:
    """The URL's query of the same view without what a page that embeds it asked for."""
    return state.query(hide=(), start=1, end=None)
