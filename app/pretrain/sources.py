"""Where documents come from: a folder of text files, or a Hugging Face dataset. Whoever reads them need not know."""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.pretrain.corpus import mended
from app.pretrain.dataset import SCHEME, Dataset


class Source(Protocol):
    """A part of a corpus with a name and documents, which can be read any number of times."""

    @property
    def name(self) -> str:
        """What its shards, its weight and its numbers go by."""

    def fingerprint(self) -> tuple[str, str]:
        """Where it stands, and what changes whenever its documents do."""

    def documents(self) -> Iterator[str]:
        """Its documents, mended, in order, one in memory at a time; ValueError where they can't be read."""

    def record(self) -> dict[str, int | str]:
        """For the manifest, once the documents have been read: `sha256` and `bytes` at least."""


def sources(corpus: str | Path, most: int | None = None) -> list[Source]:
    """The sources of a corpus, each of its first `most` documents; ValueError where there are none.

    corpus: a folder, whose .txt files are taken in alphabetical order, or the address of a dataset (see `Dataset`).
    """
    if str(corpus).startswith(SCHEME):
        return [Dataset.open(str(corpus), most)]
    files = sorted(Path(corpus).glob("*.txt"))
    if not files:
        raise ValueError(
            f"no .txt file in {corpus}; name a folder of text files, documents parted by blank lines, "
            f"or a dataset as {SCHEME}OWNER/NAME or {SCHEME}PATH"
        )
    return [TextFile(file, most) for file in files]


@dataclass(frozen=True)
class TextFile:
    """A text file, its documents parted by blank lines."""

    path: Path
    most: int | None = None  # documents

    @property
    def name(self) -> str:
        """The file's name without .txt."""
        return self.path.stem

    def fingerprint(self) -> tuple[str, str]:
        """The file's name, and its SHA-256 with how much of it is read."""
        return self.path.name, self._sha256() + (f", {self.most} documents" if self.most else "")

    def documents(self) -> Iterator[str]:
        """As `Source` says; ValueError where the file is not UTF-8."""
        return itertools.islice(map(mended, self._parted()), self.most)

    def record(self) -> dict[str, int | str]:
        """The file's SHA-256 and size."""
        return {"sha256": self._sha256(), "bytes": self.path.stat().st_size}

    def _parted(self) -> Iterator[str]:
        lines: list[str] = []
        with self.path.open(encoding="utf-8") as file:
            try:
                for line in file:
                    if line.strip():
                        lines.append(line.rstrip("\n"))
                    elif lines:
                        yield "\n".join(lines)
                        lines = []
            except UnicodeDecodeError as error:
                raise ValueError(
                    f"{self.path} is not UTF-8 ({error}); convert it, or take it out of the corpus"
                ) from error
        if lines:
            yield "\n".join(lines)

    def _sha256(self) -> str:
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
