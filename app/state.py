"""The stage's whole state, which is its URL: sentence, step and how it is shown.

Reload, Back, a bookmark and a link in a mail all give the same view, since there is nothing else to remember.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, TypeVar
from urllib.parse import urlencode

from app.guess import Guess, written
from app.language import _, languages

# Each option's values; the first is what a URL without it means.
OPTIONS = {
    "rows": ("pairs", "folded"),
    "tint": ("none", "surprise"),
    "keys": ("on", "off"),  # single letters as shortcuts, which some who speak to their computer must turn off
    "unit": ("tokens", "words"),
    "view": ("page", "projector"),
    "theme": ("auto", "light", "dark"),
    "guess": ("off", "on"),
}

# What belongs to one sentence: another does not keep it.
OF_SENTENCE = ("sentence", "step", "start", "end", "guesses")


@dataclass(frozen=True)
class State:
    """One view of the stage."""

    sentence: str
    step: int = 1
    rows: str = OPTIONS["rows"][0]
    tint: str = OPTIONS["tint"][0]
    keys: str = OPTIONS["keys"][0]
    unit: str = OPTIONS["unit"][0]
    view: str = OPTIONS["view"][0]
    theme: str = OPTIONS["theme"][0]
    lang: str = ""  # the interface's language; none, and the browser says which
    seen: str = ""  # the moment of training that is shown, as tokens seen; none, and there is no choice of moments
    guess: str = OPTIONS["guess"][0]
    guesses: tuple[Guess, ...] = ()
    hide: tuple[str, ...] = ()  # what a page that embeds this one wants left out, by names of app/embedding.py
    start: int = 1  # the first of the steps that it keeps to
    end: int | None = None  # the last of them; None, and that is the sentence's

    def query(self, **changes: Any) -> str:
        """The URL's query for this state with some changes; options at their defaults are left out."""
        return urlencode(replace(self, **changes).parameters, safe=",")

    def to(self, step: int) -> str:
        """The URL's query for another step of the sentence; empty where the page keeps to others."""
        is_open = step >= self.start and (self.end is None or step <= self.end)
        return self.query(step=step) if is_open else ""

    @property
    def parameters(self) -> dict[str, str]:
        """The URL's parameters, for a form's hidden fields."""
        start = {"start": str(self.start)} if self.start > 1 else {}
        end = {"end": str(self.end)} if self.end else {}
        guesses = {"guesses": written(self.guesses)} if self.guesses else {}
        return {"sentence": self.sentence, "step": str(self.step), **self.options, **start, **end, **guesses}

    @property
    def options(self) -> dict[str, str]:
        """The options that are not at their defaults, which another sentence keeps."""
        defaults = {**{name: values[0] for name, values in OPTIONS.items()}, "seen": "", "lang": ""}
        chosen = {name: getattr(self, name) for name, default in defaults.items() if getattr(self, name) != default}
        return {**chosen, "hide": ",".join(self.hide)} if self.hide else chosen


S = TypeVar("S", bound=State)


def shown_as(state: S, asked: Mapping[str, str], moments: Iterable[int] = ()) -> tuple[S, tuple[str, ...]]:
    """The state with the options that a URL asks for, and a message for each whose value it cannot have.

    moments: the tokens seen at those moments of training that can be shown.
    """
    found: dict[str, Any] = {}
    refused = []
    for name, values in {**OPTIONS, "seen": ("", *map(str, moments)), "lang": ("", *languages())}.items():
        value = asked.get(name, values[0])
        if value in values:
            found[name] = value
        else:
            refused.append(refusal(name, value, [possible for possible in values if possible]))
    return replace(state, **found), tuple(refused)


def refusal(name: str, value: str, possible: Sequence[str]) -> str:
    """The message about a value that an option cannot have."""
    if not possible:
        return _("“%(name)s” is “%(value)s”, but can be left out.") % {"name": name, "value": value[:40]}
    either = reduce(lambda one, other: _("%(one)s or %(other)s") % {"one": one, "other": other}, possible)
    message = _("“%(name)s” is “%(value)s”, but can be %(choices)s.")
    return message % {"name": name, "value": value[:40], "choices": either}
