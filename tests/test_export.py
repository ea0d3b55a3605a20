"""A text's pairs as files, read back by pandas, polars and PyArrow, and trained on by PyTorch."""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from app.checkpoint import Checkpoint
from app.export import FORMATS, MAX_EXPORT, NUMBERS, PAIR, WINDOWS, Export, windows, without_formulae
from app.pairs import training_pairs
from app.predict import Predictor, log_probs
from app.sentences import InputError
from app.settings import RESOURCES
from tests.reading import undone

SENTENCE = "The boat drifted; 'twas =lost, -alone 😀."
LONG = "the cat sat on the mat and " * 40  # many windows of the random network, which reads 32 tokens


def written(export: Export, name: str) -> bytes:
    return b"".join(FORMATS[name].write(export))


def rows(export: Export) -> list[dict[str, Any]]:
    return [row for window in export.rows() for row in window]


# --- Rows ----------------------------------------------------------------------------------------------------------


@given(n_tokens=st.integers(0, 300), size=st.integers(2, 40))
def test_windows_give_every_label_once_and_none_less_context_than_half_of_what_fits(n_tokens: int, size: int) -> None:
    found = list(windows(n_tokens, size))
    assert [label for window in found for label in range(window.first, window.end)] == list(range(1, n_tokens))
    assert all(window.end - window.start <= size for window in found)
    assert all(window.first - window.start >= min(window.first, size // 2) for window in found)


def test_rows_are_the_sentences_pairs_with_the_stages_numbers(random_checkpoint: Checkpoint) -> None:
    text = "The cat sat on the mat."
    analysis = Predictor(random_checkpoint).analyze(text)
    pairs = training_pairs([token.id for token in analysis.tokens])
    found = rows(Export(random_checkpoint, text, has_numbers=True))
    assert [(tuple(row["context_ids"]), row["label_id"]) for row in found] == [
        (pair.context, pair.label) for pair in pairs
    ]
    for row, prediction in zip(found, analysis.predictions, strict=True):
        assert all(row[name] == getattr(prediction, name) for name in ("step", "position", "context", "label", "rank"))
        assert row["probability"] == pytest.approx(prediction.probability)
        assert row["loss"] == pytest.approx(prediction.loss)
        assert row["context_start"] == 1


def test_in_a_long_text_each_number_is_for_the_very_context_that_stands_beside_it(
    random_checkpoint: Checkpoint,
) -> None:
    export = Export(random_checkpoint, LONG, has_numbers=True)
    found = rows(export)
    assert len(found) == len(export.ids) - 1 > 200
    for row in found[::7]:
        start, place = row["context_start"] - 1, row["position"] - 1
        assert row["context_ids"] == export.ids[start:place]
        assert row["label_id"] == export.ids[place]
        alone = log_probs(random_checkpoint, row["context_ids"])[-1]
        assert row["loss"] == pytest.approx(-float(alone[row["label_id"]]), abs=1e-4)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_text"),
        ("a", "too_few_tokens"),
        ("a\0b", "forbidden_character"),
        ("a " * 10_001, "too_many_characters"),
    ],
)
def test_a_text_without_pairs_or_too_long_is_refused(random_checkpoint: Checkpoint, text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        Export(random_checkpoint, text, has_numbers=False)
    assert caught.value.code == code


# --- Files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_numbers", [True, False])
def test_every_format_holds_the_same_rows(random_checkpoint: Checkpoint, has_numbers: bool) -> None:
    export = Export(random_checkpoint, f"{SENTENCE}\r\n\t=1+1\nNA nan '' {LONG}", has_numbers)
    expected = rows(export)
    assert list(expected[0]) == [field.name for field in export.fields]

    assert [json.loads(line) for line in written(export, "jsonl").decode().split("\n")[:-1]] == expected
    table = parquet.read_table(io.BytesIO(written(export, "parquet")))
    assert table.to_pylist() == expected
    assert table.schema.metadata[b"windows"].decode() == WINDOWS

    text = written(export, "csv")
    read = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    for row, cells in zip(expected, read, strict=True):
        for name in ("context", "label"):
            assert undone(cells[name]) == row[name]
        assert [int(token_id) for token_id in cells["context_ids"].split()] == row["context_ids"]
        assert {name: float(cells[name]) for name in row if not isinstance(row[name], str | list)} == {
            name: value for name, value in row.items() if not isinstance(value, str | list)
        }


def test_pandas_reads_every_format(random_checkpoint: Checkpoint) -> None:
    export = Export(random_checkpoint, f"{SENTENCE} NA {LONG}", has_numbers=True)
    frames = [
        pd.read_json(io.BytesIO(written(export, "jsonl")), lines=True),
        pd.read_csv(io.BytesIO(written(export, "csv")), keep_default_na=False),
        pd.read_parquet(io.BytesIO(written(export, "parquet"))),
    ]
    for frame in frames:
        assert list(frame.columns) == [field.name for field in export.fields]
        assert frame["loss"].sum() == pytest.approx(sum(row["loss"] for row in rows(export)))
        assert list(frame["label_id"]) == export.ids[1:]


@given(st.text(alphabet="=+-@＝'a ,;\t\r\n|\"", max_size=12) | st.text(max_size=12))
def test_a_cells_text_can_be_had_back_and_begins_no_formula_at_any_separator(text: str) -> None:
    safe = without_formulae(text)
    assert undone(safe) == text
    for cell in re.split("[,;\t\r\n]", safe):
        assert not cell.lstrip(" ").startswith(tuple("=+-@＝＋－＠"))


def test_polars_reads_every_format_as_it_is(random_checkpoint: Checkpoint) -> None:
    export = Export(random_checkpoint, f"{SENTENCE} NA null {LONG}", has_numbers=True)
    jsonl, cells, table = (io.BytesIO(written(export, name)) for name in FORMATS)
    expected = rows(export)
    assert pl.read_parquet(table).to_dicts() == pl.read_ndjson(jsonl).to_dicts() == expected
    read = pl.read_csv(cells)
    assert [undone(label) for label in read["label"]] == [row["label"] for row in expected]
    assert read["loss"].to_list() == [row["loss"] for row in expected]


def test_a_parquet_file_comes_in_pieces_and_holds_several_groups_of_rows(
    random_checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.export.GROUP", 50)
    pieces = [piece for piece in FORMATS["parquet"].write(Export(random_checkpoint, LONG, False)) if piece]
    assert len(pieces) > 3
    assert parquet.ParquetFile(io.BytesIO(b"".join(pieces))).num_row_groups > 3


def test_the_ten_lines_on_the_page_train_on_the_file(random_checkpoint: Checkpoint, tmp_path: Path) -> None:
    (tmp_path / "pairs.jsonl").write_bytes(written(Export(random_checkpoint, LONG[:300], has_numbers=False), "jsonl"))
    program = RESOURCES / "static" / "train.py"
    lines = program.read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line and not line.startswith("import ")]) == 10
    done = subprocess.run([sys.executable, program], cwd=tmp_path, capture_output=True, text=True, check=True)
    losses = [float(line.split()[1]) for line in done.stdout.splitlines()]
    assert losses[-1] < losses[0] / 2


def test_the_document_on_exports_names_every_field() -> None:
    text = (RESOURCES / "docs" / "export.md").read_text(encoding="utf-8")
    fields = set(re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE))
    assert fields == {field.name for field in (*PAIR, *NUMBERS)}
    assert f"{MAX_EXPORT:,}" in text


def test_nothing_large_is_imported_until_a_file_is_written() -> None:
    program = "import sys, app.main; print([name for name in ('pyarrow', 'pandas') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
