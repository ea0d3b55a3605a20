import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from app.checkpoint import Checkpoint
from app.main import create_app
from app.predict import Predictor
from app.sentences import Bank, Theme
from app.settings import Settings
from app.web.allowance import MADE, PROOF, Allowance, TooManyError
from app.web.render import RenderedPages
from app.web.services import Services
from tests.markup import Markup


def asked_by(address: str) -> Request:
    return Request({"type": "http", "client": (address, 1), "headers": []})


@pytest.fixture
def client(random_checkpoint: Checkpoint) -> TestClient:
    """An app where an address may have two new pages a minute."""
    allowance = Allowance(2 * MADE + 1)
    bank = Bank((Theme("everyday", "Everyday", ("the cat sat on the mat",)),))
    pages = RenderedPages(10_000_000, allowance)
    services = Services(bank, Predictor(random_checkpoint), pages, {}, allowance=allowance)
    app = create_app(Settings(), services)
    app.state.services = services
    return TestClient(app)


def test_whoever_asks_for_too_much_is_told_kindly_when_to_come_back(client: TestClient) -> None:
    assert [client.get("/", params={"step": step}).status_code for step in (1, 2, 3)] == [200, 200, 429]
    answer = client.get("/?step=3")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    (title,) = Markup(answer.text).all("h1")
    assert title.text.startswith("Many requests came from your network within a minute")
    assert f"try again in {answer.headers['retry-after']} s" in title.text


def test_a_program_is_told_in_json(client: TestClient) -> None:
    answers = [client.get("/api/pairs", params={"sentence": f"the cat {n}"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].json()["error"]["code"] == "too_many_requests"


@pytest.mark.parametrize("path", ["/api/finetune?task=tone", "/lesson/run/events?task=tone"])
def test_who_asks_for_one_run_after_another_is_held_back_too(client: TestClient, path: str) -> None:
    assert [client.get(path).status_code for _ in range(3)] == [422, 422, 429]


@pytest.mark.parametrize("path", ["/share?sentence=the+cat", "/oembed?url=http://testserver/%3Fsentence=the+cat"])
def test_so_is_who_asks_for_what_is_made_anew_each_time(client: TestClient, path: str) -> None:
    assert [client.get(path).status_code for _ in range(3)] == [200, 200, 429]


def test_whoever_is_held_back_on_the_stage_sees_it_there(client: TestClient) -> None:
    answers = [client.get("/stage", params={"step": step}, headers={"HX-Request": "true"}) for step in (1, 2, 3)]
    assert answers[-1].status_code == 429
    assert not answers[-1].text.lstrip().startswith("<!doctype")
    assert Markup(answers[-1].text).all("h1")


def test_a_kept_page_costs_a_tenth_of_a_new_one(client: TestClient) -> None:
    assert [client.get("/").status_code for _ in range(12)] == [200] * 12


def test_what_costs_nothing_is_always_answered(client: TestClient) -> None:
    while client.get("/").status_code == 200:
        pass
    for path in ("/healthz", "/readyz", "/api/random", "/static/app.css"):
        assert client.get(path).status_code == 200, path


def test_each_address_has_an_allowance_of_its_own_and_a_household_of_ipv6_one() -> None:
    allowance = Allowance(PROOF)
    for address in ("192.0.2.1", "192.0.2.2", "2001:db8:1:2::1", "2001:db8:1:3::1"):
        allowance.charge(asked_by(address), PROOF)
    for address in ("192.0.2.1", "2001:db8:1:2:ffff::2"):
        with pytest.raises(TooManyError):
            allowance.charge(asked_by(address), 1)


def test_zero_is_no_limit() -> None:
    for _ in range(100):
        Allowance(0).charge(asked_by("192.0.2.1"), 10**9)
