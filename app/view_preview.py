"""The picture that other sites show beside a link to the stage: its sentence, its step, and what the model expected.

The fonts come with the app, so that it is the same on every machine. Lengths are in pixels of the picture.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated
from unicodedata import category

import resvg_py

from app.formatting import percent, visible
from app.language import _, number
from app.predict import Analysis
from app.settings import RESOURCES

WIDTH, HEIGHT = 1200, 630  # as Open Graph's consumers like it
MARGIN, GAP = 60, 10
PADDING, LEADING = 0.22, 1.75  # of a token, before and after it, and from line to line, in parts of the type's size
SIZES = (60, 52, 44, 36, 30)  # of the sentence's type: the largest by which it fits
TOP, ROOM = 100, 310  # where the sentence may begin, and its height
ROWS, TRACK = 3, 590  # candidates, and the length of a bar for certainty
SERIF, SANS = (RESOURCES / "static" / "vendor" / f"DejaVu{name}.ttf" for name in ("Serif", "Sans"))


@dataclass(frozen=True)
class PreviewToken:
    """A token in its place."""

    text: Annotated[str, "what is written in it"]
    kind: Annotated[str, "context, label or future"]
    left: Annotated[float, "from the picture's edge"]
    line: Annotated[int, "the line that it stands on, from 0"]
    width: Annotated[float, "of its box"]


@dataclass(frozen=True)
class PreviewBar:
    """What the model thought of a token."""

    text: Annotated[str, "the token"]
    length: Annotated[float, "of its bar"]
    percent: Annotated[str, "its probability"]
    is_label: Annotated[bool, "whether the text goes on with it"]


@dataclass(frozen=True)
class PreviewView:
    """All that templates/preview.svg shows."""

    where: Annotated[str, "the pair, and of how many"]
    heading: Annotated[str, "what stands above the bars, or the question, where the label is to be guessed"]
    tokens: Annotated[tuple[PreviewToken, ...], "the sentence, or what of it fits around the label"]
    size: Annotated[int, "of the sentence's type"]
    top: Annotated[float, "of the sentence's first line"]
    leading: Annotated[float, "from one line's top to the next one's"]
    padding: Annotated[float, "from a token's edge to its text"]
    bars: Annotated[tuple[PreviewBar, ...], "none where the label is to be guessed"]
    track: Annotated[int, "the length of a bar for certainty"]


def preview(analysis: Analysis, step: int, is_hidden: bool) -> PreviewView:
    """The picture of one step. is_hidden: whether its label and all after it are still to be guessed."""
    size, tokens = _laid_out([token.text for token in analysis.tokens], step, is_hidden)
    return PreviewView(
        where=_("Pair %(step)s of %(pairs)s") % {"step": number(step), "pairs": number(len(analysis.predictions))},
        heading=_("Which token comes next?") if is_hidden else _("What the model expected next"),
        tokens=tuple(tokens),
        size=size,
        top=TOP + (ROOM - (tokens[-1].line + 1) * size * LEADING) / 2,
        leading=size * LEADING,
        padding=size * PADDING,
        bars=() if is_hidden else tuple(_bars(analysis, step)),
        track=TRACK,
    )


def png(svg: str) -> bytes:
    """A picture as other sites take it, from its SVG."""
    fonts = [str(SERIF), str(SANS)]
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=fonts))


@cache
def _advances() -> tuple[dict[int, str], dict[str, tuple[int, int]], int]:
    """The serif's glyph of each character, each glyph's width, and how many units are the type's size."""
    from fontTools.ttLib import TTFont  # a tenth of a second, which no start need wait for

    font = TTFont(SERIF)
    return font.getBestCmap(), font["hmtx"].metrics, font["head"].unitsPerEm


def _width(text: str, size: int) -> float:
    glyphs, widths, units = _advances()
    return sum(widths[glyphs.get(ord(character), ".notdef")][0] for character in text) * size / units


def _laid_out(texts: Sequence[str], step: int, is_hidden: bool) -> tuple[int, list[PreviewToken]]:
    """The tokens in lines, in the largest type by which they fit; of a long text those around the label."""
    for size in SIZES:
        tokens = list(_placed(texts, step, is_hidden, size, first=0))
        most = int(ROOM / (size * LEADING))
        if tokens[-1].line < most:
            return size, tokens
    for first in range(max(0, step - 24), step + 1):
        tokens = [token for token in _placed(texts, step, is_hidden, size, first) if token.line < most]
        if tokens[-1].kind != "context":  # the label has come to stand on these lines
            break
    return size, tokens


def _placed(texts: Sequence[str], step: int, is_hidden: bool, size: int, first: int) -> Iterator[PreviewToken]:
    left, line = float(MARGIN), 0
    for place, text in enumerate(texts[first:], start=first):
        kind = "label" if place == step else "context" if place < step else "future"
        shown = "?" if is_hidden and place >= step else _shown(text)
        shown = f"… {shown}" if place == first > 0 else shown
        width = _width(shown, size) + 2 * size * PADDING
        if left > MARGIN and left + width > WIDTH - MARGIN:
            left, line = float(MARGIN), line + 1
        yield PreviewToken(shown, kind, left, line, width)
        left += width + GAP


def _shown(text: str, most: int = 24) -> str:
    """A token in short, without the space before it, which parts words here as it does in print."""
    words = text.strip() or visible(text)
    words = "".join("�" if category(character)[0] == "C" else character for character in words)  # most are no XML
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _bars(analysis: Analysis, step: int) -> Iterator[PreviewBar]:
    """The candidates that the model thought best, and the label where it is not among them, on one scale of 0 to 1."""
    prediction = analysis.predictions[step - 1]
    best = [(each.text, each.probability, each.id == prediction.label_id) for each in prediction.first.top[:ROWS]]
    if not any(is_label for *_row, is_label in best):
        best.append((prediction.label, prediction.probability, True))
    for text, probability, is_label in best:
        said = percent(probability, prediction.loss if is_label else 0)
        yield PreviewBar(_shown(text, 16), max(3, TRACK * probability), said, is_label)
