"""The ruler as a picture and as words: a decade an equal step, from a sentence to the web."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Annotated

from app.charts import FIRST, INK, LINE, QUIET, apart
from app.formatting import in_words
from app.language import _, ngettext, number
from app.ruler import Mark

WIDTH, DECADE, GAP = 336, 32, 39  # units: across, a factor of ten, between two labels
TOP, BOTTOM = 22, 26  # room above the first tick and below the last
SCALE, LABELS = 92, 116  # from the left: the ruler's edge, and its labels
NAMED = (0, 3, 6, 9, 12, 15)  # powers of ten that are written out


@dataclass(frozen=True)
class MarkView:
    """A point of the ruler, in words."""

    name: Annotated[str, "what has so much text"]
    amount: Annotated[str, "how much, with its unit; an estimate begins with “about”"]
    exact: Annotated[str, "our own count in full; empty for an estimate"]
    is_estimate: Annotated[bool, "whether the number is others' estimate, not our count"]
    source: Annotated[str, "where an estimate comes from; empty for a count"]
    url: Annotated[str, "where that is read; empty for a count"]


@dataclass(frozen=True)
class RulerView:
    """The ruler."""

    picture: Annotated[str, "the ruler, SVG"]
    marks: Annotated[tuple[MarkView, ...], "its points, the smallest first"]


def ruler_view(marks: Sequence[Mark]) -> RulerView:
    """The ruler of some marks, which come in order."""
    shown = tuple(_mark(mark) for mark in marks)
    return RulerView(_picture(marks, shown), shown)


def _mark(mark: Mark) -> MarkView:
    source = mark.source
    amount = _amount(mark.number)[mark.unit] % {"n": in_words(mark.number)}
    return MarkView(
        name=_(mark.name),
        amount=_("about %(amount)s") % {"amount": amount} if source else amount,
        exact="" if source else number(mark.number),
        is_estimate=bool(source),
        source=f"{source.authors} ({source.year}), {source.title}, {source.place}" if source else "",
        url=source.url if source else "",
    )


def _amount(n: int) -> dict[str, str]:
    """So many of each unit."""
    return {
        "pairs": ngettext("%(n)s pair", "%(n)s pairs", n),
        "tokens": ngettext("%(n)s token", "%(n)s tokens", n),
        "words": ngettext("%(n)s word", "%(n)s words", n),
    }


def _picture(marks: Sequence[Mark], shown: Sequence[MarkView]) -> str:
    last = math.ceil(math.log10(marks[-1].number))
    foot = TOP + last * DECADE
    height = foot + BOTTOM
    places = [TOP + DECADE * math.log10(mark.number) for mark in marks]
    described = ", ".join(f"{mark.name} {mark.amount}" for mark in shown)
    name = escape(_("Logarithmic ruler: %(marks)s") % {"marks": described})
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart ruler" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' font-family="system-ui, sans-serif" font-size="14"><title>{name}</title>',
        f'<path class="ruler-line" d="M{SCALE} {TOP} V{foot}" stroke="{LINE}" stroke-width="2"/>',
    ]
    for power in range(last + 1):
        y, is_named = TOP + power * DECADE, power in NAMED
        parts.append(f'<path class="ruler-line" d="M{SCALE} {y} h-{14 if is_named else 7}" stroke="{LINE}"/>')
        if is_named:
            lines = in_words(10**power).split()  # “1,000”, “trillion”: one below the other takes half the room
            for i, words in enumerate(lines):
                at = y + 5 + 16 * (i - (len(lines) - 1) / 2)
                parts.append(_text("ruler-scale", SCALE - 18, at, words, QUIET, ' text-anchor="end"'))
    for mark, place, label in zip(shown, places, apart(places, GAP, 20, height - 20), strict=True):
        kind, fill = ("ruler-estimate", "#fff") if mark.is_estimate else ("ruler-count", FIRST)
        parts += [
            f'<path class="ruler-line" d="M{SCALE} {place:.1f} L{LABELS - 6} {label:.1f}" stroke="{LINE}"/>',
            f'<circle class="{kind}" cx="{SCALE}" cy="{place:.1f}" r="5" fill="{fill}" stroke="{FIRST}"/>',
            _text("ruler-name", LABELS, label - 2, mark.name, INK),
            _text("ruler-amount", LABELS, label + 15, mark.amount, QUIET),
        ]
    return "".join([*parts, "</svg>"])


def _text(name: str, x: float, y: float, words: str, colour: str, more: str = "") -> str:
    return f'<text class="{name}" x="{x}" y="{y:.1f}" fill="{colour}"{more}>{escape(words)}</text>'
