"""Words or tokens: the switch between them, which tokens make up a word, and a word's probability as their product."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

from app.formatting import Segment, counted, decimal, formula, loss_text, ordinal, percent, segments
from app.language import N_, _
from app.predict import Analysis, Prediction
from app.state import State
from app.words import words

MOST_FACTORS = 4  # of a word's probability, written out
GIVEN_CHARACTERS = 12  # of a word's earlier tokens, beside each factor

NOTES = {
    "token": N_(
        "The first token has nothing before it, so it is never a label. The model reads tokens: a common word is "
        "one, a rare word is visibly split into several."
    ),
    "word": N_(
        "A word ends at white space; a punctuation mark counts as one. The model still reads tokens: a word’s "
        "probability is the product over its own, by the chain rule."
    ),
}


@dataclass(frozen=True)
class UnitView:
    """What the stage counts, and the way to count the other."""

    name: Annotated[str, "token or word"]
    symbol: Annotated[str, "the letter of one of them in formulae, x or w"]
    note: Annotated[str, "how words and tokens differ"]
    text: Annotated[str, "what the link to the other does"]
    other: Annotated[str, "the URL's query for the same place counted in the other; empty where there is none"]


@dataclass(frozen=True)
class FactorView:
    """One factor of a word's probability; all fields are empty in a row that only keeps room."""

    sign: Annotated[str, "what stands before it, = or ·"]
    token: Annotated[tuple[Segment, ...], "the token whose probability it is"]
    given: Annotated[str, "what is given beside the context: the end of the word's earlier tokens"]
    left_out: Annotated[str, "how many tokens it is the product of, where they are not written out"]
    value: Annotated[str, "the probability, MathML"]


def unit_view(analysis: Analysis, state: State) -> UnitView:
    """The switch at a step of an analysis in tokens or in words."""
    note = _(NOTES[analysis.unit])
    is_free = (state.start, state.end) == (1, None)  # steps that a page keeps to are of one of the two
    if analysis.unit == "word":
        step = analysis.predictions[state.step - 1].first.step
        other = state.query(unit="tokens", step=step) if is_free else ""
        return UnitView("word", "w", note, _("Count in tokens"), other)
    found = words(analysis.sentence, analysis.tokens)
    index = next(index for index, word in enumerate(found) if word.last > state.step)  # x_{step + 1} is the label
    other = state.query(unit="words", step=max(index, 1)) if is_free and len(found) > 1 else ""
    return UnitView("token", "x", note, _("Count in words"), other)


def word_parts(analysis: Analysis) -> Iterator[str]:
    """What each token is of its word: whole, start, middle or end. Words are whole."""
    if analysis.unit == "word":
        yield from ("whole" for _ in analysis.tokens)
        return
    for word in words(analysis.sentence, analysis.tokens):
        n_middle = word.last - word.first - 1
        yield from ("whole",) if n_middle < 0 else ("start", *("middle",) * n_middle, "end")


def choice(prediction: Prediction, message: str) -> str:
    """A message with a token's %(place)s among the model's choices; a word of several has none, but so many tokens."""
    n_tokens = len(prediction.parts)
    if n_tokens > 1:
        return counted(n_tokens, "the product over its %(n)s token", "the product over its %(n)s tokens")
    return message % {"place": ordinal(prediction.rank)}


def numbers(prediction: Prediction) -> str:
    """A label's probability, rank and loss in a line."""
    return _("%(percent)s, %(choice)s, loss %(loss)s") % {
        "percent": percent(prediction.probability, prediction.loss),
        "choice": choice(prediction, _("%(place)s choice")),
        "loss": loss_text(prediction.loss),
    }


def factors(analysis: Analysis, prediction: Prediction) -> tuple[FactorView, ...]:
    """A word's probability, factor by factor, and room for as many as any word of the text has."""
    most = max((min(len(other.parts), MOST_FACTORS) for other in analysis.predictions), default=0)
    found = list(_factors(prediction.parts))
    return (*found, *(FactorView("", (), "", "", "") for _ in range(most - len(found))))


def _factors(parts: tuple[Prediction, ...]) -> Iterable[FactorView]:
    left_out = len(parts) - MOST_FACTORS + 1 if len(parts) > MOST_FACTORS else 0
    skipped = range(2, 2 + left_out)  # the middle of many
    for index, part in enumerate(parts):
        sign = "·" if index else "="
        if index not in skipped:
            given = "".join(earlier.label for earlier in parts[:index])[-GIVEN_CHARACTERS:]
            value = formula(decimal(part.probability, part.loss))
            yield FactorView(sign, segments(part.label), f"… {given.strip()}".strip(), "", value)
        elif index == skipped[-1]:
            loss = math.fsum(parts[other].loss for other in skipped)
            more = counted(left_out, "%(n)s more", "%(n)s more")
            yield FactorView(sign, (), "", more, formula(decimal(math.exp(-loss), loss)))
