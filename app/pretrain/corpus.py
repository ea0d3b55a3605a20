"""What a document is worth and made of: weights, mending, sentences, and whether it is held out."""

import hashlib
import itertools
import re
import zlib

import ftfy

SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+|\n+")
FINAL_PUNCTUATION = ".!?\"' "


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
