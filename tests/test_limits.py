import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from app.sentences import InputError
from app.web import limits
from app.web.limits import MAX_BODY, MAX_URL, Limits
from tests.loop import finished
from tests.markup import Markup


def test_a_url_that_is_too_long_is_refused_with_both_lengths(client: TestClient) -> None:
    answer = client.get("/api/pairs", params={"sentence": "x" * MAX_URL})
    assert answer.status_code == 414
    error = answer.json()["error"]
    assert (error["code"], error["limit"]) == ("too_long_url", MAX_URL)
    assert "the limit is 40,960" in error["message"]


@pytest.mark.parametrize("path", ["/", "/lesson"])
def test_whatever_fits_a_field_is_answered_beside_it(client: TestClient, path: str) -> None:
    """What a browser cuts off at maxlength was a megabyte, perhaps: it must neither pass nor be too long to be told."""
    longest = int(Markup(client.get(path).text).one("sentence")["maxlength"])
    for text in ("田" * longest, "🦆" * (longest // 2)):
        answer = client.get(path, params={"sentence": text})
        assert answer.status_code == 422
        page = Markup(answer.text)
        assert page.one("sentence")["value"] == text
        assert f"The text has {len(text):,} characters; the limit is 2,000." in page.one("sentence-error").words


def test_the_longest_text_of_the_widest_characters_fits_a_url(client: TestClient) -> None:
    assert client.get("/api/pairs", params={"sentence": "😀" * 2_000}).json()["error"]["code"] == "too_many_tokens"


@pytest.mark.parametrize(("query", "wrong"), [("a%FFb", "%FF"), ("a+%F0%9F+b", "%F0%9F"), ("%ED%A0%BD", "%ED")])
@pytest.mark.parametrize("path", ["/", "/stage", "/api/pairs"])
def test_bytes_that_are_no_text_are_refused_and_named(client: TestClient, path: str, query: str, wrong: str) -> None:
    answer = client.get(f"{path}?sentence={query}")
    assert answer.status_code == 422
    assert f"The URL holds bytes that are no text, {wrong}; it must be UTF-8." in answer.text


async def body(*pieces: bytes) -> AsyncIterator[Message]:
    for piece in pieces:
        yield {"type": "http.request", "body": piece, "more_body": True}
    yield {"type": "http.request", "body": b""}
    await asyncio.Event().wait()  # the connection stays open


def read(messages: AsyncIterator[Message], content_type: bytes = b"text/plain") -> int:
    """How many bytes a route gets of a body that arrives as these messages."""
    got = 0

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal got
        while (message := await receive()).get("more_body"):
            got += len(message["body"])

    async def nowhere(message: Message) -> None:
        raise AssertionError(message)

    async def run() -> None:
        headers = [(b"content-type", content_type)]
        scope = {"type": "http", "path": "/", "raw_path": b"/", "query_string": b"", "headers": headers}
        await Limits(route)(scope, messages.__anext__, nowhere)

    finished(run())
    return got


def test_a_body_is_read_up_to_its_limit_and_no_further() -> None:
    assert read(body(b"x" * MAX_BODY)) == MAX_BODY
    with pytest.raises(InputError) as error:
        read(body(b"x" * MAX_BODY, b"x"))
    assert (error.value.status, error.value.limit) == (413, MAX_BODY)


def test_a_form_with_a_file_has_limits_of_its_own() -> None:
    assert read(body(b"x" * MAX_BODY, b"x"), b"multipart/form-data; boundary=x") == MAX_BODY + 1


def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PATIENCE", 0.01)

    async def slow() -> AsyncIterator[Message]:
        yield {"type": "http.request", "body": b"x", "more_body": True}
        await asyncio.Event().wait()

    with pytest.raises(InputError) as error:
        read(slow())
    assert (error.value.status, error.value.code) == (408, "too_slow")


def test_a_stream_may_wait_for_its_reader_to_leave_as_long_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PATIENCE", 0.01)

    async def leaves_late() -> AsyncIterator[Message]:
        yield {"type": "http.request", "body": b""}
        await asyncio.sleep(0.05)
        yield {"type": "http.disconnect"}

    seen: list[str] = []

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend([(await receive())["type"], (await receive())["type"]])

    async def nowhere(message: Message) -> None:
        raise AssertionError(message)

    scope = {"type": "http", "path": "/", "raw_path": b"/", "query_string": b"", "headers": []}
    finished(Limits(stream)(scope, leaves_late().__anext__, nowhere))
    assert seen == ["http.request", "http.disconnect"]
