import itertools
import json
import math
import os
import signal
from collections.abc import Iterator
from functools import partial
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from app import checkpoint, cli
from app.model import GPT, GPTConfig
from app.pretrain import train
from app.pretrain.command import pretrain
from app.pretrain.corpus import is_validation
from app.pretrain.shards import Batch, write_shards
from app.pretrain.sources import sources
from app.pretrain.train import Run
from app.settings import CHECKPOINTS
from app.snapshots import load, moments
from app.tokenizer import Tokenizer

pytestmark = pytest.mark.usefixtures("plain_cpu")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shape that trains in seconds, in the default's place."""
    shape = partial(GPTConfig, context_length=32, n_layer=1, n_head=2, n_embd=32, n_hidden=48)
    monkeypatch.setattr("app.pretrain.command.GPTConfig", shape)


def run_command(corpus: Path | str, tmp_path: Path, **options: Any) -> str:
    console = Console(file=StringIO(), width=200)
    pretrain(corpus, tmp_path / "shards", tmp_path / "run", tmp_path / "my-model", console, 1, rows=8, **options)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.usefixtures("small")
def test_pretrain_makes_a_checkpoint_and_its_card_from_a_folder_of_text(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = itertools.count(step=60.0)  # a minute passes within a step
    monkeypatch.setattr(train, "FIRST_SNAPSHOT", 4_096)
    monkeypatch.setattr(train, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    out = tmp_path / "my-model"
    result = CliRunner().invoke(
        cli.app,
        f"pretrain --corpus {corpus} --shards {tmp_path / 'shards'} --run {tmp_path / 'run'} --out {out} "
        "--tokens 20000 --seed 5 --threads 1",
        catch_exceptions=False,
    )
    assert result.exit_code == 0, result.output

    loaded = checkpoint.load(out)
    assert loaded.tokenizer.vocab_size == loaded.model.config.vocab_size < 8192  # there is no more to learn here
    text = "The cat number 7 sat on the mat."
    assert loaded.tokenizer.decode(loaded.tokenizer.encode(text)) == text

    card = json.loads((out / "card.json").read_text())
    assert card["name"] == "my-model"
    assert card["parameters"] == loaded.model.n_parameters
    assert card["shape"]["context_length"] == 32
    assert card["tokens_seen"] >= 20_000
    assert card["training_minutes"] == card["steps"] >= 10
    assert card["training"]["seed"] == 5
    assert card["validation"] == {name: card["curve"][-1][name] for name in ("loss", "bits_per_byte")}
    assert card["validation"]["loss"] < math.log(loaded.model.config.vocab_size)
    assert card["versions"].keys() == {"python", "torch", "tokenizers", "safetensors"}
    assert [row["source"] for row in card["corpus"]] == ["boats", "cats"]
    assert all(len(row["sha256"]) == 64 for row in card["corpus"])

    shapes = {name: tensor.shape for name, tensor in loaded.model.state_dict().items()}
    kept = moments(out / "snapshots")
    assert kept.keys() == moments(tmp_path / "run" / "snapshots").keys() - {0}
    assert len(kept) >= 2
    assert all(load(path, shapes).keys() == shapes.keys() for path in kept.values())

    readme = (out / "README.md").read_text()
    for number in (
        f"{card['parameters']:,} parameters",
        f"| tokens seen | {card['tokens_seen']:,} |",
        f"| steps | {card['steps']:,} |",
        f"| training time | {card['training_minutes']} minutes on cpu, 1 thread(s) |",
        f"| validation loss | {card['validation']['loss']:.4f} nats per token |",
        f"| validation, bits per byte | {card['validation']['bits_per_byte']:.4f} |",
        "| seed | 5 |",
        f"torch {card['versions']['torch']}",
        card["corpus"][0]["sha256"][:16],
        card["corpus"][1]["sha256"][:16],
    ):
        assert number in readme


@pytest.mark.usefixtures("small", "no_hub")
def test_pretrain_streams_a_dataset_and_its_card_says_which(tmp_path: Path) -> None:
    lines = (json.dumps({"story": f"The cat number {i} sat on the mat."}) + "\n" for i in range(900))
    (tmp_path / "cats.jsonl").write_text("".join(lines))
    address = f"hf://{tmp_path}/cats.jsonl?field=story"
    run_command(address, tmp_path, most=600, tokens=1_000)
    [row] = json.loads((tmp_path / "my-model" / "card.json").read_text())["corpus"]
    assert (row["source"], row["address"]) == ("cats", address)
    assert row["documents"] + row["validation_documents"] + row["repeated_documents"] == 600
    assert f"| cats (`{address}` at {row['revision'][:12]}) |" in (tmp_path / "my-model" / "README.md").read_text()


@pytest.mark.parametrize("command", ["pretrain --corpus", "evaluate --heldout"])
def test_a_corpus_that_is_none_ends_in_one_clear_line(
    command: str, corpus: Path, tmp_path: Path, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_shards(sources(corpus), tmp_path / "shards", tokenizer, 32, lambda source, n: None)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli.app, f"{command} absent --shards shards", catch_exceptions=False)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: no .txt file in absent; name a folder of text files, ")
    assert result.stderr.count("\n") == 1


@pytest.mark.usefixtures("small")
def test_the_same_command_goes_on_where_it_was_interrupted(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Run._step

    def interrupted(run: Run, batch: Batch) -> float:
        os.kill(os.getpid(), signal.SIGINT)
        return step(run, batch)

    monkeypatch.setattr(Run, "_step", interrupted)
    said = run_command(corpus, tmp_path, tokens=2_000)
    monkeypatch.setattr(Run, "_step", step)
    assert "interrupted at step 1; the same command goes on from here" in said
    assert not (tmp_path / "my-model").exists()
    said = run_command(corpus, tmp_path, tokens=2_000)
    assert "going on at step 1, " in said
    assert "my-model: validation loss " in said.replace("\n", "")
    assert json.loads((tmp_path / "my-model" / "card.json").read_text())["steps"] > 1


@pytest.mark.usefixtures("small")
def test_a_run_begins_with_a_finished_checkpoint_and_goes_on_counting(corpus: Path, tmp_path: Path) -> None:
    run_command(corpus, tmp_path, tokens=20_000, validate_every=1)
    start = (tmp_path / "my-model").rename(tmp_path / "first")
    first = json.loads((start / "card.json").read_text())
    (tmp_path / "run").rename(tmp_path / "first-run")
    run_command(corpus, tmp_path, tokens=24_000, validate_every=1, start=start, learning_rate=0.002)

    card = json.loads((tmp_path / "my-model" / "card.json").read_text())
    assert card["earlier"] == [{"tokens_seen": first["tokens_seen"], "training": first["training"]}]
    assert card["tokens_seen"] >= 24_000 > first["tokens_seen"]
    assert card["curve"][: first["steps"]] == first["curve"]
    gone_on = card["curve"][first["steps"]]["loss"]
    assert abs(gone_on - first["validation"]["loss"]) < first["curve"][0]["loss"] - gone_on
    assert moments(start / "snapshots").keys() <= moments(tmp_path / "run" / "snapshots").keys()
    assert (
        f"| begun at | {first['tokens_seen']:,} tokens, learnt from at 0.004 falling"
        in (tmp_path / "my-model" / "README.md").read_text()
    )


@pytest.mark.usefixtures("small")
def test_a_checkpoint_to_begin_with_must_be_of_the_shards_vocabulary_and_the_same_seed(
    corpus: Path, tmp_path: Path
) -> None:
    run_command(corpus, tmp_path, tokens=2_000)
    start = tmp_path / "my-model"
    (tmp_path / "run").rename(tmp_path / "first-run")
    with pytest.raises(ValueError, match="was begun with seed 1: give --seed that number"):
        run_command(corpus, tmp_path, tokens=4_000, start=start, seed=2)
    with pytest.raises(ValueError, match=r"another vocabulary or shape than .*/tiny has: name an empty folder"):
        run_command(corpus, tmp_path, tokens=4_000, start=CHECKPOINTS / "tiny")


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("text", "reason"),
    [("The cat sat on the mat.", "no document of .* is held out for validation"), ("", "no document of")],
)
def test_a_corpus_too_small_to_learn_from_is_refused_before_training(text: str, reason: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "one.txt").write_text(text)
    with pytest.raises(ValueError, match=reason):
        run_command(corpus, tmp_path, tokens=2_000)


@pytest.mark.usefixtures("small")
def test_the_vocabulary_is_learnt_from_training_documents_alone(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And from half of them in lower case too, since that is how visitors write names."""
    learnt_from: list[str] = []
    learn = Tokenizer.train

    def remember(texts: Iterator[str], vocab_size: int) -> Tokenizer:
        learnt_from.extend(texts)
        return learn(learnt_from, vocab_size)

    monkeypatch.setattr(Tokenizer, "train", remember)
    run_command(corpus, tmp_path, tokens=1)
    own = [document for source in sources(corpus) for document in source.documents() if not is_validation(document)]
    assert [text for text in learnt_from if text != text.lower()] == own
    assert 0.3 < len(learnt_from) / len(own) - 1 < 0.7


def test_a_model_of_the_default_shape_has_the_size_of_the_shipped_one() -> None:
    assert 5_000_000 <= GPT(GPTConfig()).n_parameters <= 8_000_000
