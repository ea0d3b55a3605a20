"""Two charts of the model card as SVG: the loss over training, and how far its confidence can be trusted.

Colours are presentation attributes, which a page's style sheet overrides by class: so that one text serves the page,
light or dark, and the card's file, which stands alone.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.formatting import share as in_percent
from app.language import _, number

WIDTH, HEIGHT = 480, 320
LEFT, RIGHT, TOP, BOTTOM = 66, 28, 12, 44  # room around the plot, for the numbers and the axes' names
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


def _doublings(low: float, high: float) -> list[tuple[float, str]]:
    first, last = math.ceil(math.log2(low / 1e6)), math.floor(math.log2(high / 1e6))
    return [(2.0**power * 1e6, f"{number(2.0**power, 'g')} M") for power in range(first, last + 1)]


def _place(x: float, y: float, across: Axis, up: Axis) -> tuple[str, str]:
    """A point in the drawing's units."""
    return (
        f"{LEFT + across.share(x) * (WIDTH - LEFT - RIGHT):.1f}",
        f"{HEIGHT - BOTTOM - up.share(y) * (HEIGHT - TOP - BOTTOM):.1f}",
    )


def _path(
    points: Sequence[tuple[float, float]], across: Axis, up: Axis, name: str, colour: str, width: float = 1.5
) -> str:
    places = " L".join(" ".join(_place(x, y, across, up)) for x, y in points)
    return f'<path class="{name}" d="M{places}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


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
