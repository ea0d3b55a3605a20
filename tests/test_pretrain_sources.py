from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pretrain.corpus import mended
from app.pretrain.sources import TextFile, sources

lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")).filter(str.strip)
blank = st.lists(st.sampled_from(["", " ", "\t"]), min_size=1, max_size=3).map("\n".join)


@given(st.lists(st.tuples(st.lists(lines, min_size=1, max_size=3).map("\n".join), blank)), st.booleans())
def test_documents_are_what_blank_lines_part_mended(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[str, str]], ends_open: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "documents.txt"
    text = "\n\n" + "".join(f"{document}\n{between}\n" for document, between in parts)
    path.write_text(text.rstrip("\n") if ends_open else text, encoding="utf-8")
    assert list(TextFile(path).documents()) == [mended(document) for document, _ in parts]


def test_a_file_in_another_encoding_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "latin.txt"
    file.write_bytes("naïve".encode("latin-1"))
    with pytest.raises(ValueError, match=r"latin\.txt is not UTF-8 .*convert it"):
        list(TextFile(file).documents())


def test_an_empty_file_has_no_document(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    assert list(TextFile(tmp_path / "empty.txt").documents()) == []


def test_sources_are_the_text_files_by_name(corpus: Path) -> None:
    (corpus / "README.md").touch()
    assert [source.name for source in sources(corpus)] == ["boats", "cats"]


def test_a_folder_without_text_files_is_refused_with_what_to_put_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"no \.txt file in {tmp_path}.*parted by blank lines"):
        sources(tmp_path)
