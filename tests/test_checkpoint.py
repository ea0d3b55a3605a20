import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from app import checkpoint
from app.checkpoint import Checkpoint, CheckpointError
from app.tokenizer import Tokenizer

Damage = Callable[[Path], object]


@pytest.fixture
def folder(random_checkpoint: Checkpoint, tmp_path: Path) -> Path:
    checkpoint.save(tmp_path / "a-model", random_checkpoint.model, random_checkpoint.tokenizer)
    return tmp_path / "a-model"


def test_a_saved_checkpoint_loads_the_same(folder: Path, random_checkpoint: Checkpoint) -> None:
    loaded = checkpoint.load(folder)
    assert loaded.name == "a-model"
    assert loaded.model.config == random_checkpoint.model.config
    text = "The little boat drifted across née."
    assert loaded.tokenizer.tokens(text) == random_checkpoint.tokenizer.tokens(text)
    stored = random_checkpoint.model.state_dict()
    for name, tensor in loaded.model.state_dict().items():
        assert torch.equal(tensor, stored[name].half().float()), name


def test_a_loaded_model_is_for_prediction_in_32_bits(folder: Path) -> None:
    model = checkpoint.load(folder).model
    assert not model.training
    assert {(p.dtype, p.requires_grad) for p in model.parameters()} == {(torch.float32, False)}


def test_every_file_can_be_read_by_the_user_that_a_server_runs_as(folder: Path) -> None:
    names = {"model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json"}
    assert {file.name for file in folder.iterdir()} == names
    for file in folder.iterdir():
        assert file.stat().st_mode & stat.S_IROTH, file.name


def test_saving_over_a_checkpoint_replaces_it(folder: Path, shipped: Checkpoint) -> None:
    checkpoint.save(folder, shipped.model, shipped.tokenizer)
    assert checkpoint.load(folder).model.config == shipped.model.config


def edit_config(**changes: Any) -> Damage:
    def edit(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return edit


def drop_from_config(key: str) -> Damage:
    def edit(folder: Path) -> None:
        path = folder / "config.json"
        stored = json.loads(path.read_text())
        del stored[key]
        path.write_text(json.dumps(stored))

    return edit


def overwrite(name: str, content: bytes) -> Damage:
    return lambda folder: (folder / name).write_bytes(content)


def truncate(name: str) -> Damage:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-1_000])


def other_tokenizer(folder: Path) -> None:
    Tokenizer.train(["a b"], vocab_size=256).save(folder / "tokenizer.json")


def edit_weights(change: Callable[[dict[str, torch.Tensor]], object]) -> Damage:
    def edit(folder: Path) -> None:
        weights = load_file(folder / "model.safetensors")
        change(weights)
        save_file(weights, folder / "model.safetensors")

    return edit


@pytest.mark.parametrize(
    ("damage", "file", "reason"),
    [
        (lambda folder: shutil.rmtree(folder), "model.safetensors", "missing"),
        (lambda folder: (folder / "model.safetensors").unlink(), "model.safetensors", "missing"),
        (lambda folder: (folder / "config.json").unlink(), "config.json", "missing"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer.json", "missing"),
        (truncate("model.safetensors"), "model.safetensors", "damaged"),
        (overwrite("model.safetensors", b""), "model.safetensors", "damaged"),
        (overwrite("model.safetensors", b"version https://git-lfs.github.com/spec/v1"), "model.safetensors", "damaged"),
        (edit_weights(lambda weights: weights.pop("model.norm.weight")), "model.safetensors", "model.norm.weight"),
        (
            edit_weights(lambda weights: weights.update({"model.norm.weight": torch.ones(33)})),
            "model.safetensors",
            "size mismatch for model.norm.weight",
        ),
        (
            edit_weights(lambda weights: weights.update({"model.norm.weight": weights["model.norm.weight"].short()})),
            "model.safetensors",
            "model.norm.weight holds whole numbers",
        ),
        (overwrite("config.json", b"{"), "config.json", "damaged"),
        (overwrite("config.json", b"[]"), "config.json", "damaged"),
        (overwrite("config.json", b"\xff\xfe"), "config.json", "damaged"),
        (drop_from_config("hidden_size"), "config.json", "hidden_size"),
        (drop_from_config("rope_parameters"), "config.json", "rope_parameters"),
        (edit_config(intermediate_size=10**13), "config.json", "asks for more memory than there is"),
        (edit_config(num_attention_heads=3), "config.json", "n_head = 3"),
        (edit_config(num_attention_heads=0), "config.json", "num_attention_heads = 0"),
        (edit_config(num_hidden_layers="2"), "config.json", "num_hidden_layers = '2'"),
        (edit_config(max_position_embeddings=2.5), "config.json", "max_position_embeddings = 2.5"),
        (edit_config(rope_parameters={"rope_type": "default", "rope_theta": None}), "config.json", "rope_theta = None"),
        (edit_config(hidden_act="gelu"), "config.json", "not an architecture of llama, silu, default"),
        (overwrite("tokenizer.json", b"{}"), "tokenizer.json", "damaged"),
        (truncate("tokenizer.json"), "tokenizer.json", "damaged"),
        (other_tokenizer, "tokenizer.json", "has 256 entries, but"),
        (
            edit_weights(lambda weights: weights["model.norm.weight"].fill_(torch.nan)),
            "model.safetensors",
            "model.norm.weight holds what is no number",
        ),
    ],
)
def test_a_checkpoint_that_cannot_be_used_is_refused_with_the_file_the_reason_and_the_remedy(
    folder: Path, damage: Damage, file: str, reason: str
) -> None:
    damage(folder)
    with pytest.raises(CheckpointError) as refused:
        checkpoint.load(folder)
    message = str(refused.value)
    assert message.startswith(f"{folder / file} ")
    assert reason in message
    assert "FREELABELS_MODEL" in message


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_file_that_may_not_be_read_is_refused_like_a_damaged_one(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests may run as root, who may read everything, so that the system's refusal is played."""

    def refuse(path: Path, *_: Any, **__: Any) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    if name == "config.json":
        monkeypatch.setattr(Path, "read_text", refuse)
    else:
        monkeypatch.setattr(checkpoint, "load_file", refuse)
    with pytest.raises(CheckpointError, match=rf"{name} .*Permission denied.*FREELABELS_MODEL"):
        checkpoint.load(folder)
