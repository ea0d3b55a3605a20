"""Any tokenizer's tokens are legible and in their place, and a text is only text."""

from collections.abc import Callable

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from app.hub_tokenizer import HubTokenizer
from tests import foreign

TOKENIZERS: dict[str, HubTokenizer] = {
    make.__name__: HubTokenizer(make())
    for make in (foreign.byte_level, foreign.unigram, foreign.llama_bpe, foreign.word_piece, foreign.words)
}
LOSSLESS = ["byte_level", "unigram", "llama_bpe"]
SENTENCE = "The little boat drifted across the quiet lake."


def read(name: str, text: str) -> list[tuple[str, int, int]]:
    return [(token.text, token.start, token.end) for token in TOKENIZERS[name].tokens(text)]


@pytest.mark.parametrize("name", LOSSLESS)
@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=" ▁"), min_size=1, max_size=12))
def test_decoding_gives_every_text_back_and_tokens_cover_it_in_order(name: str, text: str) -> None:
    tokenizer = TOKENIZERS[name]
    tokens = tokenizer.tokens(text)
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert [token.id for token in tokens] == tokenizer.encode(text)
    position = 0
    for token in tokens:
        assert position - 1 <= token.start <= position  # fragments of a character share it
        assert token.start <= token.end <= len(text)
        position = max(position, token.end)
    assert position == len(text)


@pytest.mark.parametrize("name", LOSSLESS)
def test_tokens_put_together_are_the_sentence_and_each_is_what_its_span_says(name: str) -> None:
    for sentence in (SENTENCE, "the  cat ", "cat"):
        tokens = TOKENIZERS[name].tokens(sentence)
        assert "".join(token.text for token in tokens) == sentence
        assert [token.text for token in tokens] == [sentence[token.start : token.end] for token in tokens]


@pytest.mark.parametrize("name", LOSSLESS)
def test_every_prefix_decodes_to_the_texts_beginning(name: str) -> None:
    tokenizer = TOKENIZERS[name]
    ids = tokenizer.encode(SENTENCE)
    for n in range(1, len(ids)):
        assert SENTENCE.startswith(tokenizer.decode(ids[:n]))


@pytest.mark.parametrize("name", LOSSLESS)
def test_bytes_of_one_character_are_legible_and_span_that_character(name: str) -> None:
    fragments = [token for token in read(name, "cat 😀😀 né") if "⟨" in token[0]]
    smile = ["⟨F0⟩", "⟨9F⟩", "⟨98⟩", "⟨80⟩"]
    assert fragments == [
        *((text, 4, 5) for text in smile),
        *((text, 5, 6) for text in smile),
        ("⟨C3⟩", 8, 9),
        ("⟨A9⟩", 8, 9),
    ]


@pytest.mark.parametrize("name", TOKENIZERS)
@pytest.mark.parametrize("text", ["<s>", "the <s> cat", "</s>", "<unk>", "[CLS]", "<|endoftext|>", "cat<|endoftext|>"])
def test_a_special_token_in_a_text_is_only_text(name: str, text: str) -> None:
    """Only an unknown word gives one, where a tokenizer knows whole words alone."""
    special = {"byte_level": {0}, "word_piece": {1, 2}, "words": {1}}.get(name, {0, 1, 2})
    assert not special & set(TOKENIZERS[name].encode(text))
    if name in LOSSLESS:
        assert TOKENIZERS[name].decode(TOKENIZERS[name].encode(text)) == text


@pytest.mark.parametrize(
    ("name", "prefix"), [("byte_level", []), ("unigram", [1]), ("llama_bpe", [1]), ("word_piece", [1]), ("words", [])]
)
def test_what_is_put_before_a_text_is_known_and_is_no_token_of_it(name: str, prefix: list[int]) -> None:
    """Nor is what is put after it, such as [SEP]: it would be a label that no text holds."""
    assert TOKENIZERS[name].prefix == prefix
    assert not {"<s>", "[CLS]", "[SEP]"} & {text for text, _, _ in read(name, "the cat")}


def test_an_added_space_that_is_a_token_of_its_own_is_shown_and_touches_nothing() -> None:
    """A context must not be empty, and the model did see it."""
    for name in ("unigram", "llama_bpe"):
        assert read(name, "é") == [(" ", 0, 0), ("⟨C3⟩", 0, 1), ("⟨A9⟩", 0, 1)]
        assert TOKENIZERS[name].decode(TOKENIZERS[name].encode("é")[:1]) == " "


def test_a_space_that_the_text_has_is_kept() -> None:
    assert "".join(text for text, _, _ in read("llama_bpe", " the")).endswith(" the")
    assert "".join(text for text, _, _ in read("unigram", " the")) == " the"
    assert TOKENIZERS["llama_bpe"].decode(TOKENIZERS["llama_bpe"].encode(" the")) == " the"


def test_a_tokenizer_that_changes_the_text_still_says_where_its_tokens_are() -> None:
    text = "The CAT, née ☃"
    tokens = TOKENIZERS["word_piece"].tokens(text)
    assert [(token.text.removeprefix("##"), text[token.start : token.end]) for token in tokens] == [
        ("the", "The"),
        ("cat", "CAT"),
        (",", ","),
        ("n", "n"),
        ("e", "é"),
        ("e", "e"),
        ("[UNK]", "☃"),
    ]
    assert TOKENIZERS["word_piece"].decode(token.id for token in tokens) == "the cat, nee [UNK]"


def lower_case(make: Callable[[], tokenizers.Tokenizer]) -> HubTokenizer:
    backend = make()
    backend.normalizer = tokenizers.normalizers.Lowercase()
    return HubTokenizer(backend)


def test_an_added_space_is_not_shown_before_a_text_in_another_case_either() -> None:
    tokens = lower_case(foreign.unigram).tokens("The Cat")
    assert "".join(token.text for token in tokens) == "the cat"
    assert (tokens[0].start, tokens[-1].end) == (0, 7)
    assert (tokens[0].text, tokens[0].end) != (" ", 1)


def test_an_id_without_an_entry_is_shown_by_its_number() -> None:
    assert TOKENIZERS["byte_level"].text(50_300) == "⟨token 50300⟩"


@pytest.mark.parametrize("name", TOKENIZERS)
def test_every_entry_is_legible(name: str) -> None:
    tokenizer = TOKENIZERS[name]
    texts = [tokenizer.text(token_id) for token_id in range(tokenizer.highest_id + 1)]
    assert all(texts)
    assert not [text for text in texts if "�" in text or "Ġ" in text or "▁" in text or "<0x" in text]


def test_padding_and_truncation_that_a_file_asks_for_are_left_out() -> None:
    backend = foreign.unigram()
    backend.enable_truncation(3)
    backend.enable_padding(direction="left", length=20, pad_id=2, pad_token="</s>")
    tokenizer = HubTokenizer(backend)
    assert tokenizer.prefix == [1]
    assert tokenizer.encode(SENTENCE) == TOKENIZERS["unigram"].encode(SENTENCE)
