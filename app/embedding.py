"""What a page that embeds this one asks of it in the URL: controls to leave out, and steps to keep to."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from app.language import N_, _
from app.sentences import InputError
from app.state import State

# What `hide` can name, on the stage and on the lesson's parts, and what each is.
HIDEABLE = {
    "input": N_("the field for a sentence"),
    "refresh": N_("Refresh"),
    "headline": N_("the headline"),
    "tokens": N_("the sentence in large type"),
    "stepper": N_("the way from step to step"),
    "play": N_("Play"),
    "unit": N_("the switch to words"),
    "surprise": N_("Show the surprise"),
    "guess": N_("Guess first"),
    "training": N_("Watch it learn"),
    "pair": N_("the pair"),
    "bars": N_("what the model expected"),
    "staircase": N_("all pairs"),
    "fold": N_("Fold into one pass"),
    "proof": N_("Prove it"),
    "sums": N_("the mean loss"),
    "keys": N_("the list of keys"),
    "text": N_("explanations"),
    "quiz": N_("the lesson’s questions"),
    "full": N_("the link to the full page"),
}
ON_STAGE = tuple(name for name in HIDEABLE if name != "quiz")
ON_PART = ("headline", "text", "quiz", "full")  # of the lesson
ON_TEXT = ("input", "headline", "tokens", "stepper", "staircase", "fold", "text", "quiz", "full")  # that part
LONGEST_NAME = 40  # characters of a wrong name that a message repeats

S = TypeVar("S", bound=State)


def hiding(state: S, asked: Iterable[str]) -> tuple[S, tuple[str, ...]]:
    """The state with what the values of `hide` name, each a comma list, and a message where a name is unknown.

    >>> hiding(State("Hi there"), ["refresh,input", "input"])[0].hide
    ('input', 'refresh')
    """
    names = {name.strip() for value in asked for name in value.split(",")} - {""}
    unknown = sorted(names - HIDEABLE.keys())
    message = _("“hide” names “%(name)s”, but can name these alone: %(names)s.")
    refused = tuple(message % {"name": name[:LONGEST_NAME], "names": ", ".join(HIDEABLE)} for name in unknown[:1])
    return replace(state, hide=tuple(name for name in HIDEABLE if name in names)), refused


def keeping(state: S, asked: Mapping[str, str], n_steps: int) -> S:
    """The state with the steps that `start` and `end` keep to; InputError where the sentence has no such range."""
    start, end = (asked.get(name) or default for name, default in (("start", "1"), ("end", str(n_steps))))
    first, last = (int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0 for text in (start, end))
    if not 1 <= first <= last <= n_steps:
        message = _("“start” is “%(start)s” and “end” is “%(end)s”, but this sentence has steps 1 to %(last)s.")
        raise InputError(
            "invalid_range",
            message % {"start": start[:LONGEST_NAME], "end": end[:LONGEST_NAME], "last": n_steps},
            limit=n_steps,
        )
    return replace(state, start=first, end=last if last < n_steps else None)
