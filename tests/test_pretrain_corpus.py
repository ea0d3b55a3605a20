from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pretrain.corpus import as_typed, documents, is_validation, mended, sentences, sources

lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")).filter(str.strip)
blank = st.lists(st.sampled_from(["", " ", "\t"]), min_size=1, max_size=3).map("\n".join)


@given(st.lists(st.tuples(st.lists(lines, min_size=1, max_size=3).map("\n".join), blank)), st.booleans())
def test_documents_are_what_blank_lines_part_mended(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[str, str]], ends_open: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "documents.txt"
    text = "\n\n" + "".join(f"{document}\n{between}\n" for document, between in parts)
    path.write_text(text.rstrip("\n") if ends_open else text, encoding="utf-8")
    assert list(documents(path)) == [mended(document) for document, _ in parts]


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


def test_a_file_in_another_encoding_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "latin.txt"
    file.write_bytes("naïve".encode("latin-1"))
    with pytest.raises(ValueError, match=r"latin\.txt is not UTF-8 .*convert it"):
        list(documents(file))


def test_an_empty_file_has_no_document(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    assert list(documents(tmp_path / "empty.txt")) == []


def test_sources_are_the_text_files_by_name(corpus: Path) -> None:
    (corpus / "README.md").touch()
    assert [file.stem for file in sources(corpus)] == ["boats", "cats"]


def test_a_folder_without_text_files_is_refused_with_what_to_put_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"no \.txt file in {tmp_path}.*parted by blank lines"):
        sources(tmp_path)


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
