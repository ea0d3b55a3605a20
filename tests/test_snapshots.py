from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

from app.model import GPT, GPTConfig
from app.snapshots import GROUP, chosen, load, moments, quantized, restored, save


def test_weights_come_back_within_a_quarter_of_their_spread_at_half_a_byte_each() -> None:
    torch.manual_seed(1)
    weights = torch.randn(64, 96) * torch.logspace(-3, 0, 64)[:, None]  # rows of very different size
    packed, scale = quantized(weights)
    assert (packed.dtype, packed.numel()) == (torch.uint8, weights.numel() // 2)
    assert scale.numel() == weights.numel() // GROUP
    error = (restored(packed, scale, weights.shape) - weights).square().mean(dim=1).sqrt()
    assert (error / weights.square().mean(dim=1).sqrt()).max() < 0.25


def test_nothing_but_zeros_comes_back_as_zeros() -> None:
    assert not restored(*quantized(torch.zeros(2, GROUP)), torch.Size((2, GROUP))).any()


def test_a_snapshot_predicts_nearly_as_the_weights_it_was_made_from(tmp_path: Path) -> None:
    torch.manual_seed(2)
    model, other = (
        GPT(GPTConfig(vocab_size=64, context_length=16, n_layer=1, n_head=2, n_embd=64, n_hidden=96)) for _ in "ab"
    )
    save(tmp_path / "000000000007.safetensors", model.state_dict())
    shapes = {name: tensor.shape for name, tensor in model.state_dict().items()}
    ids = torch.randint(64, (1, 16))
    expected = model(ids).softmax(-1)
    before = (other(ids).softmax(-1) - expected).abs().max()
    other.load_state_dict(load(moments(tmp_path)[7], shapes))
    assert (other(ids).softmax(-1) - expected).abs().max() < 0.3 * before


def test_a_file_of_another_network_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "000000000007.safetensors"
    save_file({"something": torch.zeros(3)}, path)
    with pytest.raises(ValueError, match=r"000000000007\.safetensors does not fit the checkpoint .*train anew"):
        load(path, {"model.norm.weight": torch.Size((3,))})


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=30, unique=True).map(sorted), st.integers(2, 8))
def test_the_chosen_moments_are_some_of_those_there_are_with_the_last_among_them(seen: list[int], most: int) -> None:
    picked = chosen([0, *seen], most)
    assert picked == sorted(set(picked))
    assert len(picked) == min(most, len(seen))
    assert set(picked) <= set(seen)
    assert picked[-1] == seen[-1]
