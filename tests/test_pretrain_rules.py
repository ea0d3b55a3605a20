"""The hand-written rules: a proper distribution after any context, and grammar that they know."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.checkpoint import Checkpoint
from app.pretrain.grammar import book, classes
from app.pretrain.rules import FORMS, Rules
from app.tokenizer import Tokenizer

TEXTS = [
    "The little boat drifted across the quiet lake.",
    'He said, "Where are you going?" and she didn\'t answer. "I don\'t know," said Tom!',
    "In 1984 there were 3 boys; the old-fashioned one -- née Müller -- slept...\n\nWho knows? 日本 😀",
    "thomas and the wizards' drifting, \"an apple",
]


@pytest.fixture(scope="module")
def rules(shipped: Checkpoint) -> Rules:
    return Rules(shipped.tokenizer)


def after(rules: Rules, tokenizer: Tokenizer, text: str) -> dict[str, float]:
    """Every token's probability after a text."""
    state = rules.start
    for token_id in tokenizer.encode(text):
        state = rules.after(state, token_id)
    return dict(zip(rules.texts, rules.expected(state).tolist(), strict=True))


@pytest.mark.parametrize("text", TEXTS)
def test_the_probabilities_of_all_tokens_add_up_to_one_after_any_context(
    rules: Rules, shipped: Checkpoint, text: str
) -> None:
    state = rules.start
    for token_id in shipped.tokenizer.encode(text):
        expected = rules.expected(state)
        assert expected.shape == (shipped.vocab_size,)
        assert expected.sum() == pytest.approx(1.0, abs=1e-9)
        assert expected.min() > 0
        state = rules.after(state, token_id)


@given(st.lists(st.integers(0, 319), min_size=1, max_size=12))
def test_they_do_so_after_any_tokens_of_another_vocabulary(tokenizer: Tokenizer, token_ids: list[int]) -> None:
    rules = small(tokenizer)
    state = rules.start
    for token_id in token_ids:
        state = rules.after(state, token_id)
    expected = rules.expected(state)
    assert expected.sum() == pytest.approx(1.0, abs=1e-9)
    assert expected.min() > 0


KEPT: dict[int, Rules] = {}


def small(tokenizer: Tokenizer) -> Rules:
    return KEPT.setdefault(id(tokenizer), Rules(tokenizer))


def test_a_piece_is_scored_token_by_token_from_what_stands_before(rules: Rules, shipped: Checkpoint) -> None:
    pieces = [shipped.tokenizer.encode(text) for text in TEXTS]
    by_hand = []
    for piece in pieces:
        state = rules.after(rules.start, piece[0])
        for token_id in piece[1:]:
            by_hand.append(rules.expected(state)[token_id])
            state = rules.after(state, token_id)
    assert np.exp(rules.log_probs(pieces)) == pytest.approx(by_hand, rel=1e-9)
    assert rules.log_probs([piece[:5] for piece in pieces[:1]]) == pytest.approx(rules.log_probs(pieces)[:4])


@pytest.mark.parametrize(
    ("context", "likelier", "than"),
    [
        ("They saw an", " apple", " boat"),
        ("They saw a", " boat", " apple"),
        ("They", " were", " was"),
        ("She", " was", " were"),
        ("I", " am", " are"),
        ("I would", " go", " went"),
        ("These", " boys", " boy"),
        ("He doesn", "'t", " the"),
        ("the boy has been", " taken", " take"),
        ("Where did he go", "?", "."),
        ("He did go there with her", ".", "?"),
        ('"Where did he go', '?"', '."'),
        ("He went into the", " house", " went"),
        ("He came home.", " The", " the"),
        ("Mr", " Tom", " the"),
        ("In 19", "8", " the"),
        ("The lake was dr", "ied", " the"),
    ],
)
def test_the_rules_know_some_grammar(rules: Rules, shipped: Checkpoint, context: str, likelier: str, than: str) -> None:
    found = after(rules, shipped.tokenizer, context)
    assert found[likelier] > 2 * found[than]


def test_the_book_names_no_class_that_it_does_not_have_and_says_what_follows_each(rules: Rules) -> None:
    known, follow = set(rules.classes), book()["follow"]
    followers = {entry.split()[0] for row in follow.values() for entry in row.split(",")}
    guesses = {name for names in book()["endings"].values() for name in names.split()}
    assert followers | guesses | set(book()["unlisted"]) | set(book()["anywhere"]) <= known
    assert set(classes()) <= set(follow)
    assert set(follow) - known == {"start"}


def test_no_weight_of_the_book_is_negative_and_no_class_follows_twice() -> None:
    for row in book()["follow"].values():
        names, weights = zip(*(entry.split() for entry in row.split(",")), strict=True)
        assert len(set(names)) == len(names), row
        assert all(float(weight) > 0 for weight in weights), row


def test_a_list_holds_a_word_once() -> None:
    twice = {name: [word for word in words if words.count(word) > 1] for name, words in classes().items()}
    assert {name: words for name, words in twice.items() if words} == {}


def test_every_class_spreads_all_of_its_share_or_none_over_the_vocabulary(rules: Rules) -> None:
    for form in FORMS:
        sums = rules.words[form].sum(axis=1)
        assert ((sums < 1 + 1e-9) & (sums >= 0)).all()
    assert rules.words[" x"].sum(axis=1)[[rules.classes.index(name) for name in ("noun", "article")]] == pytest.approx(
        1
    )
