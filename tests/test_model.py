import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import AutoModelForCausalLM

from app import checkpoint
from app.checkpoint import Checkpoint
from app.model import GPT, GPTConfig, rotary_angles, rotate
from app.tokenizer import Tokenizer


def draw_ids(model: GPT, shape: tuple[int, ...], seed: int = 0) -> Tensor:
    return torch.randint(model.config.vocab_size, shape, generator=torch.Generator().manual_seed(seed))


@torch.inference_mode()
def probabilities(model: GPT, ids: Tensor) -> Tensor:
    logits: Tensor = model(ids)
    return logits.double().softmax(dim=-1)


@pytest.fixture(params=["random", "shipped"])
def model(request: pytest.FixtureRequest, random_checkpoint: Checkpoint, shipped: Checkpoint) -> GPT:
    return random_checkpoint.model if request.param == "random" else shipped.model


def test_row_t_of_one_pass_equals_a_pass_over_that_prefix_alone(model: GPT) -> None:
    ids = draw_ids(model, (1, 24))
    rows = probabilities(model, ids)[0]
    for t in range(1, 25):
        alone = probabilities(model, ids[:, :t])[0, -1]
        assert (rows[t - 1] - alone).abs().max() < 1e-5


def test_a_later_token_leaves_every_earlier_row_unchanged(model: GPT) -> None:
    ids = draw_ids(model, (1, 24))
    changed = ids.clone()
    changed[0, 11] = (ids[0, 11] + 1) % model.config.vocab_size
    before, after = probabilities(model, ids)[0], probabilities(model, changed)[0]
    assert torch.equal(before[:11], after[:11])
    assert (before[11:] - after[11:]).abs().amax(dim=1).min() > 1e-5  # and every row that has seen it differs


def test_the_texts_of_a_batch_do_not_see_each_other(model: GPT) -> None:
    ids = draw_ids(model, (3, 16))
    together = probabilities(model, ids)
    for text, rows in zip(ids, together, strict=True):
        torch.testing.assert_close(probabilities(model, text[None])[0], rows, atol=1e-5, rtol=0)


def test_pieces_packed_into_a_row_give_what_separate_passes_give(random_checkpoint: Checkpoint) -> None:
    """Rotary positions are relative, so that a piece needs none of its own wherever in the row it lies."""
    model = random_checkpoint.model
    ids = draw_ids(model, (1, 32))
    pieces = torch.tensor([[0] * 5 + [1] * 1 + [2] * 20 + [-1] * 6])
    with torch.inference_mode():
        packed = model.score(model.hidden(ids, pieces))[0]
        for start, end in ((0, 5), (5, 6), (6, 26)):
            alone = model(ids[:, start:end])[0]
            torch.testing.assert_close(packed[start:end], alone, atol=1e-4, rtol=1e-4)


def test_a_text_longer_than_the_context_is_refused_with_both_numbers(random_checkpoint: Checkpoint) -> None:
    with pytest.raises(ValueError, match="33 tokens exceed the context length of 32"):
        random_checkpoint.model(draw_ids(random_checkpoint.model, (1, 33)))


@pytest.mark.parametrize(("n_embd", "n_head"), [(30, 4), (36, 4)])
def test_heads_must_divide_the_channels_into_even_parts(n_embd: int, n_head: int) -> None:
    with pytest.raises(ValueError, match=rf"n_embd = {n_embd} .* n_head = {n_head} .* a multiple of 8"):
        GPTConfig(n_embd=n_embd, n_head=n_head)


def test_the_number_of_parameters_follows_from_the_shape() -> None:
    """V·C for the embedding that also scores; per layer 4·C² for attention, 3·C·F, and two norms; a last norm."""
    V, C, F, layers = 100, 16, 24, 3
    shape = GPTConfig(vocab_size=V, n_layer=layers, n_head=2, n_embd=C, n_hidden=F)
    assert GPT(shape).n_parameters == V * C + layers * (4 * C * C + 3 * C * F + 2 * C) + C


def test_position_t_turns_channel_pair_i_by_t_times_theta_to_the_minus_2i_over_d() -> None:
    shape = GPTConfig(context_length=12, n_head=1, n_embd=8, rope_theta=100.0)
    cos, sin = rotary_angles(shape)
    assert cos.shape == sin.shape == (12, 8)
    for t in range(12):
        for i in range(4):
            angle = t * 100.0 ** (-2 * i / 8)
            for channel, sign in ((i, -1), (i + 4, 1)):
                assert cos[t, channel].item() == pytest.approx(math.cos(angle), abs=1e-5)
                assert sin[t, channel].item() == pytest.approx(sign * math.sin(angle), abs=1e-5)


def test_a_quarter_turn_carries_the_first_half_of_a_head_into_its_second() -> None:
    x = torch.tensor([1.0, 2.0, 3.0, 4.0])
    sines = torch.tensor([-1.0, -1.0, 1.0, 1.0])
    assert rotate(x, torch.zeros(4), sines).tolist() == [-3.0, -4.0, 1.0, 2.0]


def test_fresh_weights_start_close_to_the_uniform_distribution() -> None:
    torch.manual_seed(1)
    model = GPT(GPTConfig(vocab_size=500, n_layer=2, n_head=2, n_embd=64, n_hidden=96))
    loss = -probabilities(model, draw_ids(model, (1, 64))).log().mean().item()
    assert loss == pytest.approx(math.log(500), rel=0.02)


def test_logits_equal_those_of_llama_in_transformers(tokenizer: Tokenizer, tmp_path: Path) -> None:
    """An outside oracle on a shape where no two numbers agree by chance; it reads what `checkpoint.save` wrote."""
    torch.manual_seed(3)
    shape = GPTConfig(tokenizer.vocab_size, 48, n_layer=3, n_head=5, n_embd=40, n_hidden=56, rope_theta=500.0)
    model = GPT(replace(shape, norm_eps=0.01))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
        parameter.data = parameter.data.half().float()  # as the file keeps it
    checkpoint.save(tmp_path, model, tokenizer)
    reference = AutoModelForCausalLM.from_pretrained(tmp_path, local_files_only=True, dtype=torch.float32)
    ids = draw_ids(model, (2, 48))
    with torch.inference_mode():
        torch.testing.assert_close(model(ids), reference(ids).logits, atol=1e-4, rtol=0)
