"""Text to tokens and back, with the characters that each token covers.

The tokenizer is a byte-level BPE (Sennrich et al. 2016, on bytes as in Radford et al. 2019): a text's UTF-8 bytes are
merged into the vocabulary's longest known pieces, so that every Unicode text has tokens and decoding gives it back
exactly. There are no special tokens: each of the vocabulary's entries is a piece of text.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import tokenizers
from tokenizers import Regex, decoders, models, pre_tokenizers, trainers

# Where words are cut before merging: an English clitic after a straight or a curly apostrophe, a word with its leading
# space, a single digit (so that numbers are spelt alike wherever they stand), a run of signs, white space.
WORDS = r"['’](?:[sdmt]|ll|ve|re)| ?\p{L}[\p{L}\p{M}]*| ?\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def _byte_of_sign() -> dict[str, int]:
    """The printable sign by which byte-level BPE writes each byte -> that byte.

    Bytes that are printable Latin-1 stand for themselves, the other 68 for the code points from 256 on
    (the table of Radford et al. 2019, which tokenizer.json files share).
    """
    printable = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), ord("ÿ") + 1),
    ]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + i): byte for i, byte in enumerate(others)}


BYTE_OF_SIGN = _byte_of_sign()
BYTES_IN_BRACKETS = "⟨[0-9A-F]{2}(?: [0-9A-F]{2})*⟩"  # how `legible` writes bytes that are no whole character
UNDECODABLE = re.compile("[\udc80-\udcff]+")


def legible(raw: bytes) -> str:
    """Bytes as text a person can read; those that are no whole character as hexadecimal in angle brackets.

    >>> legible("née".encode()), legible("€".encode()[:2])
    ('née', '⟨E2 82⟩')
    """
    # Undecodable bytes are marked as lone surrogates (PEP 383), which no decoded text can hold.
    text = raw.decode(errors="surrogateescape")
    return UNDECODABLE.sub(lambda run: f"⟨{run[0].encode(errors='surrogateescape').hex(' ').upper()}⟩", text)


@dataclass(frozen=True)
class Token:
    """One piece of a text: its id, its text made legible, and the characters [start, end) that it touches."""

    id: int
    text: str
    start: int
    end: int


def spans(text: str, lengths: Iterable[int]) -> list[tuple[int, int]]:
    """The characters [start, end) that a text's pieces touch, which follow each other and have so many bytes of UTF-8.

    >>> spans("né", [0, 1, 1, 1])
    [(0, 0), (0, 1), (1, 2), (1, 2)]
    """
    character_of_byte = [i for i, character in enumerate(text) for _ in character.encode()]
    found, position = [], 0
    for length in lengths:
        touched = character_of_byte[position : position + length] or [0]
        found.append((touched[0], touched[-1] + 1 if length else touched[0]))
        position += length
    return found


class Tokenizer:
    """A byte-level BPE vocabulary. Build one with `train` or `load`."""

    def __init__(self, backend: tokenizers.Tokenizer) -> None:
        self.backend = backend

    @classmethod
    def load(cls, path: Path) -> "Tokenizer":
        """Read a tokenizer.json."""
        return cls(tokenizers.Tokenizer.from_file(str(path)))

    @classmethod
    def train(cls, texts: Iterable[str], vocab_size: int, show_progress: bool = False) -> "Tokenizer":
        """Learn `vocab_size` entries (the 256 bytes and the most frequent merges) from texts."""
        backend = tokenizers.Tokenizer(models.BPE())
        backend.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(WORDS), behavior="isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        backend.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size, initial_alphabet=sorted(BYTE_OF_SIGN), show_progress=show_progress
        )
        backend.train_from_iterator(texts, trainer)
        return cls(backend)

    def save(self, path: Path) -> None:
        """Write a tokenizer.json, whole or not at all."""
        fresh = path.with_suffix(".new")
        self.backend.save(str(fresh))
        fresh.replace(path)

    @cached_property
    def cuts_words(self) -> bool:
        """Whether it cuts text into `WORDS` first, as every one does that `train` made; other makers' differ."""
        rule: dict[str, list[dict[str, dict[str, str]]]] = json.loads(self.backend.to_str())["pre_tokenizer"] or {}
        return [part.get("pattern", {}).get("Regex") for part in rule.get("pretokenizers", [])][:1] == [WORDS]

    @property
    def fingerprint(self) -> str:
        """What changes whenever the vocabulary does."""
        return hashlib.sha256(self.backend.to_str().encode()).hexdigest()

    @property
    def vocab_size(self) -> int:
        """V, the number of different tokens."""
        size: int = self.backend.get_vocab_size()
        return size

    @cached_property
    def _bytes(self) -> list[bytes]:
        """Every entry's bytes, by id."""
        signs = (str(self.backend.id_to_token(token_id)) for token_id in range(self.vocab_size))
        return [bytes(BYTE_OF_SIGN[sign] for sign in entry) for entry in signs]

    def encode(self, text: str) -> list[int]:
        """Text to token ids. `decode(encode(text)) == text` for every Unicode text."""
        ids: list[int] = self.backend.encode(text, add_special_tokens=False).ids
        return ids

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Many texts to token ids, on all cores."""
        return [encoding.ids for encoding in self.backend.encode_batch_fast(texts, add_special_tokens=False)]

    def count(self, text: str) -> int:
        """How many tokens a text has. Other threads run meanwhile, which the library's `encode` keeps waiting."""
        return len(self.backend.encode_batch_fast([text], add_special_tokens=False)[0])

    @cached_property
    def _texts(self) -> list[str]:
        """Every entry as legible text, by id."""
        return [legible(entry) for entry in self._bytes]

    def decode(self, token_ids: Iterable[int]) -> str:
        """Token ids to text, legible also where they end inside a character."""
        return legible(b"".join(self._bytes[token_id] for token_id in token_ids))

    def text(self, token_id: int) -> str:
        """One vocabulary entry as legible text, its leading space included."""
        return self._texts[token_id]

    def n_bytes(self, token_id: int) -> int:
        """How many bytes of UTF-8 one vocabulary entry stands for."""
        return len(self._bytes[token_id])

    def tokens(self, text: str) -> list[Token]:
        """Text to tokens with character spans; the fragments of one character all span that character.

        With a vocabulary of single bytes, "né" has three tokens:

        >>> tokens = Tokenizer.train([], vocab_size=256).tokens("né")
        >>> [(token.text, token.start, token.end) for token in tokens]
        [('n', 0, 1), ('⟨C3⟩', 1, 2), ('⟨A9⟩', 1, 2)]
        """
        ids = self.encode(text)
        return [
            Token(token_id, self.text(token_id), start, end)
            for token_id, (start, end) in zip(ids, spans(text, map(self.n_bytes, ids)), strict=True)
        ]
