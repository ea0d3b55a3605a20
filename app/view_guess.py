"""Guess first: what to choose from before the guess, the verdict after it, and the scores in bits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from app.formatting import (
    Segment,
    context_segments,
    counted,
    end_of,
    loss_text,
    ordinal,
    percent,
    segments,
    share,
    visible,
)
from app.guess import DEFAULT_SURE, SURE, Guess, Scores, bits, given, worst
from app.language import _, number
from app.predict import Analysis, Candidate, Prediction
from app.state import State

CONTEXT_CHARACTERS = 160  # a longer context shows its end


@dataclass(frozen=True)
class ChoiceView:
    """A candidate to tap."""

    number: Annotated[int, "its place, and its key"]
    token_id: Annotated[int, "what the form sends"]
    segments: Annotated[tuple[Segment, ...], "its text"]


@dataclass(frozen=True)
class SureView:
    """One answer to “how sure are you?”."""

    sure: Annotated[int, "percent, as the form sends it"]
    text: Annotated[str, "the same as shown"]
    is_checked: Annotated[bool, "whether it is chosen at first: as at the last guess"]


@dataclass(frozen=True)
class VerdictView:
    """What came of the guess at this step."""

    is_right: Annotated[bool, "whether the guess is the label"]
    label: Annotated[tuple[Segment, ...], "the label"]
    guessed: Annotated[tuple[Segment, ...], "the guess"]
    mine: Annotated[str, "what the guess gave the label, and what that costs, in a sentence"]
    model: Annotated[str, "the same for the model"]
    about: Annotated[str, "what the model thought of a wrong guess, in a sentence; empty where it is right"]
    note: Annotated[str, "how typed text became a token, or how close it was; empty where that is plain"]
    next: Annotated[str, "the query for the next step; empty at the last"]


@dataclass(frozen=True)
class ScoreView:
    """One bar of the scores."""

    who: Annotated[str, "whose it is: mine, model or uniform"]
    name: Annotated[str, "the same in words"]
    width: Annotated[str, "the bar's length in percent of the track, for SVG: bits a pair"]
    mean: Annotated[str, "bits a pair"]
    total: Annotated[str, "bits in all"]


@dataclass(frozen=True)
class StandingView:
    """The scores over the steps guessed so far."""

    scores: Annotated[tuple[ScoreView, ...], "three bars on one scale; none before the first guess"]
    title: Annotated[str, "what they are, and how many guesses they count"]
    meaning: Annotated[str, "what a bit is here"]
    again: Annotated[str, "the query to start over; empty where there is nothing to forget"]


@dataclass(frozen=True)
class GuessView:
    """Guess first, at one step."""

    context: Annotated[tuple[Segment, ...], "x_1 … x_{t−1}; its end, where it is long"]
    parameters: Annotated[tuple[tuple[str, str], ...], "names and values that the form keeps"]
    choices: Annotated[tuple[ChoiceView, ...], "the candidates; none once guessed"]
    sures: Annotated[tuple[SureView, ...], "how sure one can be"]
    typed: Annotated[str, "the visitor's own words, where they could not be used"]
    complaint: Annotated[str, "what is wrong with them and the remedy; empty where nothing is"]
    verdict: Annotated[VerdictView | None, "what came of the guess; None before it"]
    standing: Annotated[StandingView, "the scores"]
    spoken: Annotated[str, "what is asked, or what came of it, in full sentences, for a screen reader"]


def question(
    context: str, state: State, choices: Sequence[Candidate], standing: StandingView, typed: str, complaint: str
) -> GuessView:
    """A step that is still to be guessed, of which nothing but the context and the choices is known here."""
    last = state.guesses[-1].sure if state.guesses else DEFAULT_SURE
    context = end_of(context, CONTEXT_CHARACTERS)
    return GuessView(
        context=context_segments(context),
        parameters=tuple(state.parameters.items()),
        choices=tuple(ChoiceView(number, token.id, segments(token.text)) for number, token in enumerate(choices, 1)),
        sures=tuple(SureView(sure, share(sure / 100), sure == last) for sure in SURE),
        typed=typed,
        complaint=complaint,
        verdict=None,
        standing=standing,
        spoken=_("Pair %(step)s: what comes after “%(context)s”? Choose a token, or type one.")
        % {"step": state.step, "context": context.strip()},
    )


def answer(prediction: Prediction, verdict: VerdictView, standing: StandingView) -> GuessView:
    """A step that was guessed."""
    guessed = "".join(segment.text for segment in verdict.guessed)
    message = _("Right: the label is %(label)s.") if verdict.is_right else _("Not %(guess)s: the label is %(label)s.")
    result = message % {"guess": said(guessed), "label": said(prediction.label)}
    sums = ", ".join(f"{score.name} {score.mean}" for score in standing.scores)
    so_far = _("Bits a pair so far: %(scores)s.") % {"scores": sums}
    sentences = (result, verdict.note, verdict.mine, verdict.model, verdict.about, so_far)
    return GuessView(
        context=context_segments(end_of(prediction.context, CONTEXT_CHARACTERS)),
        parameters=(),
        choices=(),
        sures=(),
        typed="",
        complaint="",
        verdict=verdict,
        standing=standing,
        spoken=" ".join(filter(None, sentences)),
    )


def verdict(
    analysis: Analysis, guess: Guess, token: Candidate, rank: int, vocab_size: int, typed: str, next_query: str
) -> VerdictView:
    """What came of a guess. token, rank: the guess as the model saw it; typed: the visitor's words for it, if any."""
    prediction = analysis.predictions[guess.step - 1]
    to_come = "".join(token.text for token in analysis.tokens[guess.step :])
    is_right = guess.token_id == prediction.label_id
    probability = given(guess, prediction.label_id, vocab_size)
    mine = (
        _("You put %(sure)s on it: %(bits)s bits.")
        if is_right
        else _("You put %(sure)s on another token, which left %(left)s for this one: %(bits)s bits.")
    )
    return VerdictView(
        is_right=is_right,
        label=segments(prediction.label),
        guessed=segments(token.text),
        mine=mine
        % {"sure": share(guess.sure / 100), "left": percent(probability), "bits": bits_text(bits(probability))},
        model=_("The model gave it %(percent)s: %(bits)s bits.")
        % {"percent": percent(prediction.probability), "bits": bits_text(prediction.loss / math.log(2))},
        about="" if is_right else _about(token.probability, rank),
        note=_note(typed.strip(), token.text, prediction.label, to_come),
        next=next_query,
    )


def _about(probability: float, rank: int) -> str:
    first = _("The model gave your guess %(percent)s, as its first choice.")
    later = _("The model gave your guess %(percent)s, as its %(place)s choice.")
    return (first if rank == 1 else later) % {"percent": percent(probability), "place": ordinal(rank)}


def standing(totals: Scores, state: State, vocab_size: int) -> StandingView:
    """The scores, on one scale at all steps: to the most that a guess can cost, or to the model's mean beyond it."""
    rows = (
        ("mine", _("you"), totals.mine),
        ("model", _("the model"), totals.model),
        ("uniform", _("a blind guess"), totals.uniform),
    )
    n = max(totals.n, 1)
    full = max(worst(vocab_size), totals.model / n)
    return StandingView(
        scores=tuple(
            ScoreView(who, name, f"{100 * total / n / full:.4f}", bits_text(total / n), bits_text(total))
            for who, name, total in rows
            if totals.n
        ),
        title=counted(totals.n, "Bits for each label, over %(n)s guess", "Bits for each label, over %(n)s guesses")
        if totals.n
        else _("Bits for each label"),
        meaning=_(
            "One bit is the surprise of a coin toss: whoever gave the label 1 in 2 pays 1 bit, 1 in 4 pays 2. Fewer "
            "bits are better. What you do not put on your guess is spread evenly over the other %(n)s tokens; a blind "
            "guess spreads all of it. The label is always among the tokens to tap: the model had no such help."
        )
        % {"n": number(vocab_size - 1)},
        again=state.query(step=state.start, guesses=()) if state.guesses else "",
    )


def bits_text(value: float) -> str:
    """Bits with one decimal, or more below ten.

    >>> bits_text(0.737), bits_text(14.32)
    ('0.74', '14.3')
    """
    return loss_text(value) if value < 9.995 else number(value, ",.1f")


def said(text: str) -> str:
    """A token in quotes, as a sentence holds it."""
    return _("“%(text)s”") % {"text": text.strip() or visible(text)}


def _note(typed: str, guessed: str, label: str, to_come: str) -> str:
    """How what was typed became the guess, and what small thing parts it from the label, the first token to come.

    >>> _note("Top", " T", " top", " top of it")
    '“Top” begins with the token “T”. Only capital letters differ, but to the model that is another token.'
    """
    mine, truth = guessed.strip(), label.strip()
    begins = _("%(typed)s begins with the token %(token)s.")
    became = "" if typed in ("", mine) else begins % {"typed": said(typed), "token": said(guessed)}
    if guessed == label or not truth:
        near = ""
    elif mine == truth:
        near = _("Only the space before it differs, but to the model that is another token.")
    elif truth.casefold() in (mine.casefold(), typed.casefold()):
        near = _("Only capital letters differ, but to the model that is another token.")
    elif to_come.strip().casefold().startswith((typed or mine).casefold()) and len(typed or mine) > len(truth):
        near = _("It begins as the label does, but here the text is cut into other tokens.")
    else:
        near = ""
    return f"{became} {near}".strip()
