"""Another maker's model that cannot be used is refused in one line; how the hub is asked for one."""

import json
import shutil
import sys
import tomllib
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import BertConfig, T5Config, T5ForConditionalGeneration

from app import hub
from app.checkpoint import CheckpointError
from app.predict import Predictor
from app.settings import RESOURCES
from tests import foreign

Damage = Callable[[Path], object]


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return foreign.gpt2(tmp_path_factory.mktemp("models") / "gpt2")


def edit_config(**changes: Any) -> Damage:
    def edit(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return edit


def remove(name: str) -> Damage:
    return lambda folder: Path.unlink(folder / name)


def pickled_weights(folder: Path) -> None:
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def encoder_decoder(folder: Path) -> None:
    T5ForConditionalGeneration(
        T5Config(vocab_size=320, d_model=8, d_ff=8, d_kv=4, num_layers=1, num_heads=2)
    ).save_pretrained(folder)


def sees_both_ways(folder: Path) -> None:
    """`transformers` gives BERT a head for causal language modelling, and leaves its attention as it is."""
    foreign.write(folder, BertConfig(vocab_size=320, **foreign.SMALL), foreign.byte_level())


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (remove("config.json"), "its config.json cannot be used"),
        (edit_config(model_type="odd"), "its config.json cannot be used (The checkpoint you are trying to load has"),
        (edit_config(model_type="odd", auto_map={"AutoConfig": "x.C"}), "contains custom code"),
        (remove("tokenizer.json"), "its tokenizer cannot be used (its vocabulary is missing)"),
        (lambda folder: (folder / "tokenizer.json").write_text("{"), "its tokenizer cannot be used"),
        (encoder_decoder, "“t5” is no architecture of causal language models"),
        (sees_both_ways, "it is no causal language model: what it expects depends on tokens still to come"),
        (remove("model.safetensors"), "its weights cannot be used (Error no file named model.safetensors"),
        (pickled_weights, "its weights cannot be used (Error no file named model.safetensors"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"version"), "its weights cannot be used"),
        (
            foreign.edit_weights(lambda weights: weights.pop("transformer.ln_f.weight")),
            "its weights lack transformer.ln_f.weight",
        ),
        (edit_config(vocab_size=333), "its weights lack transformer.wte.weight, or have it in another shape"),
        (
            foreign.edit_weights(lambda weights: weights["transformer.ln_f.weight"].fill_(torch.inf)),
            "its weights are damaged (transformer.ln_f.weight holds what is no number)",
        ),
        (
            lambda folder: foreign.byte_level(vocab_size=322).save(str(folder / "tokenizer.json")),
            "its tokenizer's ids go up to 321, but its network knows 320 tokens; they belong to different models",
        ),
    ],
)
def test_a_model_that_cannot_be_used_is_refused_in_one_line_with_the_reason_and_the_remedy(
    gpt2: Path, tmp_path: Path, damage: Damage, reason: str
) -> None:
    folder = foreign.copied(gpt2, tmp_path)
    damage(folder)
    with pytest.raises(CheckpointError) as refused:
        hub.load(folder)
    (line,) = str(refused.value).splitlines()
    assert line.startswith(f"{folder}: ")
    assert reason in line
    assert line.endswith("name another model in FREELABELS_MODEL")


def test_a_slow_tokenizer_is_refused(gpt2: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transformers.tokenization_utils_tokenizers.TokenizersBackend.is_fast", False)
    with pytest.raises(CheckpointError, match=r"GPT2Tokenizer is a slow one; a model with a tokenizer\.json is needed"):
        hub.load(gpt2)


def test_without_the_extra_the_start_says_what_to_install(gpt2: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    extras = tomllib.loads((RESOURCES / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    assert [name.split(">")[0] for name in extras["hub"]] == ["transformers"]
    wanted = r"takes the extra `hub`: pip install 'free-labels\[hub\]'"
    with pytest.raises(CheckpointError, match=rf"gpt2 holds no checkpoint of this project's own; .* {wanted}"):
        hub.load(gpt2)
    with pytest.raises(CheckpointError, match=rf"owner/name is neither shipped .* {wanted}"):
        hub.fetch("owner/name")


# --- The hub ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No connection, and what an earlier fetch would have kept."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_hub_that_cannot_be_reached_is_said_with_what_was_tried_and_the_way_without_it(cache: Path) -> None:
    with pytest.raises(CheckpointError) as refused:
        hub.fetch("owner/name")
    (line,) = str(refused.value).splitlines()
    assert line.startswith(
        "owner/name is neither shipped (that is tiny) nor a folder here, and the Hugging Face hub did"
    )
    assert "outgoing traffic has been disabled" in line
    assert "hf download owner/name --local-dir FOLDER" in line
    assert line.endswith("name that folder in FREELABELS_MODEL")


def test_a_name_that_the_hub_does_not_know_is_refused_with_the_hubs_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str, **_: Any) -> str:
        raise FileNotFoundError(f"404 Client Error.\n\nRepository Not Found for {name}.")

    monkeypatch.setattr("huggingface_hub.snapshot_download", unknown)
    with pytest.raises(CheckpointError, match=r"did not give it \(404 Client Error. Repository Not Found for gpt3\.\)"):
        hub.fetch("gpt3")


def test_a_model_fetched_before_opens_without_a_connection_under_its_id(gpt2: Path, cache: Path) -> None:
    repository = cache / "models--owner--name"
    shutil.copytree(gpt2, repository / "snapshots" / "abc")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc")
    model = hub.fetch("owner/name")
    assert model.name == "owner/name"
    assert len(Predictor(model).analyze("the cat").predictions) >= 1


def test_only_a_models_own_files_are_fetched(monkeypatch: pytest.MonkeyPatch, gpt2: Path) -> None:
    """No pickles, and not the same weights again in another format."""
    asked: dict[str, Any] = {}

    def give(name: str, **options: Any) -> str:
        asked.update(options)
        return str(gpt2)

    monkeypatch.setattr("huggingface_hub.snapshot_download", give)
    hub.fetch("gpt2")
    names = ["config.json", "model.safetensors", "merges.txt", "pytorch_model.bin", "onnx/config.json", "modeling.py"]
    given = [
        name
        for name in names
        if any(fnmatch(name, pattern) for pattern in asked["allow_patterns"])
        and not any(fnmatch(name, pattern) for pattern in asked["ignore_patterns"])
    ]
    assert given == ["config.json", "model.safetensors", "merges.txt"]
