import json
import logging
import logging.config
import re
import sys
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app.web.journal import AsJson, AsText, Journal, configuration

TYPED = "my dearest wish"


async def fine(request: Request) -> Response:
    return PlainTextResponse("fine")


async def broken(request: Request) -> Response:
    raise ValueError(f"cannot use {request.query_params['sentence']}")


@pytest.fixture
def client() -> TestClient:
    app = Starlette(routes=[Route("/fine/{word}", fine), Route("/broken", broken)])
    app.add_middleware(Journal)
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "freelabels.requests")
    return caplog


def fields(record: logging.LogRecord) -> dict[str, object]:
    found: dict[str, object] = json.loads(AsJson().format(record))
    return found


def test_a_request_is_a_line_of_its_id_method_route_status_and_time(
    client: TestClient, log: pytest.LogCaptureFixture
) -> None:
    answer = client.get(f"/fine/{TYPED}?sentence={TYPED}")
    said = fields(log.records[0])
    assert {"method": "GET", "route": "/fine/{word}", "status": 200}.items() <= said.items()
    assert said["request"] == answer.headers["x-request-id"]
    assert isinstance(said["milliseconds"], float)
    assert re.fullmatch(r".* INFO [0-9a-f]{16} GET /fine/\{word\} 200 [\d.]+ ms", AsText().format(log.records[0]))


def test_no_line_says_what_was_typed_in_whatever_part_of_the_request(
    client: TestClient, log: pytest.LogCaptureFixture
) -> None:
    client.get(
        f"/fine/{TYPED}?sentence={TYPED}", headers={"Referer": TYPED, "User-Agent": TYPED, "X-Request-ID": TYPED}
    )
    client.get(f"/{TYPED}")
    assert [fields(record)["route"] for record in log.records] == ["/fine/{word}", "-"]
    assert TYPED not in "".join(
        formatter.format(record) for formatter in (AsJson(), AsText()) for record in log.records
    )


@pytest.mark.parametrize("has_proxy", [True, False])
def test_an_id_is_kept_that_a_proxy_gave_and_no_other(has_proxy: bool) -> None:
    client = TestClient(Journal(Starlette(routes=[Route("/fine/{word}", fine)]), has_proxy=has_proxy))
    named = client.get("/fine/x", headers={"X-Request-ID": "abc-123.def"}).headers["x-request-id"]
    assert (named == "abc-123.def") == has_proxy


@pytest.mark.parametrize("formatter", [AsJson(), AsText()], ids=["json", "text"])
def test_a_trace_names_types_and_places_but_no_error_s_words(formatter: logging.Formatter) -> None:
    try:
        try:
            raise KeyError(TYPED)
        except KeyError as error:
            raise ValueError(f"cannot use {TYPED}") from error
    except ValueError:
        record = logging.LogRecord("freelabels.errors", logging.ERROR, __file__, 1, "no answer", (), sys.exc_info())
    line = formatter.format(record)
    assert TYPED not in line.replace('f"cannot use {TYPED}"', "")
    assert "ValueError" in line
    assert "KeyError" in line
    assert "test_journal.py" in line


@pytest.fixture
def logs() -> Iterator[None]:
    """Puts the loggers back as they were."""
    names = ("", "uvicorn", "freelabels")
    kept = [(logging.getLogger(name), logging.getLogger(name).__dict__.copy()) for name in names]
    yield
    for logger, before in kept:
        logger.__dict__.update(before)


@pytest.mark.usefixtures("logs")
def test_the_server_s_own_messages_are_lines_of_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    logging.config.dictConfig(configuration("json"))
    logging.getLogger("uvicorn.lifespan").info("started on %s", "port 1")
    said = json.loads(capsys.readouterr().err)
    assert (said["level"], said["logger"], said["message"]) == ("info", "uvicorn.lifespan", "started on port 1")
