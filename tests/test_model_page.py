"""/model, the card as a page."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.checkpoint import Checkpoint
from app.main import create_app
from app.predict import Predictor
from app.sentences import Bank
from app.settings import Settings
from app.web.render import RenderedPages
from app.web.services import Services
from tests.cards import SHIPPED, evaluated
from tests.markup import Markup

ALWAYS = ["What it is", "What it is not", "Its loss while it learnt", "How it was trained", "The same again"]
EVALUATED = ["How good it is, on documents that it never read", "Whether its confidence is deserved", "Two more tests"]


@pytest.fixture(scope="module")
def full(shipped: Checkpoint, bank: Bank) -> Iterator[TestClient]:
    """The app, its model's card with an evaluation."""
    services = Services(bank, Predictor(shipped), RenderedPages(1_000_000), evaluated())
    with TestClient(create_app(Settings(), services)) as client:
        yield client


def titles(client: TestClient) -> list[str]:
    return [element.words for element in Markup(client.get("/model").text).all("h2")]


def test_the_page_of_an_evaluated_model_has_every_part(full: TestClient) -> None:
    assert set(titles(full)) >= {*ALWAYS, *EVALUATED, "What it read, and under which licences"}
    markup = Markup(full.get("/model").text)
    assert [element.text for element in markup.all("title")][1:] == [  # of the charts
        "Reliability diagram: dots on the diagonal mean that confidence is deserved",
        "Loss over training",
    ]
    page = markup.all("main")[0].text
    for row in SHIPPED["corpus"]:
        assert row["source"] in page
        assert row["licence"] in page
    assert "python -m app pretrain --corpus" in page


def test_no_part_is_promised_or_shown_that_the_card_does_not_hold(shipped: Checkpoint, bank: Bank) -> None:
    card = {name: value for name, value in SHIPPED.items() if name not in ("evaluation", "curve")}
    services = Services(bank, Predictor(shipped), RenderedPages(1_000_000), card)
    with TestClient(create_app(Settings(), services)) as client:
        assert set(titles(client)) & {*EVALUATED, "Its loss while it learnt"} == set()
        assert "how good" not in client.get("/model").text


def test_every_cell_of_a_table_names_its_column_for_screens_where_the_table_is_a_list(full: TestClient) -> None:
    markup = Markup(full.get("/model").text)
    heads = {element.text for element in markup.all("th") if element.attributes.get("scope") == "col"}
    cells = markup.all("td")
    assert len(cells) > 100
    assert {cell["data-name"] for cell in cells} <= heads


def test_every_example_leads_to_its_sentence_on_the_stage(client: TestClient) -> None:
    links = [
        a["href"] for a in Markup(client.get("/model").text).all("a") if "sentence=" in a.attributes.get("href", "")
    ]
    assert len(links) > 20
    for link in set(links):
        assert client.get(link).status_code == 200


def test_the_stage_leads_to_the_models_page(client: TestClient) -> None:
    assert client.get(Markup(client.get("/").text).one("model-link")["href"]).status_code == 200
