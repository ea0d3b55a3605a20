"""The shipped checkpoint against an outside oracle: `transformers` opens the folder and answers the same."""

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM, PreTrainedTokenizerBase

from app.checkpoint import Checkpoint
from app.settings import CHECKPOINTS

FOLDER = CHECKPOINTS / "tiny"
TEXTS = [
    "The little boat drifted across the quiet lake.",
    "the capital of france is paris",
    "In 1969, 2 men walked on the Moon; 600,000,000 watched.",
    "née naïve 👩‍👩‍👧 漢字 नमस्ते",
    'She said: "It\'s  late,"\n\tand left [UNK] <s> ##',
    "word " * 64,
]


@pytest.fixture(scope="module")
def reference_model() -> LlamaForCausalLM:
    model = AutoModelForCausalLM.from_pretrained(FOLDER, local_files_only=True, dtype=torch.float32)
    assert isinstance(model, LlamaForCausalLM)
    return model


@pytest.fixture(scope="module")
def reference_tokenizer() -> PreTrainedTokenizerBase:
    tokenizer = AutoTokenizer.from_pretrained(FOLDER, local_files_only=True)
    assert isinstance(tokenizer, PreTrainedTokenizerBase)
    return tokenizer


@pytest.mark.parametrize("text", TEXTS)
def test_token_ids_are_the_same(text: str, shipped: Checkpoint, reference_tokenizer: PreTrainedTokenizerBase) -> None:
    assert reference_tokenizer(text)["input_ids"] == shipped.tokenizer.encode(text)
    assert reference_tokenizer.decode(shipped.tokenizer.encode(text)) == text


@pytest.mark.parametrize("text", TEXTS)
def test_logits_are_the_same(text: str, shipped: Checkpoint, reference_model: LlamaForCausalLM) -> None:
    ids = torch.tensor([shipped.tokenizer.encode(text)])
    with torch.inference_mode():
        torch.testing.assert_close(shipped.model(ids), reference_model(ids).logits, atol=1e-4, rtol=0)


def test_it_is_a_llama_with_tied_embeddings_and_no_special_tokens(
    reference_model: LlamaForCausalLM, reference_tokenizer: PreTrainedTokenizerBase
) -> None:
    assert reference_model.config.tie_word_embeddings
    assert reference_model.lm_head.weight is reference_model.model.embed_tokens.weight
    assert reference_tokenizer.all_special_ids == []


def test_its_size_is_as_promised(shipped: Checkpoint, reference_model: LlamaForCausalLM) -> None:
    assert 5_000_000 <= shipped.model.n_parameters <= 8_000_000
    assert reference_model.num_parameters() == shipped.model.n_parameters
    assert (FOLDER / "model.safetensors").stat().st_size <= 16 * 2**20
