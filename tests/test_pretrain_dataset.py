"""Every dataset here is a small local one, streamed through the real library; a hub is not needed."""

import csv
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import datasets
import pytest

from app.pretrain.dataset import Dataset
from app.pretrain.shards import write_shards
from app.pretrain.sources import TextFile, sources
from app.tokenizer import Tokenizer

STORIES = [f"Boat {i} drifted.\n\nIt was quiet, and {i * i} birds slept." for i in range(300)]
pytestmark = pytest.mark.usefixtures("no_hub")


def write_lines(path: Path, texts: Sequence[str | None]) -> Path:
    path.parent.mkdir(exist_ok=True)
    rows = ({"id": i, "story": text, "title": f"No. {i}"} for i, text in enumerate(texts))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    """A folder with two splits as JSON lines."""
    write_lines(tmp_path / "stories" / "train.jsonl", STORIES)
    write_lines(tmp_path / "stories" / "validation.jsonl", ["The end."])
    return tmp_path / "stories"


def read(address: str, most: int | None = None) -> list[str]:
    [source] = sources(address, most)
    return list(source.documents())


# --- Documents ------------------------------------------------------------------------------------------------------


def test_the_documents_are_the_texts_of_a_field_in_order(stories: Path) -> None:
    assert read(f"hf://{stories}?field=story") == STORIES
    assert read(f"hf://{stories}?field=story&split=validation") == ["The end."]
    assert read(f"hf://{stories}?field=story&split=train%2Bvalidation") == [*STORIES, "The end."]
    assert read(f"hf://{stories}?field=title")[:2] == ["No. 0", "No. 1"]


def test_one_file_is_a_dataset_too_whatever_lies_beside_it(tmp_path: Path) -> None:
    datasets.Dataset.from_dict({"text": STORIES[:5]}).to_parquet(tmp_path / "five.parquet")
    with (tmp_path / "five.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["text"], *([text] for text in STORIES[:5])])
    for kind in ("parquet", "csv"):
        [source] = sources(f"hf://{tmp_path}/five.{kind}")
        assert source.name == "five"
        assert list(source.documents()) == STORIES[:5]


def test_a_path_may_be_relative(stories: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(stories.parent)
    assert read("hf://stories?field=story") == read("hf://stories/train.jsonl?field=story") == STORIES


def test_documents_are_mended_and_rows_without_text_passed_over(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "few.jsonl", ["The cafÃ©&#39;s door\r\nwas shut. ", None, "", " \n", "Fin"])
    assert read(f"hf://{file}?field=story") == ["The café's door\nwas shut.", "Fin"]


def test_rows_are_streamed_and_never_prepared_on_disk(stories: Path, tmp_path: Path) -> None:
    source = Dataset.open(f"hf://{stories}?field=story")
    assert isinstance(source.rows, datasets.IterableDataset)
    assert list(islice(source.documents(), 3)) == STORIES[:3]
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.suffix == ".arrow"]


def test_no_more_than_the_first_so_many_documents_are_read(stories: Path, corpus: Path) -> None:
    assert read(f"hf://{stories}?field=story", most=7) == STORIES[:7]
    assert [len(list(source.documents())) for source in sources(corpus, most=7)] == [7, 7]


# --- What the rest of the pipeline sees ------------------------------------------------------------------------------


def test_shards_from_a_dataset_are_those_from_a_text_file_of_the_same_documents(
    tokenizer: Tokenizer, tmp_path: Path
) -> None:
    """Held out by the same hash, and without repetitions, since both go the same way."""
    texts = [f"The cat number {i} sat on the mat. {i} dogs saw it." for i in range(600)]
    texts.append("the cat NUMBER 5 sat on the mat! 5 dogs saw it")
    (tmp_path / "cats.txt").write_text("\n\n".join(texts))
    from_file, from_dataset = (
        write_shards(sources(corpus), tmp_path / name, tokenizer, 32, lambda source, n: None)
        for corpus, name in (
            (tmp_path, "from-file"),
            (f"hf://{write_lines(tmp_path / 'set' / 'cats.jsonl', texts)}?field=story", "from-dataset"),
        )
    )
    for path in [*(tmp_path / "from-file").glob("*.bin"), *(tmp_path / "from-file").glob("*.idx")]:
        assert path.read_bytes() == (tmp_path / "from-dataset" / path.name).read_bytes()
    for name in ("source", "documents", "validation_documents", "repeated_documents", "tokens"):
        assert from_file[0][name] == from_dataset[0][name]
    assert from_dataset[0]["repeated_documents"] == 1
    assert from_dataset[0]["validation_documents"]


def test_the_manifest_records_address_revision_and_a_checksum_of_the_documents(
    stories: Path, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    address = f"hf://{stories}?field=story"
    [row] = write_shards(sources(address, 10), tmp_path / "shards", tokenizer, 32, lambda source, n: None)
    assert (row["source"], row["address"]) == ("stories", address)
    assert row["revision"] == Dataset.open(address).revision
    assert row["sha256"] == hashlib.sha256("".join(f"{text}\0" for text in STORIES[:10]).encode()).hexdigest()
    assert row["bytes"] == sum(map(len, STORIES[:10]))


def test_what_changes_the_documents_changes_the_fingerprint(stories: Path, corpus: Path) -> None:
    address = f"hf://{stories}?field=story"

    def fingerprint(most: int | None = None) -> tuple[str, str]:
        return Dataset.open(address, most).fingerprint()

    before = fingerprint()
    assert before == fingerprint() != fingerprint(most=5)
    os.utime(stories / "train.jsonl", (1, 1))
    assert fingerprint() != before
    text = corpus / "cats.txt"
    assert TextFile(text).fingerprint() == TextFile(text).fingerprint() != TextFile(text, 5).fingerprint()


# --- What may be wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        ("", r"has no field “text”; name one by \?field=…: story, title$"),
        ("?field=id", r"the field “id” of hf://.* holds int, not text; name one by \?field=…: story, title$"),
        ("?split=test", r"hf://.*split=test can't be read \(Bad split: test. Available splits: \['train', 'valid"),
        ("?config=long", r"can't be read \(BuilderConfig 'long' not found. Available: \['default'\]\); check its name"),
        ("?colour=red", r"is no dataset's address; write hf://OWNER/NAME .* only field, split, config, revision"),
    ],
)
def test_what_is_not_in_a_dataset_is_named_with_what_is(ending: str, reason: str, stories: Path) -> None:
    with pytest.raises(ValueError, match=reason):
        read(f"hf://{stories}{ending}")


def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("no JSON\n")
    with pytest.raises(ValueError, match=r"hf://.*bad\.jsonl can't be read \(JSON parse error"):
        read(f"hf://{tmp_path}/bad.jsonl")


def test_a_dataset_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"hf://.*/nowhere can't be read \(Couldn't find any data file at"):
        read(f"hf://{tmp_path}/nowhere")


def test_an_unreachable_hub_is_named_with_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"hf://some/stories can't be reached .*; check the network, or name a local"):
        read("hf://some/stories")


def test_without_the_optional_package_the_remedy_is_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)  # as if it were not installed
    with pytest.raises(ValueError, match=r"hf://a/b needs another package: pip install datasets"):
        read("hf://a/b")
