import json
import math
from copy import deepcopy
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.checkpoint import Checkpoint
from app.formatting import loss_text, percent
from app.main import create_app
from app.predict import Predictor
from app.sentences import Bank, Theme
from app.settings import Settings
from app.web.render import RenderedPages
from app.web.services import Services
from tests.markup import Markup

SENTENCES = ["The boat drifted across the lake.", "naïve 😀 日本", "a b\tc", "  two  spaces "]

CONTRACT = {
    "sentence": str,
    "model": {"name": str, "parameters": int, "vocab_size": int, "context_length": int},
    "tokens": [{"position": int, "id": int, "text": str, "start": int, "end": int}],
    "pairs": [
        {
            "step": int,
            "position": int,
            "context": str,
            "label": str,
            "label_id": int,
            "probability": float,
            "rank": int,
            "loss": float,
            "top": [{"id": int, "text": str, "probability": float}],
            "remainder": float,
        }
    ],
    "mean_loss": float,
    "perplexity": float,
}


def shape(value: Any) -> Any:
    """JSON with each value's type in its place; a list's members must agree."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    if isinstance(value, list):
        first, *others = [shape(member) for member in value]
        assert all(other == first for other in others)
        return [first]
    return type(value)


def pairs(client: TestClient, sentence: str, **parameters: int) -> Any:
    response = client.get("/api/pairs", params={"sentence": sentence, **parameters})
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("sentence", SENTENCES)
def test_pairs_have_the_contracts_keys_and_types(client: TestClient, sentence: str) -> None:
    answer = pairs(client, sentence)
    assert shape(answer) == CONTRACT
    assert answer["sentence"] == sentence


def test_the_model_is_described_as_it_is(client: TestClient) -> None:
    model = pairs(client, SENTENCES[0])["model"]
    assert model["name"] == "tiny"
    assert 5e6 <= model["parameters"] <= 8e6
    assert model["vocab_size"] >= 2_000
    assert model["context_length"] >= 128


@pytest.mark.parametrize("sentence", SENTENCES)
def test_t_tokens_give_t_minus_1_pairs_that_count_from_1(client: TestClient, sentence: str) -> None:
    answer = pairs(client, sentence)
    n_tokens = len(answer["tokens"])
    assert [token["position"] for token in answer["tokens"]] == list(range(1, n_tokens + 1))
    assert [(pair["step"], pair["position"]) for pair in answer["pairs"]] == [
        (t - 1, t) for t in range(2, n_tokens + 1)
    ]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_token_spans_cut_the_sentence_without_gaps(client: TestClient, sentence: str) -> None:
    end = 0
    for token in pairs(client, sentence)["tokens"]:
        assert token["start"] in (end - 1, end)  # the bytes of one character share it
        end = token["end"]
        if "⟨" not in token["text"]:
            assert sentence[token["start"] : token["end"]] == token["text"]
    assert end == len(sentence)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_label_is_the_next_token_and_each_context_all_before_it(client: TestClient, sentence: str) -> None:
    answer = pairs(client, sentence)
    for pair in answer["pairs"]:
        label = answer["tokens"][pair["position"] - 1]
        assert (pair["label"], pair["label_id"]) == (label["text"], label["id"])
        if "⟨" not in pair["context"]:
            assert pair["context"] == sentence[: label["start"]]


@pytest.mark.parametrize("top_k", [1, 8, 100])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_probabilities_ranks_and_losses_agree_with_each_other(client: TestClient, sentence: str, top_k: int) -> None:
    answer = pairs(client, sentence, top_k=top_k)
    for pair in answer["pairs"]:
        top = [candidate["probability"] for candidate in pair["top"]]
        assert len(top) == top_k
        assert top == sorted(top, reverse=True)
        assert pair["remainder"] == pytest.approx(1 - math.fsum(top), abs=1e-12)
        assert pair["loss"] == pytest.approx(-math.log(pair["probability"]))
        found = {candidate["id"]: candidate["probability"] for candidate in pair["top"]}
        assert (pair["label_id"] in found) == (pair["rank"] <= top_k)
        if pair["rank"] <= top_k:
            assert found[pair["label_id"]] == pytest.approx(pair["probability"])
    assert answer["mean_loss"] == pytest.approx(math.fsum(p["loss"] for p in answer["pairs"]) / len(answer["pairs"]))
    assert answer["perplexity"] == pytest.approx(math.exp(answer["mean_loss"]))


def test_eight_candidates_are_listed_unless_another_number_is_asked_for(client: TestClient) -> None:
    assert {len(pair["top"]) for pair in pairs(client, SENTENCES[0])["pairs"]} == {8}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_page_shows_the_apis_numbers(client: TestClient, sentence: str) -> None:
    answer = pairs(client, sentence.strip())
    markup = Markup(client.get("/", params={"sentence": sentence}).text)
    shown = [element.text for element in markup.all("td", "number")]  # the bars' and then the staircase's
    bars, staircase = shown[:8], shown[-2 * len(answer["pairs"]) :]
    assert bars == [percent(candidate["probability"]) for candidate in answer["pairs"][0]["top"]]
    assert staircase[::2] == [percent(pair["probability"]) for pair in answer["pairs"]]
    assert staircase[1::2] == [loss_text(pair["loss"]) for pair in answer["pairs"]]
    assert f"Mean loss of all pairs {loss_text(answer['mean_loss'])} nats" in markup.all("p", "sums")[0].words


LIMIT = 128
REFUSED = {
    "no sentence": ({}, "missing_sentence", None, ["sentence", "missing", "Add"]),
    "empty": ({"sentence": ""}, "empty_text", None, ["no text", "Type"]),
    "only white space": ({"sentence": " \n "}, "empty_text", None, ["no text", "Type"]),
    "one token": ({"sentence": "a"}, "too_few_tokens", 2, ["1 token", "two", "Add"]),
    "too many characters": ({"sentence": "a" * 2_001}, "too_many_characters", 2_000, ["2,001", "2,000", "Shorten"]),
    "too many tokens": ({"sentence": "0" * 129}, "too_many_tokens", LIMIT, ["129", "128", "Shorten"]),
    "a NUL": ({"sentence": "one\x00two"}, "forbidden_character", None, ["4", "U+0000", "Delete"]),
    "an escape": ({"sentence": "one\x1b[31m"}, "forbidden_character", None, ["4", "U+001B", "Delete"]),
    "a C1 control": ({"sentence": "one two\x85"}, "forbidden_character", None, ["8", "U+0085", "Delete"]),
    "top_k 0": ({"sentence": "a b", "top_k": "0"}, "invalid_top_k", 1, ["top_k", "“0”", "at least 1"]),
    "top_k 101": ({"sentence": "a b", "top_k": "101"}, "invalid_top_k", 100, ["top_k", "“101”", "at most 100"]),
    "top_k x": ({"sentence": "a b", "top_k": "x"}, "invalid_top_k", None, ["top_k", "“x”", "whole number"]),
    "top_k 1.5": ({"sentence": "a b", "top_k": "1.5"}, "invalid_top_k", None, ["top_k", "“1.5”", "whole number"]),
    "no top_k": ({"sentence": "a b", "top_k": ""}, "invalid_top_k", None, ["top_k", "whole number"]),
}


@pytest.mark.parametrize(("query", "code", "limit", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_refused_input_is_named_with_its_limit_and_the_remedy(
    client: TestClient, query: dict[str, str], code: str, limit: int | None, words: list[str]
) -> None:
    response = client.get("/api/pairs", params=query)
    assert response.status_code == 422
    assert response.json().keys() == {"error"}
    error = response.json()["error"]
    assert {"code", "message"} <= error.keys() <= {"code", "message", "limit", "actual"}
    assert error["code"] == code
    assert error.get("limit") == limit
    assert [word for word in words if word not in error["message"]] == []


@pytest.mark.parametrize("text", ["a" * 2_000, "0" * LIMIT])
def test_a_text_at_its_limit_is_taken(client: TestClient, text: str) -> None:
    """2,000 characters of one word may still be too many tokens, but are not too many characters."""
    error = client.get("/api/pairs", params={"sentence": text}).json().get("error", {})
    assert error.get("code") in (None, "too_many_tokens" if len(text) > LIMIT else None)


@given(sentence=st.text(max_size=60), top_k=st.one_of(st.integers(), st.text(max_size=8)))
def test_no_query_is_answered_otherwise_than_by_200_or_422(client: TestClient, sentence: str, top_k: int | str) -> None:
    response = client.get("/api/pairs", params={"sentence": sentence, "top_k": top_k})
    assert response.status_code in (200, 422)
    assert response.json().keys() in ({"error"}, CONTRACT.keys())


def test_a_random_sentence_is_the_banks_with_its_theme(client: TestClient, bank: Bank) -> None:
    themes = {sentence: theme.title for theme in bank.themes for sentence in theme.sentences}
    drawn = [client.get("/api/random").json() for _ in range(20)]
    assert all(themes[answer["sentence"]] == answer["theme"] for answer in drawn)
    assert len({answer["sentence"] for answer in drawn}) > 1


def test_readiness_is_a_pass_of_the_model_within_the_last_second(random_checkpoint: Checkpoint) -> None:
    """Weights that went wrong while the app ran are seen, though all that is kept is still right."""
    model = deepcopy(random_checkpoint.model)
    bank = Bank((Theme("everyday", "Everyday", ("the cat sat on the mat",)),))
    predictor = Predictor(Checkpoint("random", model, random_checkpoint.tokenizer))
    services = Services(bank, predictor, RenderedPages(1_000_000), {})
    with TestClient(create_app(Settings(), services), raise_server_exceptions=False) as client:
        assert client.get("/readyz").status_code == 200
        torch.nn.init.constant_(next(model.parameters()), torch.nan)
        assert client.get("/readyz").status_code == 200  # however often that is asked, it costs no more
        services.checked.clear()  # a second later
        assert client.get("/readyz").status_code == 500
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(("path", "status"), [("/healthz", "ok"), ("/readyz", "ready")])
def test_health_is_answered(client: TestClient, path: str, status: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.json()) == (200, {"status": status})


@pytest.mark.parametrize("line_break", ["\r\n", "\r", "\n"])
def test_every_line_break_is_one_newline_and_spans_count_the_text_that_is_answered(
    client: TestClient, line_break: str
) -> None:
    answer = pairs(client, f"one line{line_break}and 😀 two ")
    assert answer["sentence"] == "one line\nand 😀 two "
    for token in answer["tokens"]:
        if "⟨" not in token["text"]:
            assert answer["sentence"][token["start"] : token["end"]] == token["text"]


def test_an_unknown_parameter_does_nothing(client: TestClient) -> None:
    assert client.get("/api/pairs", params={"sentence": "a b", "utm": "1"}).json() == pairs(client, "a b")


def test_the_answer_is_utf_8_json_that_other_sites_need_no_library_for(client: TestClient) -> None:
    response = client.get("/api/pairs", params={"sentence": "née 😀"})
    assert response.headers["content-type"] == "application/json"
    assert json.loads(response.content.decode("utf-8"))["sentence"] == "née 😀"
