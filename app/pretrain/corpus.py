"""The corpus: a folder of .txt files, each a source, its documents parted by blank lines."""

import hashlib
import itertools
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import ftfy

SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+|\n+")
FINAL_PUNCTUATION = ".!?\"' "


def sources(corpus: Path) -> list[Path]:
    """The corpus's files in alphabetical order; ValueError where there are none."""
    files = sorted(corpus.glob("*.txt"))
    if not files:
        raise ValueError(f"no .txt file in {corpus}; name a folder of text files, documents parted by blank lines")
    return files


def documents(path: Path) -> Iterator[str]:
    """The documents of one file, mended, in order, one in memory at a time; ValueError where it is not UTF-8."""
    lines: list[str] = []
    with path.open(encoding="utf-8") as file:
        try:
            for line in file:
                if line.strip():
                    lines.append(line.rstrip("\n"))
                elif lines:
                    yield mended("\n".join(lines))
                    lines = []
        except UnicodeDecodeError as error:
            raise ValueError(f"{path} is not UTF-8 ({error}); convert it, or take it out of the corpus") from error
    if lines:
        yield mended("\n".join(lines))


def mended(text: str) -> str:
    """A text without the traces of its travels: doubly encoded letters, HTML entities, curly quotes, odd spaces.

    >>> mended("The cafÃ©&#39;s door")
    "The café's door"
    """
    # Plain text has nothing to mend, and is most of a corpus.
    return text if text.isascii() and "&" not in text else ftfy.fix_text(text)


def is_validation(document: str, one_in: int = 200) -> bool:
    """Whether a document is held out for validation: decided by its own hash, so that no split file can be lost."""
    return int.from_bytes(hashlib.sha256(document.encode()).digest()[:8], "big") % one_in == 0


def sentences(document: str) -> list[str]:
    """Cut a document after sentence ends and line breaks; the pieces joined give it back.

    >>> sentences('It rained. "Come in!" she said.')
    ['It rained. ', '"Come in!" ', 'she said.']
    """
    cuts = [0, *(match.end() for match in SENTENCE_END.finditer(document)), len(document)]
    return [document[start:end] for start, end in itertools.pairwise(cuts) if end > start]


def as_typed(text: str) -> str:
    """A text as visitors type it: lower case, no final punctuation, and half of the time a phone's curly apostrophes.

    >>> as_typed("The capital of France is Paris.")
    'the capital of france is paris'
    """
    typed = text.lower().rstrip(FINAL_PUNCTUATION)
    return typed.replace("'", "’") if zlib.crc32(text.encode()) & 2 else typed
