"""The picture that other sites show beside a link to the stage: its sentence, its step, and what the model expected.

It is drawn at twice its size and made smaller, which smoothes its lines. The fonts come with the app, so that it is the
same on every machine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from app.formatting import percent, visible
from app.language import _, number
from app.predict import Analysis
from app.settings import RESOURCES

SIZE = (1200, 630)  # as Open Graph's consumers like it
SCALE = 2
MARGIN, GAP, LEADING = 60, 10, 1.75
SIZES = (60, 52, 44, 36, 30)  # of the sentence's type: the largest by which it fits
ROOM = 310  # the height for the sentence
ROWS, TRACK = 3, 590  # candidates, and the length of a bar for certainty
GROUND, CARD, TEXT, QUIET, FAINT, BAR = "#fcfcfa", "#ffffff", "#1b2230", "#566072", "#eef0f4", "#6f80a0"
COLOURS = {"context": ("#0b5c94", "#dcecf8"), "label": ("#a84300", "#ffe7d3"), "future": (QUIET, CARD)}


@dataclass(frozen=True)
class _Box:
    """A token in its place."""

    text: str
    kind: str  # context, label or future
    left: float
    line: int
    width: float


@cache
def _font(family: str, size: int) -> ImageFont.FreeTypeFont:
    path = RESOURCES / "static" / "vendor" / f"DejaVu{family}.ttf"
    return ImageFont.truetype(path, size * SCALE, layout_engine=ImageFont.Layout.BASIC)


def _width(text: str, family: str, size: int) -> float:
    return _font(family, size).getlength(text) / SCALE


def preview(analysis: Analysis, step: int, is_hidden: bool) -> bytes:
    """A PNG of one step. is_hidden: whether its label and all after it are still to be guessed."""
    picture = Image.new("RGB", (SIZE[0] * SCALE, SIZE[1] * SCALE), GROUND)
    draw = _Pen(ImageDraw.Draw(picture))
    draw.text(MARGIN, 56, "Free Labels", "Sans", 34, TEXT)
    where = _("Pair %(step)s of %(pairs)s") % {"step": number(step), "pairs": number(len(analysis.predictions))}
    draw.text(SIZE[0] - MARGIN - _width(where, "Sans", 30), 59, where, "Sans", 30, QUIET)
    size, boxes = _laid_out([token.text for token in analysis.tokens], step, is_hidden)
    top = 100 + (ROOM - (boxes[-1].line + 1) * size * LEADING) / 2
    for box in boxes:
        draw.token(box, top + box.line * size * LEADING, size)
    if is_hidden:
        draw.text(MARGIN, 490, _("Which token comes next?"), "Serif", 44, TEXT)
    else:
        _bars(draw, analysis, step)
    drawn = BytesIO()
    picture.resize(SIZE, Image.Resampling.LANCZOS).save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


class _Pen:
    """Draws by the picture's own units."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self._draw = draw

    def text(self, left: float, middle: float, text: str, family: str, size: int, colour: str) -> None:
        self._draw.text((left * SCALE, middle * SCALE), text, colour, _font(family, size), anchor="lm")

    def rectangle(self, left: float, top: float, width: float, height: float, fill: str, outline: str = "") -> None:
        corners = (left * SCALE, top * SCALE, (left + width) * SCALE, (top + height) * SCALE)
        self._draw.rounded_rectangle(corners, 8 * SCALE, fill, outline or None, 2 * SCALE)

    def token(self, box: _Box, top: float, size: int) -> None:
        """A token in the form of its kind: underlined, dashed or plain."""
        colour, ground = COLOURS[box.kind]
        height = size * 1.45
        self.rectangle(box.left, top, box.width, height, ground, FAINT if box.kind == "future" else "")
        if box.kind == "context":
            self.rectangle(box.left, top + height - 3, box.width, 3, colour)
        if box.kind == "label":
            self._dashes(box.left, top, box.width, height, colour)
        self.text(box.left + size * 0.22, top + height / 2, box.text, "Serif", size, colour)

    def _dashes(self, left: float, top: float, width: float, height: float, colour: str) -> None:
        for start in range(4, int(width) - 6, 14):
            for y in (top, top + height - 3):
                self.rectangle(left + start, y, min(9, width - start - 4), 3, colour)
        for start in range(4, int(height) - 6, 14):
            for x in (left, left + width - 3):
                self.rectangle(x, top + start, 3, min(9, height - start - 4), colour)


def _laid_out(texts: Sequence[str], step: int, is_hidden: bool) -> tuple[int, list[_Box]]:
    """The tokens in lines, in the largest type by which they fit; of a long text those around the label."""
    for size in SIZES:
        boxes = list(_placed(texts, step, is_hidden, size, first=0))
        most = int(ROOM / (size * LEADING))
        if boxes[-1].line < most:
            return size, boxes
    for first in range(max(0, step - 24), step + 1):
        boxes = [box for box in _placed(texts, step, is_hidden, size, first) if box.line < most]
        if boxes[-1].kind != "context":  # the label has come to stand on these lines
            break
    return size, boxes


def _placed(texts: Sequence[str], step: int, is_hidden: bool, size: int, first: int) -> Iterator[_Box]:
    left, line = float(MARGIN), 0
    for place, text in enumerate(texts[first:], start=first):
        kind = "label" if place == step else "context" if place < step else "future"
        shown = "?" if is_hidden and place >= step else _shown(text)
        shown = f"… {shown}" if place == first > 0 else shown
        width = _width(shown, "Serif", size) + size * 0.44
        if left > MARGIN and left + width > SIZE[0] - MARGIN:
            left, line = float(MARGIN), line + 1
        yield _Box(shown, kind, left, line, width)
        left += width + GAP


def _shown(text: str, most: int = 24) -> str:
    """A token in short, without the space before it, which parts words here as it does in print."""
    words = text.strip() or visible(text)
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _bars(draw: _Pen, analysis: Analysis, step: int) -> None:
    """The candidates that the model thought best, and the label where it is not among them, on one scale of 0 to 1."""
    prediction = analysis.predictions[step - 1]
    rows = [(each.text, each.probability, each.id == prediction.label_id) for each in prediction.first.top[:ROWS]]
    if not any(is_label for *_row, is_label in rows):
        rows.append((prediction.label, prediction.probability, True))
    draw.text(MARGIN, 432, _("What the model expected next"), "Sans", 24, QUIET)
    for place, (text, probability, is_label) in enumerate(rows):
        middle, colour = 474 + place * 38, COLOURS["label"][0] if is_label else TEXT
        draw.text(MARGIN, middle, _shown(text, 16), "Serif", 28, colour)
        draw.rectangle(360, middle - 10, TRACK, 20, FAINT)
        draw.rectangle(360, middle - 10, max(3, TRACK * probability), 20, colour if is_label else BAR)
        draw.text(380 + TRACK, middle, percent(probability, prediction.loss if is_label else 0), "Sans", 26, colour)
