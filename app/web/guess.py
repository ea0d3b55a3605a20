"""Guess first: the guess that a form sends, and the stage that answers it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.guess import (
    CANDIDATES,
    DEFAULT_SURE,
    MAX_TYPED,
    Guess,
    choices,
    picked,
    readings,
    scores,
    sureness,
    with_guess,
)
from app.language import _, number
from app.predict import Analysis, Candidate, Predictor
from app.sentences import InputError, check_text
from app.state import State
from app.view import StageView, stage
from app.view_guess import answer, question, standing, verdict
from app.view_hidden import hidden, marked


def guessing(
    predictor: Predictor,
    analysis: Analysis,
    state: State,
    asked: Mapping[str, str],
    error: str,
    tokens_seen: Sequence[int],
) -> tuple[StageView, bool]:
    """The stage for a state that guesses first, and whether the form's guess had to be refused."""
    complaint = ""
    if not error:  # a guess at a step that there is not is none at the one shown instead
        try:
            guess = _sent(predictor, analysis, state.step, asked)
            state = replace(state, guesses=with_guess(state.guesses, guess)) if guess else state
        except InputError as refused:
            complaint = refused.message
    typed = "" if "pick" in asked else asked.get("word", "")
    shown = stage(analysis, state, predictor.model.vocab_size, error, tokens_seen)
    return _stage(predictor, analysis, state, shown, typed, complaint), bool(complaint)


def _stage(
    predictor: Predictor, analysis: Analysis, state: State, shown: StageView, typed: str, complaint: str
) -> StageView:
    vocab_size, step = predictor.model.vocab_size, state.step
    prediction = analysis.predictions[step - 1]
    sums = standing(scores(state.guesses, analysis.predictions, vocab_size), state, vocab_size)
    guess = next((guess for guess in state.guesses if guess.step == step), None)
    if guess is None:
        label = Candidate(prediction.label_id, prediction.label, prediction.probability)
        ranked = predictor.ranked(analysis, step, CANDIDATES)
        found = choices(ranked, label, seed=f"{step} {analysis.sentence}")
        return hidden(shown, question(prediction.context, state, found, sums, typed, complaint))
    token, rank = predictor.candidate(analysis, step, guess.token_id)
    on = state.to(step + 1) if step < len(analysis.predictions) else ""
    found_out = verdict(analysis, guess, token, rank, vocab_size, typed, on)
    return hidden(marked(shown, analysis, token, rank, vocab_size), answer(prediction, found_out, sums))


def _sent(predictor: Predictor, analysis: Analysis, step: int, asked: Mapping[str, str]) -> Guess | None:
    """The guess that a form sends: a candidate tapped, or else a word typed. None where it sends neither."""
    if not {"pick", "word"} & asked.keys():
        return None
    sure = sureness(asked.get("sure", str(DEFAULT_SURE)))
    token_id = picked(asked, predictor.model.vocab_size)
    if token_id is None:
        token_id = _typed(predictor, analysis, step, asked["word"])
    return Guess(step, token_id, sure)


def _typed(predictor: Predictor, analysis: Analysis, step: int, typed: str) -> int:
    """The token that typed text begins with: the label, if one reading of it is that, or else the likelier reading."""
    if not typed.strip():
        raise InputError("empty_guess", _("There is no guess yet. Tap a token, or type the next word."))
    if len(typed) > MAX_TYPED:
        raise InputError(
            "too_long_guess",
            _("The guess has %(actual)s characters; the limit is %(limit)s. One word is enough.")
            % {"actual": number(len(typed)), "limit": MAX_TYPED},
            limit=MAX_TYPED,
            actual=len(typed),
        )
    check_text(typed)
    context = analysis.tokens[:step]
    before = analysis.sentence[: context[-1].end]
    found = readings(typed, before, [token.id for token in context], predictor.model.tokens)
    if not found:
        raise InputError(
            "no_reading",
            _(
                "“%(guess)s” cannot follow here: joined to the text before it, it would cut that into other tokens. "
                "Choose one of these instead."
            )
            % {"guess": typed},
        )
    label_id = analysis.predictions[step - 1].label_id
    likeliest = max(found, key=lambda token_id: predictor.candidate(analysis, step, token_id)[0].probability)
    return label_id if label_id in found else likeliest
