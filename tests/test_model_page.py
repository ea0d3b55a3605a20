"""/model, the card as a page."""

from starlette.testclient import TestClient

from tests.markup import Markup


def test_the_models_page_tells_what_it_is_read_and_cannot(client: TestClient) -> None:
    response = client.get("/model")
    assert response.status_code == 200
    titles = [element.text for element in Markup(response.text).all("h2")]
    for title in ("What it is", "Its loss while it learnt", "What it is not", "How it was trained", "What it read"):
        assert title in titles
    assert "6,843,648" in response.text
    assert "CC BY-SA 4.0" in response.text


def test_every_example_leads_to_its_sentence_on_the_stage(client: TestClient) -> None:
    links = [
        a["href"] for a in Markup(client.get("/model").text).all("a") if "sentence=" in a.attributes.get("href", "")
    ]
    assert links
    for link in links:
        assert client.get(link).status_code == 200


def test_the_stage_leads_to_the_models_page(client: TestClient) -> None:
    assert client.get(Markup(client.get("/").text).one("model-link")["href"]).status_code == 200
