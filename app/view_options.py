"""The ways to look at the stage, as links: switches between two values of an option, themes and languages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from app import language
from app.language import N_, _
from app.state import OPTIONS, State

SWITCHES = {  # what a link to an option's second value says, and what one back to the first
    "rows": (N_("Fold into one pass"), N_("Unfold into pairs")),
    "tint": (N_("Show the surprise"), N_("Hide the surprise")),
    "view": (N_("Projector"), N_("Leave the projector")),
    "keys": (N_("Turn letters off"), N_("Turn letters on")),
    "guess": (N_("Guess first"), N_("Stop guessing")),
}


@dataclass(frozen=True)
class OptionView:
    """A switch between two ways of showing the stage, as a link to the other."""

    id: Annotated[str, "stable name, so that focus stays on it"]
    text: Annotated[str, "what the link does"]
    query: Annotated[str, "the URL's query"]


@dataclass(frozen=True)
class LanguageView:
    """A language to choose."""

    code: Annotated[str, "as an HTML attribute names it"]
    name: Annotated[str, "in the language itself"]
    query: Annotated[str, "the URL's query for the same page in it; empty for the one that the page is in"]


def switch(state: State, option: str, name: str) -> OptionView:
    """The link to an option's other value."""
    values = OPTIONS[option]
    is_on = getattr(state, option) == values[1]
    return OptionView(name, _(SWITCHES[option][is_on]), state.query(**{option: values[not is_on]}))


def themes(state: State) -> tuple[OptionView, ...]:
    """Every theme."""
    names = (_("as the system"), _("light"), _("dark"))
    return tuple(
        OptionView(f"theme-{theme}", name, "" if theme == state.theme else state.query(theme=theme))
        for theme, name in zip(OPTIONS["theme"], names, strict=True)
    )


def languages(query: Callable[[str], str]) -> tuple[LanguageView, ...]:
    """Every language; query: the URL's query for the same page in one, by its code."""
    return tuple(
        LanguageView(each.code, each.name, "" if each == language.language() else query(each.code))
        for each in language.languages().values()
    )
