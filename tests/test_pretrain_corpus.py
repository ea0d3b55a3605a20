import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pretrain.corpus import as_typed, is_validation, mended, sentences


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("The cafÃ© was closed.", "The café was closed."),
        ("Fish &amp; chips", "Fish & chips"),
        ("“It’s”", '"It\'s"'),
        ("Plain text, naïve or not.", "Plain text, naïve or not."),
    ],
)
def test_traces_of_a_texts_travels_are_mended(text: str, whole: str) -> None:
    assert mended(text) == whole


@given(st.one_of(st.text(), st.text("Ab.!?\"') \n")))
def test_the_sentences_of_a_document_put_together_are_the_document(document: str) -> None:
    pieces = sentences(document)
    assert "".join(pieces) == document
    assert all(pieces)
    assert all(piece[-1].isspace() for piece in pieces[:-1])


def test_sentences_end_at_final_punctuation_and_at_line_breaks() -> None:
    assert sentences("He paid 3.50 (too much!) to Mr Fox. “Why?” Yes\nNo... end") == [
        "He paid 3.50 (too much!) ",
        "to Mr Fox. ",
        "“Why?” Yes\n",
        "No... ",
        "end",
    ]


def test_about_one_document_in_200_is_held_out() -> None:
    held_out = sum(is_validation(f"document {i}") for i in range(40_000))
    assert 150 <= held_out <= 250


def test_which_documents_are_held_out_never_changes() -> None:
    """A run that goes on, and the card's numbers, stand on a split that is the same on every machine and release."""
    assert [i for i in range(1_000) if is_validation(f"document {i}")] == [308, 651, 785, 967]


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("The capital of France is Paris.", "the capital of france is paris"),
        ('"Come in!" she said. "Now?"', '"come in!" she said. "now'),
        ("ÉCOLE 12", "école 12"),
        ("...", ""),
    ],
)
def test_text_as_typed_is_in_lower_case_without_final_punctuation(text: str, typed: str) -> None:
    assert as_typed(text) == typed


def test_half_of_the_texts_as_typed_have_a_phones_curly_apostrophes() -> None:
    typed = [as_typed(f"It's number {i}.") for i in range(1_000)]
    assert all(text.startswith(("it's", "it’s")) for text in typed)
    assert 0.4 < sum("’" in text for text in typed) / len(typed) < 0.6
