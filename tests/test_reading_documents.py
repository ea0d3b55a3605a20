"""Bytes to documents, in whatever chunks they come."""

import gzip
import itertools
import json
import tracemalloc
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.decoding import STEP
from app.documents import MAX_BLANK, MAX_LINE, Reader, kind
from app.pretrain.sources import TextFile
from app.sentences import InputError

CHUNKS = (1, 2, 3, 7, 1_000_000)


def read(name: str, chunks: Iterable[bytes], whole: bool = False, most: int | None = None) -> list[str]:
    """The documents of a file that comes in chunks; empty ones are none."""
    reader = Reader(name, whole, most)
    documents = [""]
    for piece in itertools.chain(*(reader.feed(chunk) for chunk in chunks), reader.end()):
        documents[-1] += piece.text
        if piece.ends:
            documents.append("")
    assert documents[-1] == ""
    return [document for document in documents if document]


def chunked(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def refused(name: str, data: bytes, most: int | None = None) -> InputError:
    """The complaint about a file, which must not depend on the chunks it comes in."""
    found = []
    for size in (1, 5, 1_000_000) if len(data) < 1_000 else (1_000_000,):
        with pytest.raises(InputError) as error:
            read(name, chunked(data, size), most=most)
        found.append(error.value)
    assert len({error.message for error in found}) == 1
    assert name in found[0].message
    return found[0]


@given(
    st.text(st.sampled_from("ab \t\n\r\x0b\x85\xa0é日😀.'1"), max_size=60),
    st.sampled_from(CHUNKS),
)
def test_documents_of_a_txt_are_those_that_pretraining_reads(text: str, size: int) -> None:
    data = text.encode()
    assert read("a.txt", chunked(data, size)) == list(by_pretraining(data))


def by_pretraining(data: bytes) -> Iterator[str]:
    """As `TextFile` parts a file, without the disk."""
    lines: list[str] = []
    for line in data.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line.strip():
            lines.append(line)
        elif lines:
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def test_the_same_file_on_disk_has_the_same_documents(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\n \n  One.\r\nTwo. \n \t\n\n\nThree.\n   ")
    assert read("a.txt", [path.read_bytes()]) == list(TextFile(path).documents()) == ["  One.\nTwo. ", "Three."]


@given(st.text(max_size=30), st.sampled_from(CHUNKS))
def test_a_md_is_one_document_as_it_is(text: str, size: int) -> None:
    data = text.replace("\0", "").encode()
    whole = data.decode().replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    assert read("a.md", chunked(data, size)) == ([whole] if whole else [])


def test_a_txt_can_be_taken_as_one_document() -> None:
    assert read("a.txt", [b"One.\n\nTwo.\n"], whole=True) == ["One.\n\nTwo.\n"]


@given(st.lists(st.text(max_size=10)), st.sampled_from(CHUNKS), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_a_jsonl_has_a_document_a_line_and_an_empty_one_is_none(texts: list[str], size: int, line_break: str) -> None:
    data = "".join(json.dumps({"id": 1, "text": text}) + line_break for text in texts).encode()
    assert read("a.jsonl", chunked(data, size)) == [text for text in texts if text]


@given(st.text(max_size=200), st.sampled_from(CHUNKS), st.integers(0, 2))
def test_a_packed_file_has_the_documents_of_the_plain_one(text: str, size: int, parts: int) -> None:
    """Also where it is several packed files in a row."""
    data = text.replace("\0", "").encode()
    at = len(data) * parts // 2
    packed = gzip.compress(data[:at], mtime=0) + gzip.compress(data[at:]) + bytes(3)
    assert read("a.txt.gz", chunked(packed, size)) == read("a.txt", [data])


def test_a_byte_order_mark_is_dropped_at_the_beginning_only() -> None:
    assert read("a.md", chunked("\ufeffa\ufeffb".encode(), 1)) == ["a\ufeffb"]


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.zip", "a.tar.gz", "a", "a.txt.exe", ".txt", ""])
def test_another_type_is_refused_with_those_that_are_taken(name: str) -> None:
    with pytest.raises(InputError, match=r"\.txt, \.md or \.jsonl, or in one of these and \.gz"):
        kind(name)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"abc\n\xff", "byte 5, in line 2, is 0xFF (invalid start byte). Save it as plain text in UTF-8."),
        (b"\xe6\x97\n", "byte 1, in line 1, is 0xE6 (invalid continuation byte)"),
        (b"one\ntwo \xf0\x9f\x98", "ends inside a character, which begins at byte 9: it was cut off."),
        ("né".encode()[:-1], "ends inside a character, which begins at byte 2"),
        (b"PK\x03\x04\x00\x01", "byte 5 is zero, as in pictures, programs and UTF-16"),
        ("text".encode("utf-16"), "is not UTF-8: byte 1, in line 1, is 0xFF"),
        ("text".encode("utf-16-le"), "byte 2 is zero"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_place(data: bytes, words: str) -> None:
    assert words in refused("a.txt", data).message
    assert words in refused("a.md", data).message


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "is no JSON (Expecting property name enclosed in double quotes, column 2)"),
        (b"a document", "is no JSON (Expecting value, column 1)"),
        (b'["a"]', "is a list, not an object"),
        (b'"a"', "is a string, not an object"),
        (b"3", "is a number, not an object"),
        (b'{"txt": "a"}', "has no field “text”"),
        (b'{"text": ["a"]}', "has a list in its field “text”, not a string"),
        (b'{"text": null}', "has null in its field “text”, not a string"),
        (b'{"text": 1.5}', "has a number in its field “text”, not a string"),
        (b'{"text": "\\ud83d"}', "has half a surrogate pair, U+D83D, in its text"),
        (b"[" * 100_000, "is no JSON (a number or a nesting too large)"),
        (b"1" * 5_000, "is no JSON (a number or a nesting too large)"),
    ],
)
def test_a_line_of_jsonl_that_is_no_document_is_refused_with_its_number(line: bytes, words: str) -> None:
    error = refused("a.jsonl", b'{"text": "One."}\n\n' + line + b'\n{"text": "Two."}')
    assert error.message == f'a.jsonl, line 3 {words}. Each line should be like {{"text": "A document."}}.'


def test_the_last_line_of_jsonl_needs_no_line_break() -> None:
    assert read("a.jsonl", [b'{"text": "One."}']) == ["One."]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"plain text", "can't be unpacked (Error -3 while decompressing data: incorrect header check)"),
        (gzip.compress(b"text", mtime=0)[:-1], "ends before its gzip does, after 4 unpacked bytes: it was cut off."),
        (gzip.compress(b"text", mtime=0)[:5], "ends before its gzip does, after 0 unpacked bytes"),
        (gzip.compress(b"text", mtime=0) + b"more", "incorrect header check"),
        (gzip.compress(b"text", mtime=0)[:-8] + bytes(8), "incorrect data check"),
        (zlib.compress(b"text"), "incorrect header check"),
    ],
)
def test_a_gzip_that_is_broken_is_refused(data: bytes, words: str) -> None:
    assert words in refused("a.txt.gz", data).message


def test_a_text_packed_into_half_a_character_is_refused() -> None:
    assert "ends inside a character" in refused("a.txt.gz", gzip.compress("né".encode()[:-1])).message


def test_an_empty_packed_file_has_no_document() -> None:
    assert read("a.txt.gz", []) == read("a.txt.gz", [gzip.compress(b"", mtime=0)]) == []


def bomb(megabytes: int) -> bytes:
    """Spaces, packed a thousand to one; made in little memory."""
    pack = zlib.compressobj(wbits=31)
    return b"".join(pack.compress(b" " * (1 << 20)) for _ in range(megabytes)) + pack.flush()


def test_a_bomb_is_refused_at_the_limit_before_it_fills_the_memory() -> None:
    data = bomb(64)
    reader = Reader("a.md.gz", most=16 << 20)
    tracemalloc.start()
    with pytest.raises(InputError) as refusal:
        for _ in reader.feed(data):
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refusal.value.status == 413
    assert refusal.value.message == (
        "a.md.gz unpacks to more than 16,777,216 bytes, which is the limit. Count a part of it."
    )
    assert peak < 20 * STEP


def test_a_bomb_of_empty_parts_lets_whoever_reads_pause() -> None:
    reader = Reader("a.txt.gz")
    assert sum(1 for _ in reader.feed(gzip.compress(b"", mtime=0) * 500)) >= 500


def test_a_line_of_jsonl_is_read_up_to_a_limit() -> None:
    line = b'{"text": "%s"}' % (b"a" * MAX_LINE)
    error = refused("a.jsonl", b'{"text": "One."}\n' + line)
    assert (error.status, error.limit) == (413, MAX_LINE)
    assert error.message.startswith("a.jsonl, line 2 has more than 8,388,608 characters, which is the limit.")


def test_blank_lines_take_no_memory_and_an_endless_one_is_refused() -> None:
    assert read("a.txt", [b"One.", *[b"\n" * STEP] * 50, b"Two."]) == ["One.", "Two."]
    reader = Reader("a.txt")
    for _ in range(50):
        list(reader.feed(b" \n" * STEP))
    assert len(reader._documents._held) < 5  # type: ignore[union-attr, arg-type]
    error = refused("a.txt", b"One.\n" + b" " * (MAX_BLANK + 2))
    assert error.message.startswith("a.txt has a line that begins with more than 65,536 blanks, which is the limit.")
