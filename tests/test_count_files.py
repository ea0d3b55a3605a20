import gzip
import itertools
import json
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import cli, count_files
from app.count import Count, Counter, Vocabulary, vocabulary
from app.count_files import FileCount, Span, as_json, files, spans, table
from app.documents import Reader
from app.sentences import InputError
from app.settings import CHECKPOINTS
from app.tokenizer import Tokenizer

TEXTS = [f"Boat {i} drifted across the lake.\nIt was quiet." for i in range(40)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The same documents in every type."""
    folder = tmp_path / "texts"
    (folder / "b").mkdir(parents=True)
    (folder / "boats.txt").write_text("\n\n".join(TEXTS))
    (folder / "boats.txt.gz").write_bytes(gzip.compress("\n \n\n".join(TEXTS).encode()))
    (folder / "b" / "boats.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in TEXTS))
    (folder / "b" / "picture.png").write_bytes(bytes(9))
    return folder


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch, tokenizer: Tokenizer) -> None:
    """A task's process is this one."""
    context = get_context("spawn")
    for name, value in (("tokenizer", tokenizer), ("read", context.Value("q", 0)), ("stop", context.Event())):
        monkeypatch.setattr(count_files._Task, name, value, raising=False)


def as_one(tokenizer: Tokenizer, path: Path) -> Count:
    counter = Counter(tokenizer, path.name, Reader(path.name))
    for _ in itertools.chain(counter.feed(path.read_bytes()), counter.end()):
        pass
    return counter.total


def test_a_folders_files_are_all_that_can_be_counted_and_a_file_of_another_type_is_refused(folder: Path) -> None:
    assert list(files([folder])) == [folder / "boats.txt", folder / "boats.txt.gz", folder / "b" / "boats.jsonl"]
    assert list(files([folder / "boats.txt"])) == [folder / "boats.txt"]
    with pytest.raises(InputError, match=r"picture\.png is no file to count"):
        list(files([folder / "b" / "picture.png"]))
    with pytest.raises(InputError, match="nowhere is no file or folder"):
        list(files([Path("nowhere")]))


@pytest.mark.usefixtures("task")
@pytest.mark.parametrize("size", [1, 60, 100, 1_000])
@pytest.mark.parametrize("name", ["boats.txt", "b/boats.jsonl"])
def test_a_large_file_has_the_same_count_in_spans_as_whole(
    folder: Path, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch, name: str, size: int
) -> None:
    monkeypatch.setattr(count_files, "SPAN", size)
    shared_out = list(spans(folder / name, whole=False))
    assert len(shared_out) > 1
    assert [span.start for span in shared_out[1:]] == [span.end for span in shared_out[:-1]]
    total = sum((count_files._count(span).count for span in shared_out), Count())
    assert total == as_one(tokenizer, folder / name)
    assert total.documents == len(TEXTS)


@pytest.mark.parametrize(("name", "whole"), [("boats.txt", True), ("boats.txt.gz", False), ("boats.md", False)])
def test_a_file_that_has_no_boundary_to_part_it_at_is_one_span(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, whole: bool
) -> None:
    monkeypatch.setattr(count_files, "SPAN", 10)
    (folder / "boats.md").write_text("\n\n".join(TEXTS))
    assert list(spans(folder / name, whole)) == [Span(folder / name, 0, (folder / name).stat().st_size, whole)]


@pytest.mark.usefixtures("task")
def test_a_fault_in_a_later_span_is_told_with_its_line_and_byte_in_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(count_files, "SPAN", 100)
    path = folder / "broken.txt"
    path.write_bytes(b"One.\n\n" * 100 + b"Two \xff")
    *_, last = (count_files._count(span) for span in spans(path, whole=False))
    assert last.error.startswith(f"{path} is not UTF-8: byte 605, in line 201, is 0xFF")


@pytest.mark.usefixtures("task")
def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    found = count_files._count(Span(tmp_path / "gone.txt", 0, 5, False))
    assert (
        found.error == f"{tmp_path / 'gone.txt'} can't be read (No such file or directory): allow it, or leave it out."
    )


def test_processes_count_what_one_would(folder: Path, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(count_files, "SPAN", 200)
    seen: list[int] = []
    found = list(count_files.count_files(files([folder]), False, tokenizer, 2, seen.append))
    expected = as_one(tokenizer, folder / "boats.txt")
    assert [(file.path.name, file.count) for file in found] == [
        ("boats.txt", expected),
        ("boats.txt.gz", expected),
        ("boats.jsonl", expected),
    ]
    assert [file.bytes for file in found] == [file.path.stat().st_size for file in found]
    assert seen == sorted(seen)


def counts() -> Iterator[FileCount]:
    yield from (FileCount(Path(f"{i}.txt"), 10 + i, Count(2, 7)) for i in range(50))
    yield FileCount(Path("bad.txt"), 9, Count(), "bad.txt holds no text.")


def test_the_table_has_a_row_a_file_the_last_of_many_together_and_one_for_all(tokenizer: Tokenizer) -> None:
    shown = table(list(counts()), Vocabulary("tiny", tokenizer))
    cells = [list(column.cells) for column in shown.columns]
    assert cells[0] == [*(f"{i}.txt" for i in range(39)), "11 more", "all"]
    assert [column[-1] for column in cells] == ["all", "1,725", "100", "350", "250", "349"]
    assert [column[-2] for column in cells[2:]] == ["22", "77", "55", "76"]


def test_the_json_has_every_file_and_what_was_refused(tokenizer: Tokenizer) -> None:
    found = as_json(list(counts()), Vocabulary("tiny", tokenizer))
    assert len(found["files"]) == 50  # type: ignore[arg-type]
    assert found["refused"] == [{"path": "bad.txt", "message": "bad.txt holds no text."}]
    assert found["all"] == {"bytes": 1725, "documents": 100, "tokens": 350, "pairs": 250, "stream_pairs": 349}


def test_the_command_counts_what_it_can_and_names_what_it_cannot(folder: Path) -> None:
    (folder / "empty.txt").write_text("\n")
    result = CliRunner().invoke(cli.app, ["count", str(folder), "--json", "--workers", "1"], catch_exceptions=False)
    found = json.loads(result.stdout)
    shipped = vocabulary(CHECKPOINTS / "tiny").tokenizer
    n_tokens = sum(len(shipped.encode(text)) for text in TEXTS)
    assert found["tokenizer"] == {"name": "tiny", "vocab_size": 8192}
    assert [file["tokens"] for file in found["files"]] == [n_tokens] * 3
    assert found["all"]["pairs"] == 3 * (n_tokens - len(TEXTS))
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith(f"Error: {folder / 'empty.txt'} holds no text.")


def test_another_makers_vocabulary_is_not_counted_by(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(
        json.dumps({"version": "1.0", "added_tokens": [], "model": {"type": "WordLevel", "vocab": {}, "unk_token": ""}})
    )
    assert vocabulary(tmp_path) == vocabulary(tmp_path / "none") == vocabulary(CHECKPOINTS / "tiny")
    assert vocabulary(tmp_path).name == "tiny"


def test_a_vocabulary_of_ours_is_counted_by(tmp_path: Path, tokenizer: Tokenizer) -> None:
    tokenizer.save(tmp_path / "tokenizer.json")
    assert vocabulary(tmp_path).tokenizer.vocab_size == tokenizer.vocab_size
    assert vocabulary(tmp_path).name == tmp_path.name


def test_a_damaged_vocabulary_is_named(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(InputError, match=r"tokenizer\.json is damaged .* restore it"):
        vocabulary(tmp_path)
