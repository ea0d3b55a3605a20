"""Guess first: the candidates to choose from, the guesses as the URL writes them, and their scores in bits.

A person names one token and how sure they are of it; that is a probability for every token, and so it can be scored
as the model is. Shannon had people guess a text's next letter in 1951, to measure the entropy of English.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from app.language import _, ngettext, number
from app.predict import Candidate, Prediction
from app.sentences import InputError
from app.tokenizer import BYTES_IN_BRACKETS, Token

SURE = (30, 60, 90)  # percent that a person can put on their guess
DEFAULT_SURE = SURE[1]
MAX_TYPED = 60  # characters of a guess in one's own words
# One candidate comes from each of these bands of ranks, and the label is its own band's: so each band has one, wherever
# the label stands. Those beyond the last count to it.
BANDS = (1, 2, 3, 4, 5, 13, 41, 121)
CANDIDATES = 400  # how far down the ranking candidates may come from

WRITTEN = re.compile(r"(?:[0-9]{1,6}\.[0-9]{1,9}\.[0-9]{1,3})(?:-[0-9]{1,6}\.[0-9]{1,9}\.[0-9]{1,3})*")


@dataclass(frozen=True)
class Guess:
    """A token guessed at a step, with the percent of probability put on it."""

    step: int
    token_id: int
    sure: int


# --- The URL -------------------------------------------------------------------------------------------------------


def written(guesses: Sequence[Guess]) -> str:
    """Guesses as the URL holds them.

    >>> written([Guess(1, 271, 60), Guess(3, 9, 90)])
    '1.271.60-3.9.90'
    """
    return "-".join(f"{guess.step}.{guess.token_id}.{guess.sure}" for guess in guesses)


def read(text: str, n_steps: int, vocab_size: int) -> tuple[Guess, ...]:
    """The guesses that `written` wrote, "" for none; InputError where they cannot be guesses at this sentence."""
    if not text:
        return ()
    parts = text.split("-") if WRITTEN.fullmatch(text) else []
    guesses = tuple(Guess(*map(int, part.split("."))) for part in parts)
    if (
        written(guesses) != text
        or any(later.step <= earlier.step for earlier, later in pairwise(guesses))
        or any(not _is_possible(guess, n_steps, vocab_size) for guess in guesses)
    ):
        raise InputError(
            "invalid_guesses",
            ngettext(
                "“guesses” is “%(value)s”, which is no list of guesses at this sentence's %(n)s step. "
                "They are left out: guess again.",
                "“guesses” is “%(value)s”, which is no list of guesses at this sentence's %(n)s steps. "
                "They are left out: guess again.",
                n_steps,
            )
            % {"value": text[:40], "n": n_steps},
            actual=text[:40],
        )
    return guesses


def _is_possible(guess: Guess, n_steps: int, vocab_size: int) -> bool:
    return 1 <= guess.step <= n_steps and guess.token_id < vocab_size and guess.sure in SURE


def with_guess(guesses: Sequence[Guess], new: Guess) -> tuple[Guess, ...]:
    """The guesses with one more, in the order of their steps; a second one at a step takes the first one's place."""
    return tuple(sorted({guess.step: guess for guess in (*guesses, new)}.values(), key=lambda guess: guess.step))


# --- What to choose from -------------------------------------------------------------------------------------------


def choices(ranked: Sequence[Candidate], label: Candidate, seed: str) -> list[Candidate]:
    """The label among what the model finds more and less likely, shuffled: eight where the vocabulary has as many.

    ranked: the most probable tokens, best first. The same seed gives the same candidates in the same order; nothing
    about the label's place or company tells it from the others, but that it goes on with the text.
    """
    random = Random(seed)
    distinct = _distinct(ranked, label)
    place = next((i for i, token in enumerate(distinct) if token.id == label.id), len(distinct))
    chosen = []
    for first, after in pairwise([*BANDS, max(len(distinct), place + 1, BANDS[-1]) + 1]):
        band = distinct[first - 1 : after - 1]
        if first - 1 <= place < after - 1:
            chosen.append(label)
        elif band:
            chosen.append(random.choice(band))
    random.shuffle(chosen)
    return chosen


def _distinct(ranked: Sequence[Candidate], label: Candidate) -> list[Candidate]:
    """Those that a person can read and tell from each other, and the label where it is among them."""
    found = {_folded(label.text): label}
    kept = []
    for token in ranked:
        if token.id == label.id:
            kept.append(label)
        elif (folded := _folded(token.text)) and folded not in found and not re.search(BYTES_IN_BRACKETS, token.text):
            found[folded] = token
            kept.append(token)
    return kept


def _folded(text: str) -> str:
    return text.strip().casefold()


# --- What was guessed ----------------------------------------------------------------------------------------------


def sureness(text: str) -> int:
    """The percent that a form names; InputError where it is none of those there are."""
    found = [sure for sure in SURE if str(sure) == text]
    if not found:
        raise InputError(
            "invalid_sure",
            _("“sure” is “%(value)s”, but can be %(some)s or %(last)s. Choose one.")
            % {"value": text[:40], "some": ", ".join(map(str, SURE[:-1])), "last": SURE[-1]},
            actual=text[:40],
        )
    return found[0]


def readings(typed: str, before: str, ids: Sequence[int], tokenize: Callable[[str], Sequence[Token]]) -> list[int]:
    """The tokens that typed text may begin with after a context: as a new word, and as it stands.

    before: the context's text; ids: its tokens. A reading that would cut the context otherwise is none.
    """
    n = len(ids)
    found = []
    for text in dict.fromkeys((f" {typed.lstrip()}", typed)):
        tokens = tokenize(before + text)
        is_cut_alike = [token.id for token in tokens[:n]] == list(ids)
        if is_cut_alike and len(tokens) > n and tokens[n].start >= len(before):
            found.append(tokens[n].id)
    return list(dict.fromkeys(found))


def picked(asked: Mapping[str, str], vocab_size: int) -> int | None:
    """The id of the candidate that was tapped; None where none was. InputError where there is no such token."""
    text = asked.get("pick")
    if text is None:
        return None
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) >= vocab_size:
        raise InputError(
            "invalid_pick",
            _("“pick” is “%(value)s”, which is no token: they are numbered from 0 to %(last)s. Tap one of these.")
            % {"value": text[:40], "last": number(vocab_size - 1)},
            limit=vocab_size - 1,
            actual=text[:40],
        )
    return int(text)


# --- Scores --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scores:
    """Bits needed for the labels of so many guessed steps, in total: fewer is better."""

    n: int
    mine: float
    model: float
    uniform: float


def given(guess: Guess, label_id: int, vocab_size: int) -> float:
    """The probability that a guess gives the label: what was put on it, or an equal share of the rest, V − 1 tokens.

    >>> given(Guess(1, 5, 60), label_id=5, vocab_size=11), given(Guess(1, 5, 60), label_id=7, vocab_size=11)
    (0.6, 0.04)
    """
    return guess.sure / 100 if guess.token_id == label_id else (100 - guess.sure) / 100 / (vocab_size - 1)


def bits(probability: float) -> float:
    """−log2 of a probability above 0: the logarithmic scoring rule (Good 1952, “Rational decisions”).

    It is proper: on average nobody scores better than by saying what they believe. One bit is a coin's surprise.

    >>> bits(0.5), bits(1 / 8192)
    (1.0, 13.0)
    """
    return -math.log2(probability)


def scores(guesses: Sequence[Guess], predictions: Sequence[Prediction], vocab_size: int) -> Scores:
    """The totals over the guessed steps.

    mine: Σ −log2 of the probability that the guess gives the label; model: Σ −log2 P(label | context), its loss in
    nats over ln 2; uniform: log2 V a step, which is all that someone knows who has learnt nothing.
    """
    labels = {prediction.step: prediction for prediction in predictions}
    return Scores(
        n=len(guesses),
        mine=math.fsum(bits(given(guess, labels[guess.step].label_id, vocab_size)) for guess in guesses),
        model=math.fsum(labels[guess.step].loss for guess in guesses) / math.log(2),
        uniform=len(guesses) * math.log2(vocab_size),
    )


def worst(vocab_size: int) -> float:
    """The most bits that a guess can take at one step: surest, and wrong."""
    return bits((100 - max(SURE)) / 100 / (vocab_size - 1))
