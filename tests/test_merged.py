import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from app.checkpoint import Checkpoint
from app.merged import Merged
from app.model import GPT, GPTConfig

SHAPES = st.tuples(st.integers(1, 3), st.integers(1, 32))


@given(SHAPES, st.integers(0, 99))
@settings(max_examples=30)
def test_merged_a_network_expects_the_same(random_checkpoint: Checkpoint, shape: tuple[int, int], seed: int) -> None:
    token_ids = torch.randint(0, 300, shape, generator=torch.Generator().manual_seed(seed))
    model = random_checkpoint.model
    expected = model(token_ids).softmax(-1)
    merged = Merged(clone(model))(token_ids).softmax(-1)
    torch.testing.assert_close(merged, expected, atol=1e-6, rtol=0)


def test_the_network_it_was_made_of_goes_on_working_on_the_same_weights(random_checkpoint: Checkpoint) -> None:
    model = clone(random_checkpoint.model)
    token_ids = torch.tensor([[1, 2, 3]])
    before = model(token_ids)
    merged = Merged(model)
    torch.testing.assert_close(model(token_ids), before)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.1)
    torch.testing.assert_close(merged(token_ids), model(token_ids), atol=1e-4, rtol=1e-4)


def test_the_shipped_model_s_probabilities_are_those_of_the_readable_network(shipped: Checkpoint) -> None:
    token_ids = shipped.tokenizer.encode("The little boat drifted across the quiet lake.")
    assert shipped.merged
    readable = shipped.model(torch.tensor([token_ids]))[0].double().softmax(-1)
    assert (shipped.logits(token_ids).double().softmax(-1) - readable).abs().max() < 1e-6


@pytest.mark.parametrize("n_head", [1, 4])
def test_any_shape_can_be_merged(n_head: int) -> None:
    shape = GPTConfig(vocab_size=50, context_length=16, n_layer=2, n_head=n_head, n_embd=16, n_hidden=12)
    model = GPT(shape).eval()
    token_ids = torch.arange(16)[None]
    torch.testing.assert_close(Merged(model)(token_ids), model(token_ids).detach(), atol=1e-5, rtol=1e-5)


def clone(model: GPT) -> GPT:
    copy = GPT(model.config)
    copy.load_state_dict(model.state_dict())
    return copy.eval().requires_grad_(False)
