"""The bitter lesson as a picture, a table and words, from what `python -m app bitter` stored with the model."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Annotated, Any

from app.charts import FIRST, QUIET, SECOND, Line, bitter_chart
from app.formatting import counted, in_words, share
from app.language import N_, _, number
from app.view_card import FactView

Points = Sequence[tuple[float, float]]  # (tokens read, bits per byte), the fewest tokens first

# Lines are told apart by form and by the names at their ends, too.
DRAWN = {
    "rules": (N_("rules by hand"), "chart-guide", QUIET, "1.5 4", 2.5),
    "unigram": (N_("unigram counts"), "chart-second", SECOND, "5 4", 2.0),
    "bigram": (N_("bigram counts"), "chart-second", SECOND, "9 3 2 3", 2.0),
    "5-gram": (N_("5-gram counts"), "chart-second", SECOND, "", 2.0),
    "network": (N_("network"), "chart-first", FIRST, "", 3.0),
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


def bitter_view(found: dict[str, Any], card: dict[str, Any] | None = None) -> BitterView:
    """The view of a stored result, bitter.json; card: of the model that was measured."""
    lines = _lines(found)
    by_amount = {name: dict(points) for name, points in lines.items()}
    amounts = sorted({tokens for points in lines.values() for tokens, _bits in points})
    return BitterView(
        picture=bitter_chart([Line(_(DRAWN[name][0]), points, *DRAWN[name][1:]) for name, points in lines.items()]),
        names=tuple(_(drawn[0]) for drawn in DRAWN.values()),
        amounts=tuple(
            AmountView(number(tokens), tuple(_cell(by_amount[name].get(tokens)) for name in DRAWN))
            for tokens in amounts
        ),
        crossings=tuple(
            _told(one, other, where, lines[one][-1][0]) for (one, other), where in crossings(found).items()
        ),
        facts=_facts(found, card or {}, lines["network"][-1][0]),
    )


def _cell(bits: float | None) -> str:
    return "" if bits is None else number(bits, ".3f")


def _lines(found: dict[str, Any]) -> dict[str, Points]:
    return {name: [(point["tokens"], point["bits_per_byte"]) for point in found["lines"][name]] for name in DRAWN}


def crossings(found: dict[str, Any]) -> dict[tuple[str, str], tuple[float, float] | None]:
    """Where one line of a stored result comes to lie below another, for each of `RACES`; see `crossing`."""
    lines = _lines(found)
    return {(one, other): crossing(lines[one], lines[other]) for one, other in RACES}


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
    place = bisect_left([read for read, _bits in points], tokens)
    if place in (0, len(points)):
        return points[min(place, len(points) - 1)][1]
    (low, more), (high, less) = points[place - 1], points[place]
    share = log(tokens / low) / log(high / low) if low else 1.0
    return more + share * (less - more)


def _told(one: str, other: str, where: tuple[float, float] | None, last: float) -> str:
    names = {"rules": _("the rules"), "5-gram": _("the 5-gram"), "network": _("the network")}
    said = {"name": names[one], "than": names[other]}
    if where is None:
        message = _("Up to %(last)s tokens, %(name)s never takes fewer bits than %(than)s.")
        return message % {"last": number(last), **said}
    before, after = where
    message = (
        _("From somewhere between %(before)s and %(after)s tokens on, %(name)s takes fewer bits than %(than)s.")
        if before
        else _("From %(after)s tokens on at the latest, %(name)s takes fewer bits than %(than)s.")
    )
    return message % {"before": number(before), "after": number(after), **said}


def _facts(found: dict[str, Any], card: dict[str, Any], seen: float) -> tuple[FactView, ...]:
    scored, passes = found["validation"], seen / found["corpus_tokens"]
    return (
        FactView(_("measured on"), found["date"]),
        FactView(
            _("scored on"),
            counted(
                scored["pieces"],
                "%(labels)s labels of %(n)s piece of text that none of them read, %(bytes)s bytes",
                "%(labels)s labels of %(n)s pieces of text that none of them read, %(bytes)s bytes",
                labels=scored["labels"],
                bytes=scored["bytes"],
            ),
        ),
        FactView(
            _("every token equally likely"), _("%(bits)s bits per byte") % {"bits": number(found["blind"], ".3f")}
        ),
        FactView(
            _("rules by hand"),
            _("word classes, what follows what, endings: written from what people know of English, nothing counted"),
        ),
        FactView(
            _("counts"),
            _("Kneser-Ney models of the same training text, drawn at random, up to all of its %(n)s tokens")
            % {"n": number(found["corpus_tokens"])},
        ),
        FactView(
            _("network"),
            _(
                "“%(model)s” on the way to its %(seen)s tokens, %(passes)s times the text: some sources more often, "
                "and its snapshots in 4 bits"
            )
            % {"model": found["model"], "seen": number(seen), "passes": number(passes, ".1f")},
        ),
        FactView(
            _("its curve"),
            " ".join(
                [_("One training; all points before the last are of a network not yet finished."), *_restarts(card)]
            ),
        ),
        FactView(_("versions"), ", ".join(f"{name} {version}" for name, version in found["versions"].items())),
    )


def _restarts(card: dict[str, Any]) -> list[str]:
    """Where the training went on with other settings, and which."""
    runs = [*card.get("earlier", ()), card]
    return [
        _(
            "It was taken up again at %(tokens)s tokens, with a learning rate of %(rate)s in place of %(rate_before)s "
            "and %(share)s of the pieces lower-cased in place of %(share_before)s."
        )
        % {
            "tokens": in_words(before["tokens_seen"]),
            "rate": number(after["training"]["learning_rate"], "g"),
            "rate_before": number(before["training"]["learning_rate"], "g"),
            "share": share(after["training"]["typed_share"]),
            "share_before": share(before["training"]["typed_share"]),
        }
        for before, after in pairwise(runs)
    ]
