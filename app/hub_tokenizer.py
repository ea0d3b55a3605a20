"""Another model's tokenizer: text to the tokens that a person sees, whatever way it writes them.

A byte-level BPE writes bytes by printable signs, as ours does. A tokenizer in the manner of SentencePiece writes a
space as "▁", and puts one before a text that begins without. Others (WordPiece, say) keep no spaces; their entries are
shown as they are written.
"""

import json
import re
from collections.abc import Iterable
from itertools import takewhile
from typing import Any

import tokenizers

from app.tokenizer import BYTE_OF_SIGN, Token, legible, spans

SPACE = "▁"
BYTE = re.compile("<0x([0-9A-F]{2})>")  # how SentencePiece writes a byte of a character that its vocabulary lacks


class HubTokenizer:
    """Encodes without special tokens: those in a visitor's text are text, and none is put around it.

    prefix: the ids of the special tokens, BOS for one, that the tokenizer would put before every text by itself.
    """

    def __init__(self, backend: tokenizers.Tokenizer) -> None:
        backend.no_padding()
        backend.no_truncation()
        marked = backend.encode("a")
        before = takewhile(lambda pair: pair[1], zip(marked.ids, marked.special_tokens_mask, strict=True))
        self.prefix: list[int] = [token_id for token_id, _ in before]

        parts = json.loads(backend.to_str())
        layout = json.dumps([parts["pre_tokenizer"], parts["decoder"]], ensure_ascii=False)
        self._is_byte_level = '"ByteLevel"' in layout
        self._keeps_spaces = self._is_byte_level or f'"{SPACE}"' in layout
        self._word_end: str = parts["model"].get("end_of_word_suffix") or ""
        self._added = {token["id"]: token for token in parts["added_tokens"]}
        self._entries = {token_id: self._bytes(token_id, entry) for entry, token_id in backend.get_vocab().items()}
        self._backend, self._plain = backend, _without_special_tokens(parts)
        self._adds_space = self._keeps_spaces and self.text(self.encode("a")[0]).startswith(" ")

    @property
    def highest_id(self) -> int:
        """The highest id that a text or the prefix can have."""
        texts = [token_id for token_id in self._entries if not self._added.get(token_id, {}).get("special")]
        return max([*texts, *self.prefix])

    def encode(self, text: str) -> list[int]:
        """Text to token ids, without the prefix."""
        ids: list[int] = self._plain.encode(text, add_special_tokens=False).ids
        return ids

    def tokens(self, text: str) -> list[Token]:
        """Text to tokens with character spans; an added space is not shown, unless it is a token of its own."""
        encoding = self._plain.encode(text, add_special_tokens=False)
        pieces = [self._entries[token_id] for token_id in encoding.ids]
        if not pieces:
            return []
        written, added = text.encode(), b" " + text.encode()
        joined = b"".join(pieces)
        # A tokenizer that also changes the text (to lower case, say) cannot be compared with it.
        is_added = joined == added or (joined != written and self._adds_space and not text[0].isspace())
        if is_added and pieces[0].startswith(b" "):
            pieces[0] = pieces[0][1:]
        # The library's own spans are coarse where a run of characters is written in bytes.
        found = spans(text, map(len, pieces)) if b"".join(pieces) == written else encoding.offsets
        if not pieces[0]:
            pieces[0], found[0] = b" ", (0, 0)
        return [
            Token(token_id, legible(piece), start, end)
            for token_id, piece, (start, end) in zip(encoding.ids, pieces, found, strict=True)
        ]

    def decode(self, token_ids: Iterable[int]) -> str:
        """A text's first tokens to legible text, without the space that was added before it."""
        if not self._keeps_spaces:
            joined: str = self._backend.decode(list(token_ids), skip_special_tokens=False)
            return joined
        text = legible(b"".join(self._entry(token_id) for token_id in token_ids))
        return text[1:] or text if self._adds_space and text.startswith(" ") else text

    def text(self, token_id: int) -> str:
        """One token as legible text; an id that the tokenizer has no entry for by its number."""
        return legible(self._entry(token_id))

    def _entry(self, token_id: int) -> bytes:
        # A network's last rows may stand for no token at all: they only fill its matrix up to a round size.
        return self._entries.get(token_id) or f"⟨token {token_id}⟩".encode()

    def _bytes(self, token_id: int, entry: str) -> bytes:
        """What a vocabulary entry stands for."""
        is_added = token_id in self._added
        if self._is_byte_level:
            is_text = is_added or not BYTE_OF_SIGN.keys() >= set(entry)
            return entry.encode() if is_text else bytes(BYTE_OF_SIGN[sign] for sign in entry)
        if not self._keeps_spaces:
            return entry.replace(self._word_end, " ").encode() if self._word_end else entry.encode()
        if is_added and self._added[token_id]["special"]:
            return entry.encode()
        byte = BYTE.fullmatch(entry)
        return bytes.fromhex(byte[1]) if byte else entry.replace(SPACE, " ").encode()


def _without_special_tokens(parts: dict[str, Any]) -> tokenizers.Tokenizer:
    """A tokenizer, given as its JSON, that finds none of its special tokens in a text.

    `encode_special_tokens` alone stops the search for them before a text is cut, but a vocabulary that is matched
    entry by entry (Unigram, words) would still find "<s>" in it. Behind U+0000, which no text of ours holds, none does.
    """
    model = parts["model"]
    merged = {"".join(pair) for pair in model.get("merges", ())}  # those are made of text whatever their name
    special = {token["content"] for token in parts["added_tokens"] if token["special"]} - merged
    hidden = {entry: f"\0{entry}" for entry in special}
    for token in parts["added_tokens"]:
        token["content"] = hidden.get(token["content"], token["content"])
    if isinstance(model["vocab"], list):
        model["vocab"] = [[hidden.get(entry, entry), score] for entry, score in model["vocab"]]
    else:
        model["vocab"] = {hidden.get(entry, entry): token_id for entry, token_id in model["vocab"].items()}
    if "unk_token" in model:
        model["unk_token"] = hidden.get(model["unk_token"], model["unk_token"])
    parts["post_processor"] = None  # it would trim spaces off the spans
    plain = tokenizers.Tokenizer.from_str(json.dumps(parts))
    plain.encode_special_tokens = True
    return plain
