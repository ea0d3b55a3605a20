"""Charts as SVG: the model card's loss over training and its calibration, and the lines of the lesson's measurements.

Colours are presentation attributes, which a page's style sheet overrides by class: so that one text serves the page,
light or dark, and the card's file, which stands alone.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.formatting import share as in_percent
from app.formatting import short_count
from app.language import _, number

WIDTH, HEIGHT = 480, 320
LEFT, RIGHT, TOP, BOTTOM = 66, 28, 12, 44  # room around the plot, for the numbers and the axes' names
LABEL = 19  # from one line's name to the next
FEW = 5  # labels, so many of which have as much room as doubling them
DRAWN = 0.69  # of the plot's width is for lines, what is left for their names
INK, QUIET, LINE, FIRST, SECOND = "#1b2230", "#566072", "#d9dde4", "#0b5c94", "#a84300"


@dataclass(frozen=True)
class Axis:
    """A scale: what it measures, its ends, and the values that are written on it."""

    name: str
    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    is_logarithmic: bool = False

    def share(self, value: float) -> float:
        """Where a value lies between the ends, 0 to 1."""
        low, high = self.low, self.high
        if self.is_logarithmic:
            low, high, value = math.log(low), math.log(high), math.log(value)
        return (value - low) / (high - low)


@dataclass(frozen=True)
class Mark:
    """A point with its name: a class of the style sheet's, and a colour where there is none."""

    at: tuple[float, float]
    words: str
    name: str
    colour: str


def reliability_chart(bins: Iterable[tuple[float, float, float]]) -> str:
    """How often the first choice was right, by how sure the model was: (sure, right, share of the tokens) a dot.

    A dot's area is its share; on the diagonal, the model is right as often as it says.
    """
    ends = [(fifth / 5, in_percent(fifth / 5)) for fifth in range(6)]
    across, up = Axis(_("how sure of its first choice"), 0, 1, ends), Axis(_("how often it was right"), 0, 1, ends)
    marks = [_path([(0, 0), (1, 1)], across, up, "chart-guide", LINE)]
    for sure, right, share in bins:
        x, y = _place(sure, right, across, up)
        radius = max(2.0, 26 * share**0.5)
        marks.append(
            f'<circle class="chart-dot" cx="{x}" cy="{y}" r="{radius:.1f}" fill="{FIRST}" fill-opacity="0.6"/>'
        )
    return _chart(_("Reliability diagram: dots on the diagonal mean that confidence is deserved"), across, up, marks)


def loss_chart(curve: Sequence[dict[str, float]]) -> str:
    """Validation and training loss, in nats per token, over the tokens seen, which double from tick to tick."""
    seen = [point["tokens"] for point in curve]
    losses = [point[name] for point in curve for name in ("loss", "train_loss")]
    across = Axis(_("tokens seen"), min(seen), max(max(seen), 1.01 * min(seen)), _doublings(min(seen), max(seen)), True)
    low, high = math.floor(min(losses) * 2) / 2, math.ceil(max(losses) * 2) / 2
    steps = range(round(low * 2), round(high * 2) + 1)
    ticks = [(step / 2, number(step / 2, ".1f")) for step in steps]
    up = Axis(_("loss in nats per token"), low, max(high, low + 0.5), ticks)
    marks = [
        _path([(point["tokens"], point["train_loss"]) for point in curve], across, up, "chart-second", SECOND, 1),
        _path([(point["tokens"], point["loss"]) for point in curve], across, up, "chart-first", FIRST, 2.5),
        _key(0, _("validation"), "chart-first", FIRST),
        _key(1, _("training, a batch each"), "chart-second", SECOND),
    ]
    return _chart(_("Loss over training"), across, up, marks)


@dataclass(frozen=True)
class Line:
    """A line with its name at its end, and how it is drawn."""

    name: str
    points: Sequence[tuple[float, float]]
    kind: str  # the class: chart-first, chart-second or chart-guide
    colour: str
    dashes: str = ""
    width: float = 2.0
    spread: Sequence[float] = ()  # how far up and down from each point a whisker reaches


def bitter_chart(lines: Sequence[Line]) -> str:
    """Bits per byte over the tokens read, a factor of ten an equal step; each line has its name at its end.

    What was read before the first text is put a step before it, as none. A line of one point, which reads nothing, goes
    all the way across.
    """
    read = [point[0] for line in lines for point in line.points if point[0]]
    first, last = min(read), max(read)
    none = first / 8
    decades = range(math.ceil(math.log10(first / 1.1)), math.floor(math.log10(last)) + 1)
    ticks = [(none, _("none")), *((10.0**power, _round_count(10**power)) for power in decades)]
    across = Axis(_("tokens of text read"), none, none * (last / none) ** (1 / DRAWN), ticks, True)
    values = [point[1] for line in lines for point in line.points]
    steps = range(math.floor(2 * min(values)), math.ceil(2 * max(values)) + 1)
    ends_up = [(n / 2, number(n / 2, ".1f")) for n in steps]
    up = Axis(_("bits per byte, less is better"), steps[0] / 2, steps[-1] / 2, ends_up)
    drawn = []
    for line in lines:
        points = [(max(tokens, none), bits) for tokens, bits in line.points]
        drawn.append(replace(line, points=points if len(points) > 1 else [*points, (last, points[0][1])]))
    return _chart(_("Bits per byte over the text read"), across, up, _named(drawn, across, up))


def labels_chart(title: str, lines: Sequence[Line], chosen: int, marks: Iterable[Mark]) -> str:
    """Test accuracy over the number of labels, with a ring at each of the marks.

    Across goes the logarithm of the number and `FEW` more, so that a few have room, and none has a place.
    chosen: the number at which a guide stands.
    """
    read = sorted({labels for line in lines for labels, _accuracy in line.points})
    last = read[-1] + FEW
    ticks = [(labels + FEW, number(labels)) for labels in read]
    across = Axis(_("number of labels"), FEW, FEW * (last / FEW) ** (1 / DRAWN), ticks, True)
    lowest = min(accuracy for line in lines for _labels, accuracy in line.points)
    tenths = range(min(4, math.floor(10 * lowest - 1e-9)), 11)
    up = Axis(_("test sentences told right"), tenths[0] / 10, 1, [(n / 10, in_percent(n / 10)) for n in tenths])
    shifted = [replace(line, points=[(labels + FEW, share) for labels, share in line.points]) for line in lines]
    rings = []
    for mark in marks:
        x, y = _place(mark.at[0] + FEW, mark.at[1], across, up)
        rings.append(
            f'<circle class="chart-{mark.name}" cx="{x}" cy="{y}" r="6" fill="none" stroke="{mark.colour}"'
            f' stroke-width="2"><title>{mark.words}</title></circle>'
        )
    guide = _path([(chosen + FEW, up.low), (chosen + FEW, up.high)], across, up, "chart-guide", QUIET, 1)
    return _chart(title, across, up, [guide, *_named(shifted, across, up), *rings])


def _named(lines: Sequence[Line], across: Axis, up: Axis) -> list[str]:
    """Lines, with whiskers where they have a spread, and each one's name at its end."""
    marks, ends = [], []
    for line in lines:
        marks.append(_path(line.points, across, up, line.kind, line.colour, line.width, line.dashes))
        if not line.dashes:
            marks += [_dot(*_place(*point, across, up), line) for point in line.points]
        for (x, y), reach in zip(line.points, line.spread, strict=False):
            whisker = [(x, max(y - reach, up.low)), (x, min(y + reach, up.high))]
            marks.append(_path(whisker, across, up, line.kind, line.colour))
        ends.append((float(_place(*line.points[-1], across, up)[1]), line.name))
    ends.sort()
    x = max(float(_place(*line.points[-1], across, up)[0]) for line in lines)
    heights = apart([end[0] for end in ends], LABEL, TOP, HEIGHT - BOTTOM)
    return [*marks, *(_name(x + 9, height + 4, end[1]) for end, height in zip(ends, heights, strict=True))]


def _name(x: float, y: float, words: str) -> str:
    """A line's name, clear of the grid behind it."""
    halo = 'stroke="#fff" stroke-width="5" paint-order="stroke"'
    return f'<text class="chart-text chart-name" x="{x:.1f}" y="{y:.1f}" fill="{INK}" {halo}>{words}</text>'


def _dot(x: str, y: str, line: Line) -> str:
    return (
        f'<circle class="{line.kind}" cx="{x}" cy="{y}" r="1.6" fill="none" stroke="{line.colour}" stroke-width="3.2"/>'
    )


def _round_count(number: int) -> str:
    """A power of ten in short, without the decimal that other numbers have."""
    return re.sub(r"\D0(?=\D)", "", short_count(number))


def curve_chart(title: str, across: Axis, up: Axis, line: Sequence[tuple[float, float]], marks: Iterable[Mark]) -> str:
    """A curve, and marks beside it with their names."""
    drawn = [_path(line, across, up, "chart-line", QUIET, 2)]
    for mark in marks:
        x, y = map(float, _place(*mark.at, across, up))
        # Beside the curve; where that ends the picture, above its mark, clear of others that lie near on the curve.
        at = (x + 12, y - 12, "start") if x < WIDTH * 0.7 else (min(x, WIDTH - 60), y - 22, "middle")
        drawn.append(f'<circle class="chart-{mark.name}" cx="{x}" cy="{y}" r="6" fill="{mark.colour}"/>')
        drawn.append(_text(at[0], at[1], mark.words, at[2]))
    return _chart(title, across, up, drawn)


def _doublings(low: float, high: float) -> list[tuple[float, str]]:
    first, last = math.ceil(math.log2(low / 1e6)), math.floor(math.log2(high / 1e6))
    return [(2.0**power * 1e6, f"{number(2.0**power, 'g')} M") for power in range(first, last + 1)]


def _place(x: float, y: float, across: Axis, up: Axis) -> tuple[str, str]:
    """A point in the drawing's units."""
    return (
        f"{LEFT + across.share(x) * (WIDTH - LEFT - RIGHT):.1f}",
        f"{HEIGHT - BOTTOM - up.share(y) * (HEIGHT - TOP - BOTTOM):.1f}",
    )


def apart(places: Sequence[float], gap: float, top: float, bottom: float) -> list[float]:
    """Where labels go so that none covers another: near their places, which come in order, and between the ends.

    >>> apart([10, 20, 100], 39, 20, 180), apart([100, 170, 190], 39, 20, 180)
    ([20.0, 59.0, 100.0], [100.0, 141.0, 180.0])
    """
    found: list[float] = []
    for place in places:
        found.append(max(float(place), found[-1] + gap if found else float(top)))
    lowest = float(bottom)
    for i in reversed(range(len(found))):
        found[i] = min(found[i], lowest)
        lowest = found[i] - gap
    return found


def _path(
    points: Sequence[tuple[float, float]],
    across: Axis,
    up: Axis,
    name: str,
    colour: str,
    width: float = 1.5,
    dashes: str = "",
) -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    places = " L".join(" ".join(_place(x, y, across, up)) for x, y in points)
    return f'<path class="{name}" d="M{places}" fill="none" stroke="{colour}" stroke-width="{width}"{dashed}/>'


def _key(row: int, words: str, name: str, colour: str) -> str:
    """A line of the legend."""
    x, y = WIDTH - RIGHT - 205, TOP + 14 + 20 * row
    return (
        f'<path class="{name}" d="M{x} {y} h24" fill="none" stroke="{colour}" stroke-width="2.5"/>'
        f"{_text(x + 32, y + 4, words)}"
    )


def _text(x: float | str, y: float | str, words: str, anchor: str = "start") -> str:
    return f'<text class="chart-text" x="{x}" y="{y}" text-anchor="{anchor}" fill="{QUIET}">{words}</text>'


def _grid(d: str) -> str:
    return f'<path class="chart-grid" d="{d}" stroke="{LINE}"/>'


def _chart(title: str, across: Axis, up: Axis, marks: Iterable[str]) -> str:
    foot, side = HEIGHT - BOTTOM, LEFT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' font-family="system-ui, sans-serif" font-size="13"><title>{title}</title>'
    ]
    for value, words in up.ticks:
        __, y = _place(across.low, value, across, up)
        parts += [_grid(f"M{side} {y} H{WIDTH - RIGHT}"), _text(side - 6, float(y) + 4, words, "end")]
    for value, words in across.ticks:
        x, __ = _place(value, up.low, across, up)
        parts += [_grid(f"M{x} {foot} v5"), _text(x, foot + 19, words, "middle")]
    parts += [
        _text((side + WIDTH - RIGHT) / 2, HEIGHT - 6, across.name, "middle"),
        f'<g transform="rotate(-90 12 {(TOP + foot) / 2})">{_text(12, (TOP + foot) / 2, up.name, "middle")}</g>',
        *marks,
        "</svg>",
    ]
    return "".join(parts)
