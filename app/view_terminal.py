"""The pairs of a sentence as a table for a terminal, a line a pair."""

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from app.formatting import counted, loss_text, percent, perplexity_text, visible
from app.predict import Analysis

HEADS = ("step", "context", "label", "p", "rank", "loss", "expected")
WIDEST = 16  # columns of a label, or of a first choice
NUMBERS = ("p", "rank", "loss")
NARROWEST = 8  # columns of a context


def pairs_table(analysis: Analysis, width: int) -> Table:
    """A row a pair, for a terminal of so many columns; from 60 on no number is cut.

    A context shows its end. Where there is no room for that, it goes: the labels, read downwards, are the text. The
    narrowest terminals leave out the model's first choice, too.
    """
    rows = [
        (
            str(prediction.step),
            " ".join(map(visible, prediction.context.split(" "))),
            _cut(visible(prediction.label)),
            percent(prediction.probability),
            f"{prediction.rank:,}",
            loss_text(prediction.loss),
            _cut(visible(prediction.top[0].text)),
        )
        for prediction in analysis.predictions
    ]
    columns = dict(zip(HEADS, zip(*rows, strict=True), strict=True))
    widths = {head: max(map(cell_len, (head, *cells))) for head, cells in columns.items()}
    widths["context"] = min(widths["context"], NARROWEST)
    for head in ("context", "expected"):
        if _taken(widths) > width:
            del columns[head], widths[head]
    if "context" in columns:
        room = widths["context"] + width - _taken(widths)
        columns["context"] = tuple(_end(text, room) for text in columns["context"])
    table = Table()
    for head in columns:
        table.add_column(head, no_wrap=True, justify="right" if head in NUMBERS else "left")
    for cells in zip(*columns.values(), strict=True):
        table.add_row(*map(Text, cells))
    return table


def _taken(widths: dict[str, int]) -> int:
    """What columns take with their borders, and a space on either side."""
    return sum(widths.values()) + 3 * len(widths) + 1


def pairs_sums(analysis: Analysis) -> str:
    """What the pairs come to."""
    tokens = counted(len(analysis.tokens), "%(n)s token", "%(n)s tokens")
    pairs = counted(len(analysis.predictions), "%(n)s pair", "%(n)s pairs")
    mean_loss, perplexity = loss_text(analysis.mean_loss), perplexity_text(analysis.perplexity)
    return f"{tokens}, {pairs}; mean loss {mean_loss} nats, perplexity {perplexity}"


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def _end(text: str, room: int) -> str:
    """The end of a text that fits so many columns."""
    if cell_len(text) <= room:
        return text
    while cell_len(text) > room - 1:
        text = text[1:]
    return f"…{text}"
