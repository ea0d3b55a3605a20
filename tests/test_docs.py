import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.markup import Markup

TYPES = {"string": str, "integer": int, "number": int | float, "array": list, "object": dict, "null": type(None)}


@pytest.fixture(scope="module")
def document(client: TestClient) -> Any:
    return client.get("/openapi.json").json()


def check(value: Any, schema: Any, document: Any, place: str = "answer") -> None:
    """Assert that a value follows its schema: types, required and unknown members, references."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    allowed = [option["type"] for option in schema["anyOf"]] if "anyOf" in schema else [schema["type"]]
    assert any(isinstance(value, TYPES[name]) for name in allowed), place
    if isinstance(value, dict):
        assert set(schema["required"]) <= value.keys() <= schema["properties"].keys(), place
        for name, member in value.items():
            check(member, schema["properties"][name], document, f"{place}.{name}")
    if isinstance(value, list):
        for member in value:
            check(member, schema["items"], document, f"{place}[]")


def answer_schema(document: Any, path: str, status: str, method: str = "get") -> Any:
    return document["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if "$ref" in node else set()
        return own.union(*(references(member) for member in node.values()))
    return set().union(*(references(member) for member in node)) if isinstance(node, list) else set()


def test_the_document_is_openapi_3_whose_references_all_resolve(document: Any) -> None:
    assert document["openapi"].startswith("3.")
    assert document["info"]["title"] == "Free Labels"
    assert document["info"]["version"]
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) == schemas


def test_the_document_lists_the_api_and_no_page(document: Any) -> None:
    assert {path: list(methods) for path, methods in document["paths"].items()} == {
        "/api/pairs": ["get"],
        "/api/random": ["get"],
        "/api/count": ["post"],
        "/api/finetune": ["get"],
        "/api/export": ["get", "post"],
        "/healthz": ["get"],
        "/readyz": ["get"],
    }


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/api/pairs", {"sentence": "The boat drifted."}, "200"),
        ("/api/pairs", {"sentence": "a"}, "422"),
        ("/api/pairs", {"sentence": "a b", "top_k": "x"}, "422"),
        ("/api/pairs", {}, "422"),
        ("/api/random", {}, "200"),
        ("/api/finetune", {"task": "x", "labels": 5}, "422"),
        ("/healthz", {}, "200"),
        ("/readyz", {}, "200"),
    ],
)
def test_answers_follow_their_schemas(
    client: TestClient, document: Any, path: str, query: dict[str, str], status: str
) -> None:
    response = client.get(path, params=query)
    assert str(response.status_code) == status
    check(response.json(), answer_schema(document, path, status), document)


@pytest.mark.parametrize(("text", "status"), [("The boat drifted.", "200"), ("", "422")])
def test_a_counts_answers_follow_their_schemas(client: TestClient, document: Any, text: str, status: str) -> None:
    response = client.post("/api/count", files={"text": (None, text)})
    assert str(response.status_code) == status
    check(response.json(), answer_schema(document, "/api/count", status, "post"), document)


def test_parameters_state_their_limits_and_are_described(document: Any) -> None:
    sentence, top_k = document["paths"]["/api/pairs"]["get"]["parameters"]
    assert (sentence["name"], sentence["required"], top_k["name"], top_k["required"]) == (
        "sentence",
        True,
        "top_k",
        False,
    )
    assert (top_k["schema"]["minimum"], top_k["schema"]["maximum"], top_k["schema"]["default"]) == (1, 100, 8)
    assert sentence["description"]
    assert top_k["description"]


def test_every_example_in_the_document_is_answered(client: TestClient, document: Any) -> None:
    examples = [
        example["value"]
        for parameter in document["paths"]["/api/pairs"]["get"]["parameters"]
        for example in parameter.get("examples", {}).values()
    ]
    assert len(examples) >= 2
    for example in examples:
        assert client.get("/api/pairs", params={"sentence": example}).status_code == 200


def test_every_field_of_an_answer_has_an_example_or_members_that_do(document: Any) -> None:
    for name, schema in document["components"]["schemas"].items():
        for field, content in schema["properties"].items():
            assert "examples" in content or references(content), f"{name}.{field}"


def test_the_reference_page_tells_every_address_parameter_and_status(client: TestClient, document: Any) -> None:
    markup = Markup(client.get("/docs").text)
    page = markup.all("main")[0].text
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert f"{method.upper()} {path}" in page
            forms = operation.get("requestBody", {"content": {}})["content"].values()
            fields = [field for form in forms for field in form["schema"]["properties"].values()]
            for described in [*operation.get("parameters", []), *fields]:
                assert described["description"] in page
            for status, answer in operation["responses"].items():
                assert f"{status}: {answer['description']}" in page


def test_the_reference_page_lists_every_field_of_every_answer_and_shows_code_as_code(
    client: TestClient, document: Any
) -> None:
    markup = Markup(client.get("/docs").text)
    code = {element.text for element in markup.all("code")}
    assert {"pairs[].top[].probability", "model.vocab_size", "error.code", "top_k"} <= code
    names = {name for schema in document["components"]["schemas"].values() for name in schema["properties"]}
    assert names - {path.rsplit(".", 1)[-1] for path in code} == set()
    assert "`" not in markup.all("main")[0].text


def test_the_reference_pages_examples_follow_the_schemas(client: TestClient, document: Any) -> None:
    examples = [element.text for element in Markup(client.get("/docs").text).all("pre")]
    contents = [
        answer["content"]
        for methods in document["paths"].values()
        for operation in methods.values()
        for answer in operation["responses"].values()
    ]
    for example, content in zip(examples, contents, strict=True):
        if "text/event-stream" in content:
            assert example == content["text/event-stream"]["example"]
        else:
            check(json.loads(example), next(iter(content.values()))["schema"], document)


def test_every_link_of_the_reference_page_is_answered(client: TestClient) -> None:
    addresses = [address for address in Markup(client.get("/docs").text).addresses() if not address.startswith("#")]
    assert "/openapi.json" in addresses
    assert {client.get(address).status_code for address in addresses} == {200}
