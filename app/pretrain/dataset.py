"""A Hugging Face dataset, streamed: nothing of it is stored but the shards."""

import hashlib
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.pretrain.corpus import mended

SCHEME = "hf://"
# What an address may say after its question mark, and what holds where it says nothing.
DEFAULTS = {"field": "text", "split": "train", "config": None, "revision": None}


@dataclass
class Dataset:
    """One split of a dataset whose rows each hold a document in a text field; rows without text are passed over.

    The address: hf://PATH of a local folder or file (JSON lines, Parquet, CSV, …), or where there is none,
    hf://OWNER/NAME on the hub; then, as in any URL, ?field=text&split=train&config=NAME&revision=COMMIT, each of which
    may be left out.
    """

    address: str
    name: str
    revision: str  # the commit on the hub; of local files, a hash over their names and times of change
    rows: Any  # datasets.IterableDataset
    text_field: str
    most: int | None = None  # documents
    _read: dict[str, int | str] = field(default_factory=dict)

    @classmethod
    def open(cls, address: str, most: int | None = None) -> "Dataset":
        """Find the dataset without reading a row; ValueError where the address is wrong or can't be reached."""
        path, options = _parsed(address)
        with _one_clear_line(address) as datasets:
            builder = datasets.load_dataset_builder(
                # The library takes folders; one file is a folder of which nothing else is read.
                str(Path(path).parent) if Path(path).is_file() else path,
                options["config"],
                data_files=Path(path).name if Path(path).is_file() else None,
                revision=options["revision"],
            )
            rows = builder.as_streaming_dataset(options["split"])
        name = re.sub(r"[^\w.-]+", "-", Path(path).stem if Path(path).is_file() else Path(path).name)
        return cls(address, name, _revision(builder.config.data_files), rows, str(options["field"]), most)

    def fingerprint(self) -> tuple[str, str]:
        """The address, and the revision with how much of it is read."""
        return self.address, self.revision + (f", {self.most} documents" if self.most else "")

    def documents(self) -> Iterator[str]:
        """The texts, mended, in order, one in memory at a time; ValueError where there is no such field."""
        checksum, size = hashlib.sha256(), 0
        for text in itertools.islice(self._texts(), self.most):
            document = mended(text)
            checksum.update(document.encode() + b"\0")
            size += len(document.encode())
            yield document
        self._read = {"sha256": checksum.hexdigest(), "bytes": size}

    def record(self) -> dict[str, int | str]:
        """Address, revision, and over the documents read: SHA-256, with a null byte after each, and size."""
        return {"address": self.address, "revision": self.revision, **self._read}

    def _texts(self) -> Iterator[str]:
        rows = iter(self.rows)
        while True:
            with _one_clear_line(self.address):
                row = next(rows, None)
            if row is None:
                return
            if self.text_field not in row:
                raise ValueError(f"{self.address} has no field “{self.text_field}”; {_choice(row)}")
            text = row[self.text_field]
            if not isinstance(text, str | None):
                raise ValueError(
                    f"the field “{self.text_field}” of {self.address} holds {type(text).__name__}, not text; "
                    f"{_choice(row)}"
                )
            if text and text.strip():
                yield text.replace("\r\n", "\n").strip()


def _choice(row: dict[str, Any]) -> str:
    return f"name one by ?field=…: {', '.join(name for name, value in row.items() if isinstance(value, str))}"


def _parsed(address: str) -> tuple[str, dict[str, str | None]]:
    """The dataset's name or path, and every option of `DEFAULTS`."""
    url = urlsplit(address)
    given = {name: values[-1] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
    path = (url.netloc + url.path).rstrip("/")
    if not path or given.keys() - DEFAULTS.keys():
        raise ValueError(
            f"{address} is no dataset's address; write {SCHEME}OWNER/NAME or {SCHEME}PATH, "
            f"and after a question mark only {', '.join(DEFAULTS)}, as in ?field=text&split=train"
        )
    return path, DEFAULTS | given


def _revision(splits: Any) -> str:
    """From a datasets.DataFilesDict, whose files know the commit they were found at, or the time of their change."""
    files = [found for split in splits.values() for found in zip(split, split.origin_metadata, strict=True)]
    commits = {origin[1] for _, origin in files if len(origin) == 2}  # (repository, commit), else (time,)
    return str(commits.pop()) if commits else hashlib.sha256(repr(files).encode()).hexdigest()


@contextmanager
def _one_clear_line(address: str) -> Iterator[ModuleType]:
    """The library, with what goes wrong in its hands as ValueError that names the dataset and a remedy."""
    try:
        import datasets
    except ImportError as error:
        raise ValueError(f"{address} needs another package: pip install datasets") from error
    try:
        yield datasets
    except ConnectionError as error:
        raise ValueError(
            f"{address} can't be reached ({error}); check the network, or name a local copy as {SCHEME}PATH"
        ) from error
    except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError) as error:
        raise ValueError(f"{address} can't be read ({error}); check its name, config, split and revision") from error
