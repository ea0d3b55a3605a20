import itertools
import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.checkpoint import Checkpoint
from app.count import CUT, PART, Count, Counter, Document, check_not_empty
from app.documents import Reader
from app.pairs import training_pairs
from app.sentences import InputError
from app.tokenizer import Tokenizer

SIGNS = "aé日。 ．\n\t\r\x0b\x1c\x85\u00a0\u3000'’s1٣²_-,\u0301😀"


def counted(tokenizer: Tokenizer, name: str, data: bytes, whole: bool = False) -> tuple[list[Document], Count]:
    counter = Counter(tokenizer, name, Reader(name, whole))
    found = [document for document in itertools.chain(counter.feed(data), counter.end()) if document]
    return found, counter.total


def test_pairs_are_those_that_training_pairs_cuts_document_by_document(tokenizer: Tokenizer) -> None:
    documents = ["The little boat drifted.", "a", "née\nthe quiet lake"]
    found, total = counted(tokenizer, "a.txt", "\n\n".join(documents).encode())
    pairs = [len(training_pairs(tokenizer.encode(document))) for document in documents]
    assert [document.pairs for document in found] == pairs
    assert total == Count(3, sum(len(tokenizer.encode(document)) for document in documents))
    assert total.pairs == sum(pairs)


def test_a_boundary_costs_a_pair(tokenizer: Tokenizer) -> None:
    _, total = counted(tokenizer, "a.txt", b"One.\n\nTwo.\n\nThree.")
    assert total.stream_pairs - total.pairs == total.documents - 1 == 2


def test_counts_add_up_and_nothing_has_no_pairs() -> None:
    assert Count(2, 5) + Count(1, 3) == Count(3, 8)
    assert (Count().pairs, Count().stream_pairs) == (0, 0)


def test_a_document_is_known_by_its_number_and_its_opening(tokenizer: Tokenizer) -> None:
    found, _ = counted(tokenizer, "a.txt", b"One.\n\n" + b"Two " * 50)
    assert [(document.number, document.opening) for document in found] == [(1, "One."), (2, "Two " * 15)]


@given(st.text(st.sampled_from(SIGNS) | st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_text_has_the_tokens_of_its_parts_wherever_it_may_be_cut(shipped: Checkpoint, text: str) -> None:
    tokenizer = shipped.tokenizer
    while found := CUT.match(text, 0, len(text) - 1):
        cut = found.end()
        assert tokenizer.encode(text[:cut]) + tokenizer.encode(text[cut:]) == tokenizer.encode(text)
        text = text[:cut]


def test_a_long_document_has_as_many_tokens_in_parts_as_whole(shipped: Checkpoint) -> None:
    draw = random.Random(1)
    words = [
        "the",
        "boat's",
        "née",
        "12,345",
        "it’s",
        "(quiet)",
        "lake\n",
        "\n\n",
        "日本。",
        "  ",
        "--",
        "“drifted”",
        "\r\n",
    ]
    text = "".join(draw.choice(words) + draw.choice(["", " "]) for _ in range(4 * PART // 4))
    assert len(text) > 3 * PART
    tokens = shipped.tokenizer.encode(text.replace("\r\n", "\n").replace("\r", "\n"))
    for size in (1_000, 99_999, len(text) * 4):
        counter = Counter(shipped.tokenizer, "a.md", Reader("a.md"))
        data = text.encode()
        for start in range(0, len(data), size):
            list(counter.feed(data[start : start + size]))
        list(counter.end())
        assert counter.total == Count(1, len(tokens))


@pytest.mark.parametrize("sign", ["x", "日", "="])
def test_a_run_without_a_place_to_cut_is_counted_up_to_a_limit(shipped: Checkpoint, sign: str) -> None:
    longest = "so " + sign * (PART - 1)
    assert counted(shipped.tokenizer, "a.txt", longest.encode())[1].tokens == len(shipped.tokenizer.encode(longest))
    with pytest.raises(InputError, match=r"a\.txt, near line 2, has more than 65,536 signs without a space or a digit"):
        counted(shipped.tokenizer, "a.txt", f"so\n{sign * PART} so".encode())


def test_a_packed_picture_in_letters_is_counted(shipped: Checkpoint) -> None:
    """Base 64 has no white space, but digits."""
    draw = random.Random(2)
    text = "".join(draw.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", k=3 * PART))
    assert counted(shipped.tokenizer, "a.md", text.encode())[1] == Count(1, len(shipped.tokenizer.encode(text)))


def test_memory_does_not_grow_with_the_text(tokenizer: Tokenizer) -> None:
    counter = Counter(tokenizer, "a.txt", Reader("a.txt"))
    data = b"The little boat drifted across the quiet lake. " * 400
    peaks = []
    for _ in range(2):
        tracemalloc.start()
        for _ in range(100):
            list(counter.feed(data))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert max(peaks) < 30 * PART
    assert peaks[1] < 1.2 * peaks[0]


def test_a_text_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match=r"a\.txt holds no text\. Choose one"):
        check_not_empty("a.txt", Count())
    check_not_empty("a.txt", Count(1, 1))
