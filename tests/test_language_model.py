"""Which model a name means."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app import checkpoint, hub, language_model
from app.checkpoint import Checkpoint, CheckpointError
from app.settings import CHECKPOINTS, Settings
from tests import foreign
from tests.server import environment


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that are looked for on the hub."""
    names: list[str] = []

    def fetch(name: str) -> None:
        names.append(name)
        raise CheckpointError(name)

    monkeypatch.setattr(hub, "fetch", fetch)
    return names


def test_the_shipped_name_and_a_folder_that_save_wrote_are_opened_by_our_own_loader(
    random_checkpoint: Checkpoint, tmp_path: Path, asked: list[str]
) -> None:
    checkpoint.save(tmp_path / "mine", random_checkpoint.model, random_checkpoint.tokenizer)
    for name in ("tiny", str(CHECKPOINTS / "tiny"), str(tmp_path / "mine")):
        assert isinstance(language_model.load(Settings(model=name)), Checkpoint)
    assert asked == []


@pytest.mark.parametrize("make", [foreign.gpt2, foreign.llama])
def test_any_other_folder_is_opened_by_transformers_another_llama_too(make: foreign.Maker, tmp_path: Path) -> None:
    model = language_model.load(Settings(model=str(make(tmp_path / "theirs"))))
    assert isinstance(model, hub.HubModel)
    assert model.name == "theirs"


@pytest.mark.parametrize("change", [{"bos_token_id": 1}, {"attention_bias": True}, {"tie_word_embeddings": False}])
def test_a_llama_that_computes_otherwise_is_not_taken_for_ours(change: dict[str, object], tmp_path: Path) -> None:
    stored = json.loads((CHECKPOINTS / "tiny" / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(stored))
    assert checkpoint.is_ours(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(stored | change))
    assert not checkpoint.is_ours(tmp_path)


@pytest.mark.parametrize("name", ["gpt2", "HuggingFaceTB/SmolLM-135M", "EleutherAI/pythia-70m.v0"])
def test_a_name_that_is_no_folder_is_looked_for_on_the_hub(
    name: str, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CheckpointError):
        language_model.load(Settings(model=name))
    assert asked == [name]


@pytest.mark.parametrize("name", ["./gpt2", "/nowhere/gpt2", "../a/model", "a/b/c", "~/model", "a model"])
def test_a_path_is_not_looked_for_on_the_hub(
    name: str, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CheckpointError, match=r"model\.safetensors is missing: .*FREELABELS_MODEL"):
        language_model.load(Settings(model=name))
    assert asked == []


def test_a_folder_goes_before_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[str]) -> None:
    foreign.gpt2(tmp_path / "gpt2")
    monkeypatch.chdir(tmp_path)
    assert language_model.load(Settings(model="gpt2")).name == "gpt2"
    assert asked == []


def test_the_shipped_model_answers_without_transformers(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "app", "pairs", "a cat"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert {"torch", "app.hub"} <= imported
    assert not imported & {"transformers", "huggingface_hub.file_download"}
