"""The bitter lesson's numbers, on texts and models small enough to know them."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from app import checkpoint, cli, snapshots
from app.checkpoint import Checkpoint
from app.model import GPT
from app.pretrain import bitter
from app.pretrain.bitter import NAMES, Bitter, measure, table
from app.pretrain.evaluate import measured, validation_pieces
from app.pretrain.ngram import KneserNey
from app.pretrain.rules import Rules
from app.pretrain.shards import Pieces, write_shards
from app.pretrain.sources import sources
from app.tokenizer import Tokenizer

CARD = {"tokens_seen": 5_000, "training": {"seed": 5}}


@pytest.fixture
def shards(corpus: Path, tmp_path: Path, tokenizer: Tokenizer) -> Path:
    write_shards(sources(corpus), tmp_path / "shards", tokenizer, 32, lambda source, n: None)
    return tmp_path / "shards"


@pytest.fixture
def folder(random_checkpoint: Checkpoint, tmp_path: Path) -> Path:
    """A checkpoint that has a past."""
    folder = tmp_path / "model"
    checkpoint.save(folder, random_checkpoint.model, random_checkpoint.tokenizer)
    torch.manual_seed(11)
    snapshots.save(folder / "snapshots" / "000000001000.safetensors", GPT(random_checkpoint.model.config).state_dict())
    (folder / "card.json").write_text(json.dumps(CARD))
    return folder


@pytest.fixture
def found(folder: Path, shards: Path, monkeypatch: pytest.MonkeyPatch) -> Bitter:
    monkeypatch.setattr(bitter, "AMOUNTS", (100, 1_000, 10**9))
    return measure(checkpoint.load(folder), folder, shards, None, lambda what: None)


def test_every_model_is_measured_at_its_amounts_of_text(found: Bitter, shards: Path) -> None:
    opened = [Pieces.open(shards / f"{name}.train.written") for name in ("boats", "cats")]
    total = sum(len(pieces.tokens) for pieces in opened)
    assert found.corpus_tokens == total
    assert list(found.lines) == list(NAMES)
    assert [point.tokens for point in found.lines["network"]] == [0, 1_000, 5_000]
    assert [point.tokens for point in found.lines["rules"]] == [0]
    for name in ("unigram", "bigram", "5-gram"):
        first, second, last = (point.tokens for point in found.lines[name])
        assert 100 <= first < 132  # whole pieces, of 32 tokens at most
        assert 1_000 <= second < 1_033
        assert last == total


def test_counting_more_of_a_text_of_near_copies_takes_fewer_bits_and_longer_grams_fewer_still(found: Bitter) -> None:
    bits = {name: [point.bits_per_byte for point in points] for name, points in found.lines.items()}
    for name in ("unigram", "bigram", "5-gram"):
        assert bits[name] == sorted(bits[name], reverse=True)
    assert bits["5-gram"][-1] < bits["bigram"][-1] < bits["unigram"][-1] < bits["network"][0]


def test_all_are_scored_on_the_same_labels(found: Bitter, folder: Path, shards: Path, tokenizer: Tokenizer) -> None:
    validation = validation_pieces(shards)
    n_bytes = found.validation["bytes"]
    assert found.validation["labels"] == sum(len(piece) - 1 for piece in validation)
    loaded = checkpoint.load(folder)
    network = measured(loaded.model, tokenizer, validation).bits_per_byte
    assert found.lines["network"][-1].bits_per_byte == pytest.approx(network)
    opened = [Pieces.open(shards / f"{name}.train.written") for name in ("boats", "cats")]
    everything = [pieces[i] for pieces in opened for i in range(len(pieces))]
    counted = KneserNey(everything, tokenizer.vocab_size).log_probs(validation)
    assert found.lines["5-gram"][-1].bits_per_byte == pytest.approx(-counted.sum() / np.log(2) / n_bytes)
    by_hand = Rules(tokenizer).log_probs(validation)
    assert found.lines["rules"][0].bits_per_byte == pytest.approx(-by_hand.sum() / np.log(2) / n_bytes)
    assert found.blind == pytest.approx(np.log2(tokenizer.vocab_size) * found.validation["labels"] / n_bytes)


def test_the_draw_is_the_same_every_time_and_takes_each_piece_once(shards: Path) -> None:
    one, other = bitter._drawn(shards), bitter._drawn(shards)
    assert [piece.tolist() for piece in one] == [piece.tolist() for piece in other]
    opened = [Pieces.open(shards / f"{name}.train.written") for name in ("boats", "cats")]
    all_of_them = [pieces[i].tolist() for pieces in opened for i in range(len(pieces))]
    assert sorted(piece.tolist() for piece in one) == sorted(all_of_them)
    assert [piece.tolist() for piece in one] != all_of_them


def test_the_command_stores_what_it_found_with_the_model(
    folder: Path, shards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FREELABELS_MODEL", str(folder))
    result = CliRunner().invoke(cli.app, ["bitter", "--shards", str(shards), "--pieces", "4"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    stored = json.loads((folder / "bitter.json").read_text())
    assert stored["validation"]["pieces"] < 8
    assert stored["lines"].keys() == set(NAMES)
    assert stored["versions"].keys() == {"python", "torch", "tokenizers", "numpy"}
    assert f"{stored['lines']['rules'][0]['bits_per_byte']:.3f}" in result.output


def test_the_table_has_a_row_an_amount(found: Bitter) -> None:
    shown = table(found)
    amounts = {point.tokens for points in found.lines.values() for point in points}
    assert [str(cell) for cell in shown.columns[0].cells] == [f"{amount:,}" for amount in sorted(amounts)]
    rules = [str(cell) for cell in shown.columns[1].cells]
    assert rules[0] == f"{found.lines['rules'][0].bits_per_byte:.3f}"
    assert set(rules[1:]) == {""}


@pytest.mark.parametrize("missing", ["card.json", "snapshots/000000001000.safetensors"])
def test_a_model_without_a_past_is_refused(folder: Path, shards: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(ValueError, match=r"has no card\.json or no snapshots"):
        measure(checkpoint.load(folder), folder, shards, None, lambda what: None)


def test_shards_of_another_vocabulary_are_refused(folder: Path, corpus: Path, tmp_path: Path) -> None:
    other = Tokenizer.train(["another text"], vocab_size=260)
    write_shards(sources(corpus), tmp_path / "others", other, 32, lambda source, n: None)
    with pytest.raises(ValueError, match="have different vocabularies"):
        measure(checkpoint.load(folder), folder, tmp_path / "others", None, lambda what: None)
