import pytest
from rich.cells import cell_len
from rich.console import Console

from app.checkpoint import Checkpoint
from app.formatting import loss_text, percent
from app.predict import Analysis, Predictor
from app.view_terminal import HEADS, pairs_sums, pairs_table

SENTENCE = "The old fisherman mended his torn nets before the 嵐 arrived 😀 quite unexpectedly.\nAnd he slept."


@pytest.fixture(scope="module")
def analysis(shipped: Checkpoint) -> Analysis:
    return Predictor(shipped).analyze(SENTENCE)


def printed(analysis: Analysis, width: int) -> list[str]:
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(pairs_table(analysis, width))
    return capture.get().splitlines()


def cells(lines: list[str]) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "│" in line]


@pytest.mark.parametrize("width", [60, 66, 72, 80, 100, 200])
def test_every_pair_takes_one_line_that_fits_and_no_number_is_cut(analysis: Analysis, width: int) -> None:
    lines = printed(analysis, width)
    assert max(map(cell_len, lines)) <= width
    rows = cells(lines)
    assert len(rows) == len(analysis.predictions)
    for row, prediction in zip(rows, analysis.predictions, strict=True):
        numbers = [percent(prediction.probability), f"{prediction.rank:,}", loss_text(prediction.loss)]
        assert row[0] == str(prediction.step)
        at = row.index(numbers[0])
        assert row[at : at + 3] == numbers


def test_a_wide_terminal_shows_whole_contexts_and_a_narrow_one_their_ends(analysis: Analysis) -> None:
    whole, ends = cells(printed(analysis, 200)), cells(printed(analysis, 80))
    assert len(whole[0]) == len(ends[0]) == len(HEADS)
    assert "mended his torn nets" in whole[-1][1]
    assert ends[-1][1].startswith("…")
    assert whole[-1][1].endswith(ends[-1][1][1:])


def test_the_narrowest_leave_out_the_context_first_and_then_the_first_choice(analysis: Analysis) -> None:
    heads = {width: [head for head in HEADS if head in printed(analysis, width)[1]] for width in (60, 72)}
    assert heads[72] == [head for head in HEADS if head != "context"]
    assert heads[60] == [head for head in HEADS if head not in ("context", "expected")]


def test_the_sums_stand_below(analysis: Analysis) -> None:
    assert pairs_sums(analysis).startswith(f"{len(analysis.tokens)} tokens, {len(analysis.predictions)} pairs; mean")
