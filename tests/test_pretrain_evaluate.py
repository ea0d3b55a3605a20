import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from app.checkpoint import Checkpoint
from app.model import GPT
from app.pretrain.evaluate import Ids, measured, score, validation_pieces
from app.pretrain.shards import Pieces, write_shards
from app.pretrain.sources import sources
from app.tokenizer import Tokenizer


@pytest.fixture
def shards(corpus: Path, tmp_path: Path, tokenizer: Tokenizer) -> Path:
    write_shards(sources(corpus), tmp_path / "shards", tokenizer, 32, lambda source, n: None)
    return tmp_path / "shards"


def test_a_model_that_expects_nothing_has_a_loss_of_ln_v(shards: Path, random_checkpoint: Checkpoint) -> None:
    """Its bits per byte are log2 V for each label, over the bytes of the labels."""
    tokenizer, model = random_checkpoint.tokenizer, GPT(random_checkpoint.model.config)
    torch.nn.init.zeros_(model.model.embed_tokens.weight)
    pieces = validation_pieces(shards)
    found = measured(model, tokenizer, pieces)
    labels = [int(token_id) for piece in pieces for token_id in piece[1:]]
    n_bytes = sum(tokenizer.n_bytes(token_id) for token_id in labels)
    assert found.loss == pytest.approx(math.log(tokenizer.vocab_size), rel=1e-6)
    assert found.bits_per_byte == pytest.approx(len(labels) * math.log2(tokenizer.vocab_size) / n_bytes, rel=1e-6)


def test_every_label_is_scored_as_in_a_pass_over_its_own_piece_in_the_order_given(
    shards: Path, random_checkpoint: Checkpoint
) -> None:
    """The passes themselves take pieces of one length together; one of a single token has no label."""
    model = random_checkpoint.model
    pieces: list[Ids] = [*validation_pieces(shards), [5], [7, 8]]
    assert [len(piece) for piece in pieces] != sorted(len(piece) for piece in pieces)
    rows = []
    with torch.inference_mode():
        for piece in pieces:
            if len(piece) > 1:
                ids = torch.from_numpy(np.asarray(piece, np.int64))
                logits = model(ids[None, :-1])[0]
                rows.append((-functional.cross_entropy(logits, ids[1:], reduction="none"), logits, ids[1:]))
    found = score(model, pieces)
    np.testing.assert_allclose(found.log_probs, torch.cat([row[0] for row in rows]), rtol=1e-3, atol=1e-4)
    first = torch.cat([logits.softmax(dim=-1).amax(dim=-1) for _, logits, _ in rows])
    np.testing.assert_allclose(found.confidence, first, rtol=1e-3)
    assert found.correct.tolist() == torch.cat([logits.argmax(dim=-1) == ids for _, logits, ids in rows]).tolist()
    assert measured(model, random_checkpoint.tokenizer, pieces).loss == pytest.approx(-found.log_probs.mean())


def test_validation_pieces_are_those_of_all_sources_that_hold_a_pair(shards: Path) -> None:
    opened = [Pieces.open(shards / f"{name}.validation.written") for name in ("boats", "cats")]
    held_out = [found[i].tolist() for found in opened for i in range(len(found)) if len(found[i]) > 1]
    assert [piece.tolist() for piece in validation_pieces(shards)] == held_out


def test_a_quick_look_takes_about_as_many_pieces_as_asked_for_from_all_sources(
    shards: Path, tokenizer: Tokenizer
) -> None:
    all_of_them, some = validation_pieces(shards), validation_pieces(shards, most=4)
    text = " ".join(tokenizer.decode(piece.tolist()) for piece in some)
    assert len(all_of_them) > 4
    assert 4 <= len(some) < 8
    assert "cat" in text
    assert "drifted" in text
