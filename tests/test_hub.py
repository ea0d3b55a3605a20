"""Models of other makers show what the shipped one does; test_hub_refusals.py has those that cannot."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from starlette.testclient import TestClient
from transformers import AutoModelForCausalLM

from app import hub
from app.hub import HubModel
from app.main import create_app
from app.predict import Predictor, log_probs
from app.sentences import InputError
from app.settings import Settings
from tests import foreign
from tests.test_api import CONTRACT, shape

SENTENCE = "The little boat drifted across née 😀 lake."
MAKERS = {make.__name__: make for make in (foreign.gpt2, foreign.llama, foreign.gpt_neox)}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: make(tmp_path_factory.mktemp("models") / name) for name, make in MAKERS.items()}


@pytest.fixture(scope="module", params=MAKERS)
def model(request: pytest.FixtureRequest, folders: dict[str, Path]) -> HubModel:
    return hub.load(folders[request.param])


def test_a_text_of_t_tokens_has_t_minus_1_pairs_and_the_first_token_is_no_label(model: HubModel) -> None:
    analysis = Predictor(model).analyze(SENTENCE)
    ids = [token.id for token in analysis.tokens]
    assert ids == model.tokenizer.encode(SENTENCE)
    assert [prediction.label_id for prediction in analysis.predictions] == ids[1:]
    assert not set(model.tokenizer.prefix) & set(ids)
    assert "".join(token.text for token in analysis.tokens if "⟨" not in token.text) == SENTENCE.translate(
        {ord("é"): None, ord("😀"): None}
    )


def test_each_row_of_the_one_pass_is_a_pass_over_that_prefix_alone(model: HubModel) -> None:
    ids = model.tokenizer.encode(SENTENCE)
    rows = log_probs(model, ids).exp()
    for t in range(1, len(ids) + 1):
        alone = log_probs(model, ids[:t]).exp()[-1]
        assert (rows[t - 1] - alone).abs().max() < 1e-5, t


def test_a_later_token_changes_no_earlier_row_and_an_earlier_one_does(model: HubModel) -> None:
    ids = model.tokenizer.encode(SENTENCE)
    rows = log_probs(model, ids).exp()
    later = log_probs(model, [*ids[:5], (ids[5] + 1) % 300, *ids[6:]]).exp()
    assert (rows[:5] - later[:5]).abs().max() < 1e-9
    assert (rows[5:] - later[5:]).abs().amax(dim=1).min() > 1e-4


def test_probabilities_over_the_whole_output_and_the_remainder_sum_to_1(model: HubModel) -> None:
    rows = log_probs(model, model.tokenizer.encode(SENTENCE)).exp()
    assert rows.shape[1] == model.vocab_size
    assert torch.allclose(rows.sum(dim=1), torch.ones(len(rows), dtype=torch.float64), atol=1e-12)
    for prediction in Predictor(model).analyze(SENTENCE).predictions:
        shown = [candidate.probability for candidate in prediction.top]
        assert math.fsum([*shown, prediction.remainder]) == pytest.approx(1, abs=1e-12)
        assert 0 < prediction.probability < 1
        assert prediction.loss == pytest.approx(-math.log(prediction.probability))
        assert 1 <= prediction.rank <= model.vocab_size


def test_numbers_are_those_that_transformers_gives_with_the_models_own_bos(folders: dict[str, Path]) -> None:
    """The oracle encodes as the tokenizer would by itself: <s> stands before the text."""
    reference: Any = AutoModelForCausalLM.from_pretrained(folders["llama"], dtype=torch.float32)
    model = hub.load(folders["llama"])
    with torch.inference_mode():
        logits = reference(torch.tensor([[1, *model.tokenizer.encode(SENTENCE)]])).logits[0]
    assert model.tokenizer.prefix == [1]
    torch.testing.assert_close(model.logits(model.tokenizer.encode(SENTENCE)), logits[1:], atol=1e-5, rtol=0)


def test_a_model_is_for_prediction_in_32_bits(model: HubModel) -> None:
    assert not model.network.training
    assert {(p.dtype, p.requires_grad) for p in model.network.parameters()} == {(torch.float32, False)}


def test_weights_in_16_bits_are_computed_with_in_32(folders: dict[str, Path], tmp_path: Path) -> None:
    folder = foreign.copied(folders["gpt2"], tmp_path)
    foreign.edit_weights(lambda weights: weights.update({name: tensor.half() for name, tensor in weights.items()}))(
        folder
    )
    assert hub.load(folder).logits([5, 6]).dtype == torch.float32


def test_tied_weights_count_once(folders: dict[str, Path]) -> None:
    stored = {name: load_file(folder / "model.safetensors") for name, folder in folders.items()}
    assert not any("lm_head" in key for key in stored["gpt2"])
    assert any("lm_head" in key for key in stored["llama"])
    for name, weights in stored.items():
        assert hub.load(folders[name]).n_parameters == sum(tensor.numel() for tensor in weights.values()), name


@pytest.mark.parametrize(("name", "limit"), [("gpt2", 64), ("llama", 80 - 1), ("gpt_neox", 128)])
def test_the_longest_text_leaves_room_for_the_bos_and_is_no_longer_than_a_page_can_show(
    folders: dict[str, Path], name: str, limit: int
) -> None:
    model = hub.load(folders[name])
    predictor = Predictor(model)
    assert model.context_length == limit
    n_characters = limit - (name == "llama")  # whose first token is the space put before the text
    assert len(predictor.analyze("0" * n_characters).predictions) == limit - 1
    with pytest.raises(InputError) as refused:
        predictor.analyze("0" * (limit + 1))
    assert (refused.value.code, refused.value.limit) == ("too_many_tokens", limit)
    assert f"the limit is {limit}" in refused.value.message


def test_a_vocabulary_filled_up_to_a_round_size_is_shown_whole(folders: dict[str, Path]) -> None:
    model = hub.load(folders["gpt_neox"])
    assert model.vocab_size == 384 > model.tokenizer.highest_id + 1
    (prediction, *_) = Predictor(model).analyze("the cat", 384).predictions
    texts = {candidate.id: candidate.text for candidate in prediction.top}
    assert texts[383] == "⟨token 383⟩"
    assert prediction.remainder < 1e-9


@pytest.mark.parametrize("name", MAKERS)
def test_pages_and_the_api_show_another_model_without_calling_it_ours(folders: dict[str, Path], name: str) -> None:
    (folders[name] / "card.json").write_text('{"theirs": true}')  # whatever it says, it is no card of ours
    with TestClient(create_app(Settings(model=str(folders[name])))) as client:
        assert client.get("/readyz").json() == {"status": "ready"}
        response = client.get("/api/pairs", params={"sentence": "the <s> cat"})
        answer = response.json()
        page = client.get("/", params={"sentence": "the <s> cat"})
        card = client.get("/model")
    model = hub.load(folders[name])
    assert (response.status_code, page.status_code, card.status_code) == (200, 200, 200)
    assert shape(answer) == CONTRACT
    assert answer["model"] == {
        "name": name,
        "parameters": model.n_parameters,
        "vocab_size": model.vocab_size,
        "context_length": model.context_length,
    }
    assert len(answer["pairs"]) == len(answer["tokens"]) - 1
    assert "".join(token["text"] for token in answer["tokens"]) == "the <s> cat"
    footer = page.text[page.text.index("<footer>") :]
    assert f"“{name}”" in footer
    assert f"{model.n_parameters:,} parameters" in footer
    assert "this project pretrained" not in footer
    assert f"{model.n_parameters:,}" in card.text
    for claim in ("decoder-only transformer", "It knows little", "a hundred years old", "English only", "app pretrain"):
        assert claim not in card.text


def test_the_shipped_model_is_called_ours(client: TestClient) -> None:
    assert "that this project pretrained, or from counting" in client.get("/").text
