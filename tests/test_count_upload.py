"""POST /api/count, with texts that people send, and with those that nobody should."""

import asyncio
import gzip
import itertools
import tempfile
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.testclient import TestClient

from app.checkpoint import Checkpoint
from app.predict import Predictor
from app.sentences import Bank, InputError
from app.web import count, upload
from app.web.count import MAX_UNPACKED, Counted, count_upload
from app.web.render import RenderedPages
from app.web.services import UPLOADS, Services
from app.web.upload import MAX_UPLOAD
from tests.loop import finished

BOUNDARY = "a-boundary"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"
END = f"\r\n--{BOUNDARY}--\r\n".encode()


def begin(field: str = "file", name: str | None = "boats.txt") -> bytes:
    """What stands before a part's bytes."""
    file = f'; filename="{name}"' if name is not None else ""
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"{file}\r\n\r\n'.encode()


@pytest.fixture(autouse=True)
def no_file_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test leaves a temporary file, nor makes one."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    for maker in ("SpooledTemporaryFile", "NamedTemporaryFile", "TemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, maker, lambda *_, **__: pytest.fail("a temporary file was made"))
    yield
    assert list(folder.iterdir()) == []


@pytest.fixture
def services(shipped: Checkpoint, bank: Bank) -> Services:
    return Services(bank, Predictor(shipped), RenderedPages(1_000_000), {})


def sent(
    services: Services, chunks: Iterable[bytes], headers: dict[str, str] | None = None, leaves: bool = False
) -> tuple[Counted, int]:
    """What is counted of a body that comes in chunks, and how many of them were taken."""
    taken = 0
    coming = iter(chunks)

    async def receive() -> dict[str, Any]:
        nonlocal taken
        data = next(coming, None)
        taken += data is not None
        if data is None and leaves:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": data or b"", "more_body": data is not None}

    class App:
        class state:  # noqa: N801 - as starlette has it
            pass

    App.state.services = services  # type: ignore[attr-defined]
    raw = [(name.encode(), value.encode()) for name, value in {"content-type": TYPE, **(headers or {})}.items()]
    scope = {"type": "http", "method": "POST", "path": "/api/count", "headers": raw, "app": App}
    return finished(count_upload(Request(scope, receive), whole=False)), taken


def refused(services: Services, *chunks: bytes, **options: Any) -> InputError:
    with pytest.raises(InputError) as error:
        sent(services, chunks, **options)
    return error.value


# --- What people send ----------------------------------------------------------------------------------------------


def test_a_file_is_counted_by_the_models_vocabulary(client: TestClient, shipped: Checkpoint) -> None:
    texts = ["The boat drifted across the lake.", "It was quiet.\nnée 日本"]
    tokens = [len(shipped.tokenizer.encode(text)) for text in texts]
    data = "\r\n\r\n".join(text.replace("\n", "\r\n") for text in texts).encode()
    assert client.post("/api/count", files={"file": ("boats.txt", data)}).json() == {
        "name": "boats.txt",
        "bytes": len(data),
        "vocabulary": {"name": "tiny", "vocab_size": 8192},
        "documents": 2,
        "tokens": sum(tokens),
        "pairs": sum(tokens) - 2,
        "stream_pairs": sum(tokens) - 1,
        "first": [
            {"number": i, "opening": text, "tokens": n, "pairs": n - 1}
            for i, (text, n) in enumerate(zip(texts, tokens, strict=True), start=1)
        ],
    }


def test_a_text_can_be_taken_as_one_document(client: TestClient, shipped: Checkpoint) -> None:
    text = "The boat drifted.\n\nIt was quiet.\n"
    found = client.post("/api/count?whole=true", files={"text": (None, text)}).json()
    assert (found["documents"], found["tokens"]) == (1, len(shipped.tokenizer.encode(text)))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.md", b"One.\n\nTwo."),
        ("a.jsonl", b'{"text": "One."}\n{"text": "Two."}'),
        ("a.TXT.GZ", gzip.compress(b"One.\n\nTwo.", mtime=0)),
        ("bücher.jsonl.gz", gzip.compress(b'{"text": "One."}', mtime=0)),
    ],
)
def test_every_type_is_counted(client: TestClient, name: str, data: bytes) -> None:
    found = client.post("/api/count", files={"file": (name, data)}).json()
    assert found["name"] == name
    assert found["documents"] == (2 if name in ("a.jsonl", "a.TXT.GZ") else 1)


def test_a_form_with_an_empty_file_field_sends_the_typed_text(services: Services) -> None:
    """As browsers do where no file is chosen."""
    body = begin(name="") + b"\r\n" + begin("text", None) + b"The boat drifted.\r\n\r\nIt was quiet." + END
    assert sent(services, [body])[0].name == ""
    assert sent(services, [body])[0].count.documents == 2


def test_a_form_with_an_empty_text_field_sends_the_file(services: Services) -> None:
    body = begin("text", None) + b"\r\n" + begin() + b"The boat." + b"\r\n" + begin("theme", None) + b"dark" + END
    assert sent(services, [body])[0].name == "boats.txt"


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_the_chunks_do_not_matter(services: Services, size: int) -> None:
    body = begin() + "One. née\n\nTwo --a-boundary- \r\n--a-bound\r\n".encode() + END
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    assert sent(services, chunks)[0] == sent(services, [body])[0]


def test_only_the_first_documents_are_told_one_by_one(services: Services) -> None:
    found, _ = sent(services, [begin() + b"\n\n".join(b"Boat %d." % i for i in range(50)) + END])
    assert found.count.documents == 50
    assert [document.number for document in found.first] == list(range(1, 11))


def test_a_path_or_a_long_name_is_cut_to_the_name(services: Services) -> None:
    assert sent(services, [begin(name="/home/me/boats.txt") + b"A boat." + END])[0].name == "boats.txt"
    assert len(sent(services, [begin(name="b" * 300 + ".txt") + b"A boat." + END])[0].name) == 80


# --- What nobody should --------------------------------------------------------------------------------------------


def post(client: TestClient, status: int, **options: Any) -> Any:
    response = client.post("/api/count", **options)
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert error.keys() <= {"code", "message", "limit", "actual"}
    return error


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.pdf", b"%PDF-1.7", "a.pdf is no file to count"),
        ("a.txt", b"", "a.txt is empty: it has no bytes."),
        ("a.txt", b" \n\n ", "a.txt holds no text."),
        ("a.txt", b"PK\x03\x04\x00", "byte 5 is zero, as in pictures"),
        ("a.txt", "né".encode()[:-1], "a.txt ends inside a character, which begins at byte 2"),
        ("a.txt", b"one \xff", "byte 5, in line 1, is 0xFF"),
        ("a.jsonl", b'{"text": "One."}\n{', "a.jsonl, line 2 is no JSON"),
        ("a.txt.gz", b"no gzip", "incorrect header check"),
        ("a.txt.gz", gzip.compress("née ".encode(), 0, mtime=0).replace(b"n\xc3", b"n\xff"), "incorrect data check"),
        ("a.txt.gz", gzip.compress(b"n\xff", mtime=0), "a.txt.gz is not UTF-8: byte 2"),
        ("a.txt.gz", gzip.compress(b"One. " * 99, mtime=0)[:-9], "a.txt.gz ends before its gzip does"),
        ("<b>.exe", b"MZ", "<b>.exe is no file to count"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_a_remedy(
    client: TestClient, name: str, data: bytes, words: str
) -> None:
    assert words in post(client, 422, files={"file": (name, data)})["message"]


def test_a_typed_text_has_no_files_name_in_what_is_wrong_with_it(client: TestClient) -> None:
    assert "What you typed holds no text." in post(client, 422, files={"text": (None, " \n ")})["message"]
    assert client.post("/api/count", files={"text": (None, "One.")}).json()["name"] == "text.txt"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({}, "wrong_form"),
        ({"data": {"text": "The boat drifted."}}, "wrong_form"),
        ({"json": {"text": "The boat drifted."}}, "wrong_form"),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, "wrong_form"),
        ({"content": b"x", "headers": {"Content-Type": TYPE}}, "broken_form"),
        ({"content": b"", "headers": {"Content-Type": TYPE}}, "broken_form"),
        ({"content": begin() + b"The boat drif", "headers": {"Content-Type": TYPE}}, "broken_form"),
        ({"content": END[2:], "headers": {"Content-Type": TYPE}}, "no_text"),
        ({"files": {"other": ("a.txt", b"The boat.")}}, "no_text"),
        ({"files": [("file", ("a.txt", b"One.")), ("file", ("b.txt", b"Two."))]}, "two_texts"),
        ({"files": [("file", ("a.txt", b"One.")), ("text", (None, "Two."))]}, "two_texts"),
        ({"params": {"whole": "x"}, "files": {"text": (None, "One.")}}, "invalid_whole"),
    ],
)
def test_a_form_that_holds_not_one_text_is_refused(client: TestClient, options: dict[str, Any], code: str) -> None:
    assert post(client, 422, **options)["code"] == code


def test_another_method_is_told_which_is_answered(client: TestClient) -> None:
    assert client.get("/api/count").json()["error"]["message"] == "GET is not answered here. Try POST."


def test_a_text_is_taken_up_to_the_limit_and_refused_with_it(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "MAX_UPLOAD", 1_000)
    assert sent(services, [begin() + b"boat " * 200 + END])[0].size == 1_000
    error = refused(services, begin() + b"boat " * 200 + b"s" + END)
    assert (error.status, error.code, error.limit) == (413, "too_large", 1_000)


def test_a_text_announced_as_too_large_is_not_counted(services: Services) -> None:
    error = refused(services, begin() + b"One." + END, headers={"content-length": str(MAX_UPLOAD * 2)})
    assert error.message.startswith("The text is larger than 20 MB (20,971,520 bytes), which is the limit.")


def test_a_form_larger_than_its_text_is_refused(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "MAX_UPLOAD", 1_000)
    assert refused(services, begin("other", None), b"x" * 70_000).status == 413


@pytest.mark.parametrize(("most", "taken"), [(10_000, 11), (1_000_000, 60)])
def test_what_is_refused_is_read_on_up_to_a_limit(
    services: Services, monkeypatch: pytest.MonkeyPatch, most: int, taken: int
) -> None:
    """A browser hears no answer while it still sends."""
    monkeypatch.setattr(upload, "MOST_READ", most)
    chunks = iter([begin(name="a.exe"), *[b"x" * 1_000] * 59])
    with pytest.raises(InputError, match=r"a\.exe is no file to count"):
        sent(services, chunks)
    assert len(list(chunks)) == 60 - taken


def packed(text: bytes, megabytes: int) -> bytes:
    """So many megabytes of a text over and over, packed in little memory."""
    pack = zlib.compressobj(wbits=31)
    block = text * ((1 << 20) // len(text))
    return b"".join(pack.compress(block) for _ in range(megabytes)) + pack.flush()


@pytest.mark.parametrize(
    ("name", "text", "code"), [("a.txt.gz", b"\n", "too_large_unpacked"), ("a.md.gz", b" ", "run_too_long")]
)
def test_a_bomb_is_refused_in_little_memory(services: Services, name: str, text: bytes, code: str) -> None:
    bomb = packed(text, 1 + (MAX_UNPACKED >> 20))
    assert len(bomb) < 1 << 20
    tracemalloc.start()
    error = refused(services, begin(name=name), bomb, END)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.code == code
    assert peak < 4 << 20


def test_whoever_leaves_is_not_counted_on_and_gives_the_place_free(services: Services) -> None:
    with pytest.raises(ClientDisconnect):
        sent(services, [begin() + b"The boat"], leaves=True)
    assert not services.uploads.locked()
    assert services.uploads._value == UPLOADS


def test_memory_does_not_grow_with_the_text(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.predictor.model.tokenizer, "count", len)  # type: ignore[attr-defined]
    block = b"The boat drifted. " * 1_000
    n_blocks = MAX_UPLOAD // len(block)
    tracemalloc.start()
    found, _ = sent(services, itertools.chain([begin()], itertools.repeat(block, n_blocks), [END]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.size == n_blocks * len(block) > 20_900_000
    assert peak < 2 << 20


def test_a_text_that_does_not_come_is_given_up(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "PATIENCE", 0.01)

    async def never(self: Request) -> AsyncIterator[bytes]:
        yield begin()
        await asyncio.Event().wait()

    monkeypatch.setattr(Request, "stream", never)
    error = refused(services)
    assert (error.status, error.code) == (408, "too_slow")


def test_a_text_that_takes_too_long_to_count_is_given_up(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(count, "LONGEST", 0.0)
    error = refused(services, begin() + b"One two three." + END)
    assert (error.status, error.code) == (413, "too_long_to_count")
    assert "python -m app count" in error.message


def test_more_texts_than_may_be_counted_at_once_are_refused(services: Services) -> None:
    async def full() -> None:
        for _ in range(UPLOADS):
            await services.uploads.acquire()

    finished(full())
    error = refused(services, begin() + b"One." + END)
    assert (error.status, error.code) == (503, "busy")


def test_a_boundary_that_is_too_long_is_refused(client: TestClient) -> None:
    answer = client.post("/api/count", content=b"x", headers={"Content-Type": f"{TYPE}{'y' * 300}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "broken_form")
