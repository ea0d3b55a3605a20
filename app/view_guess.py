"""Guess first: what to choose from before the guess, the verdict after it, and the scores in bits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from app.formatting import THIN, Segment, counted, loss_text, ordinal, percent, segments, visible
from app.guess import DEFAULT_SURE, SURE, Guess, Scores, bits, given, worst
from app.predict import Candidate, Prediction
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
    over: Annotated[str, "how many guesses they count"]
    meaning: Annotated[str, "what a bit is here"]
    again: Annotated[str, "the query to start over; empty where there is nothing to forget"]


@dataclass(frozen=True)
class GuessView:
    """Guess first, at one step."""

    context: Annotated[str, "x_1 … x_{t−1} as text; its end, where it is long"]
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
    context = _end(context)
    return GuessView(
        context=context,
        parameters=tuple(state.parameters.items()),
        choices=tuple(ChoiceView(number, token.id, segments(token.text)) for number, token in enumerate(choices, 1)),
        sures=tuple(SureView(sure, f"{sure}{THIN}%", sure == last) for sure in SURE),
        typed=typed,
        complaint=complaint,
        verdict=None,
        standing=standing,
        spoken=f"Pair {state.step}: what comes after “{context.strip()}”? Choose a token, or type one.",
    )


def answer(prediction: Prediction, verdict: VerdictView, standing: StandingView) -> GuessView:
    """A step that was guessed."""
    label = said(prediction.label)
    guessed = said("".join(segment.text for segment in verdict.guessed))
    result = f"Right: the label is {label}." if verdict.is_right else f"Not {guessed}: the label is {label}."
    sums = ", ".join(f"{score.name} {score.mean}" for score in standing.scores)
    sentences = (result, verdict.note, verdict.mine, verdict.model, verdict.about, f"Bits a pair so far: {sums}.")
    return GuessView(
        context=_end(prediction.context),
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
    prediction: Prediction, guess: Guess, token: Candidate, rank: int, vocab_size: int, typed: str, next_query: str
) -> VerdictView:
    """What came of a guess. token, rank: the guess as the model saw it; typed: the visitor's words for it, if any."""
    is_right = guess.token_id == prediction.label_id
    probability = given(guess, prediction.label_id, vocab_size)
    left = "" if is_right else f"on another token, which left {percent(probability)} for this one"
    place = "first" if rank == 1 else ordinal(rank)
    return VerdictView(
        is_right=is_right,
        label=segments(prediction.label),
        guessed=segments(token.text),
        mine=f"You put {guess.sure}{THIN}% {left or 'on it'}: {bits_text(bits(probability))} bits.",
        model=f"The model gave it {percent(prediction.probability)}: {bits_text(prediction.loss / math.log(2))} bits.",
        about="" if is_right else f"The model gave your guess {percent(token.probability)}, as its {place} choice.",
        note=_note(typed.strip(), token.text, prediction.label),
        next=next_query,
    )


def standing(totals: Scores, state: State, vocab_size: int) -> StandingView:
    """The scores, on one scale at all steps: to the most that a guess can cost, or to the model's mean beyond it."""
    rows = (
        ("mine", "you", totals.mine),
        ("model", "the model", totals.model),
        ("uniform", "a blind guess", totals.uniform),
    )
    n = max(totals.n, 1)
    full = max(worst(vocab_size), totals.model / n)
    return StandingView(
        scores=tuple(
            ScoreView(who, name, f"{100 * total / n / full:.4f}", bits_text(total / n), bits_text(total))
            for who, name, total in rows
            if totals.n
        ),
        over="1 guess" if totals.n == 1 else f"{totals.n:,} guesses",
        meaning=(
            "One bit is the surprise of a coin toss: whoever gave the label 1 in 2 pays 1 bit, 1 in 4 pays 2. Fewer "
            "bits are better. What you do not put on your guess is spread evenly over the other "
            f"{counted(vocab_size - 1, 'token')}; a blind guess spreads all of it. The label is always among the "
            "tokens to tap: the model had no such help."
        ),
        again=state.query(step=1, guesses=()) if state.guesses else "",
    )


def bits_text(value: float) -> str:
    """Bits with one decimal, or more below ten.

    >>> bits_text(0.737), bits_text(14.32)
    ('0.74', '14.3')
    """
    return loss_text(value) if value < 9.995 else f"{value:,.1f}"


def said(text: str) -> str:
    """A token in quotes, as a sentence holds it."""
    return f"“{text.strip() or visible(text)}”"


def _note(typed: str, guessed: str, label: str) -> str:
    """How what was typed became the guess, and what small thing parts it from the label.

    >>> _note("Top", " T", " top")
    '“Top” begins with the token “T”. Only capital letters differ, but to the model that is another token.'
    """
    mine, truth = guessed.strip(), label.strip()
    became = "" if typed in ("", mine) else f"“{typed}” begins with the token {said(guessed)}."
    if guessed == label or not truth:
        near = ""
    elif mine == truth:
        near = "Only the space before it differs, but to the model that is another token."
    elif truth.casefold() in (mine.casefold(), typed.casefold()):
        near = "Only capital letters differ, but to the model that is another token."
    elif (typed or mine).casefold().startswith(truth.casefold()):
        near = "It begins as the label does, but here the text is cut into other tokens."
    else:
        near = ""
    return f"{became} {near}".strip()


def _end(context: str) -> str:
    return context if len(context) <= CONTEXT_CHARACTERS else f"…{context[1 - CONTEXT_CHARACTERS :]}"
