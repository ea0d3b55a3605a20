"""The bitter lesson as a picture, a table and words, from what `python -m app bitter` stored with the model."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Annotated, Any

from app.charts import FIRST, QUIET, SECOND, Line, bitter_chart
from app.formatting import counted
from app.view_card import FactView

Points = Sequence[tuple[float, float]]  # (tokens read, bits per byte), the fewest tokens first

# Lines are told apart by form and by the names at their ends, too.
DRAWN = {
    "rules": ("rules by hand", "chart-guide", QUIET, "4 4", 2.0),
    "unigram": ("unigram counts", "chart-second", SECOND, "10 4", 2.0),
    "bigram": ("bigram counts", "chart-second", SECOND, "3 3", 2.0),
    "5-gram": ("5-gram counts", "chart-second", SECOND, "", 2.0),
    "network": ("network", "chart-first", FIRST, "", 3.0),
}
RACES = (("5-gram", "rules"), ("network", "rules"), ("network", "5-gram"))


@dataclass(frozen=True)
class AmountView:
    """All models after one amount of text."""

    tokens: Annotated[str, "how many tokens had been read"]
    cells: Annotated[tuple[str, ...], "each model's bits per byte; empty where it was not measured there"]


@dataclass(frozen=True)
class BitterView:
    """The bitter lesson, measured."""

    picture: Annotated[str, "bits per byte over the text read, SVG"]
    names: Annotated[tuple[str, ...], "the models, in the order of the cells"]
    amounts: Annotated[tuple[AmountView, ...], "the same numbers as the picture's, least text first"]
    crossings: Annotated[tuple[str, ...], "where one overtakes another, a sentence each"]
    facts: Annotated[tuple[FactView, ...], "how it was measured"]


def bitter_view(found: dict[str, Any]) -> BitterView:
    """The view of a stored result, bitter.json."""
    lines = {name: [(point["tokens"], point["bits_per_byte"]) for point in found["lines"][name]] for name in DRAWN}
    by_amount = {name: dict(points) for name, points in lines.items()}
    amounts = sorted({tokens for points in lines.values() for tokens, _ in points})
    return BitterView(
        picture=bitter_chart([Line(DRAWN[name][0], points, *DRAWN[name][1:]) for name, points in lines.items()]),
        names=tuple(drawn[0] for drawn in DRAWN.values()),
        amounts=tuple(
            AmountView(f"{tokens:,}", tuple(_cell(by_amount[name].get(tokens)) for name in DRAWN)) for tokens in amounts
        ),
        crossings=tuple(
            _told(one, other, crossing(lines[one], lines[other]), lines[one][-1][0]) for one, other in RACES
        ),
        facts=_facts(found, lines["network"][-1][0]),
    )


def _cell(bits: float | None) -> str:
    return "" if bits is None else f"{bits:.3f}"


def crossing(one: Points, other: Points) -> tuple[float, float] | None:
    """The two amounts of text between which one line comes to lie below the other; (0, first) where it begins so.

    Between its own points, the other line is straight over the logarithm of the text, and beyond them level. None where
    it never comes to lie below.

    >>> crossing([(10, 3), (100, 2), (1000, 1)], [(0, 1.5)]), crossing([(10, 3)], [(10, 2)])
    ((100, 1000), None)
    """
    before = 0.0
    for tokens, bits in one:
        if bits < _at(other, tokens):
            return before, tokens
        before = tokens
    return None


def _at(points: Points, tokens: float) -> float:
    place = bisect_left([read for read, _ in points], tokens)
    if place in (0, len(points)):
        return points[min(place, len(points) - 1)][1]
    (low, more), (high, less) = points[place - 1], points[place]
    share = log(tokens / low) / log(high / low) if low else 1.0
    return more + share * (less - more)


def _told(one: str, other: str, where: tuple[float, float] | None, last: float) -> str:
    name, than = ("the " + ("rules" if who == "rules" else who) for who in (one, other))
    if where is None:
        return f"Up to {last:,} tokens, {name} never takes fewer bits than {than}."
    before, after = where
    since = f"somewhere between {before:,} and {after:,} tokens on" if before else f"{after:,} tokens on at the latest"
    return f"From {since}, {name} takes fewer bits than {than}."


def _facts(found: dict[str, Any], seen: float) -> tuple[FactView, ...]:
    scored, passes = found["validation"], seen / found["corpus_tokens"]
    return (
        FactView("measured on", found["date"]),
        FactView(
            "scored on",
            f"{counted(scored['labels'], 'label')} of {counted(scored['pieces'], 'piece')} of text that none of them "
            f"read, {counted(scored['bytes'], 'byte')}",
        ),
        FactView("every token equally likely", f"{found['blind']:.3f} bits per byte"),
        FactView(
            "rules by hand",
            "word classes, what follows what, endings: written from what people know of English, nothing counted",
        ),
        FactView(
            "counts",
            f"Kneser-Ney models of the same training text, drawn at random, up to all of its "
            f"{counted(found['corpus_tokens'], 'token')}",
        ),
        FactView(
            "network",
            f"“{found['model']}” on the way to its {seen:,} tokens, {passes:.1f} times the text: some sources more "
            "often, and its snapshots in 4 bits",
        ),
        FactView("versions", ", ".join(f"{name} {version}" for name, version in found["versions"].items())),
    )
