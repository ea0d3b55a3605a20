from hypothesis import given
from hypothesis import strategies as st

from app.pairs import causal_mask, training_pairs
from app.tokenizer import Tokenizer

token_ids = st.lists(st.integers(0, 8191), max_size=128)


@given(token_ids)
def test_t_tokens_give_exactly_t_minus_1_pairs_and_x_1_is_never_a_label(ids: list[int]) -> None:
    pairs = training_pairs(ids)
    assert len(pairs) == max(0, len(ids) - 1)
    assert [pair.label for pair in pairs] == ids[1:]
    assert [pair.position for pair in pairs] == list(range(2, len(ids) + 1))
    assert [pair.step for pair in pairs] == list(range(1, len(ids)))


@given(token_ids)
def test_each_context_extends_the_one_before_by_its_label(ids: list[int]) -> None:
    context = tuple(ids[:1])
    for pair in training_pairs(ids):
        assert pair.context == context
        context += (pair.label,)


@given(token_ids)
def test_row_t_of_the_causal_mask_shows_exactly_the_context_of_pair_t(ids: list[int]) -> None:
    pairs = training_pairs(ids)
    mask = causal_mask(len(pairs))
    for pair, row in zip(pairs, mask, strict=True):
        assert [token_id for token_id, seen in zip(ids[:-1], row, strict=True) if seen] == list(pair.context)


def test_the_pairs_of_a_sentence_are_its_prefixes_and_what_comes_next(tokenizer: Tokenizer) -> None:
    """No token is slipped in before the first one of the text or after its last."""
    pairs = training_pairs(tokenizer.encode("the cat sat"))
    read = [(tokenizer.decode(pair.context), tokenizer.text(pair.label)) for pair in pairs]
    assert read == [("the", " cat"), ("the cat", " sat")]
