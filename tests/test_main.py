import gc
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from starlette.testclient import TestClient

from app.checkpoint import CheckpointError
from app.main import app, create_app
from app.settings import CHECKPOINTS, Settings
from app.web import assets
from app.web.services import Services
from tests.server import environment, started


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("./nowhere", "nowhere/model.safetensors is missing: restore it"),
        (
            "nowhere",
            "nowhere is neither shipped (that is tiny) nor a folder here, and the Hugging Face hub did not give it",
        ),
    ],
)
def test_a_missing_checkpoint_ends_the_start_with_one_line(tmp_path: Path, model: str, words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "serve", "--port", "0"],
        cwd=tmp_path,
        env=environment(FREELABELS_MODEL=model, HF_HUB_OFFLINE="1", HF_HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Error: {words}")
    assert "FREELABELS_MODEL" in line


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_damaged_checkpoint_is_named_with_its_file_and_the_remedy(tmp_path: Path, name: str) -> None:
    shutil.copytree(CHECKPOINTS / "tiny", tmp_path / "model")
    damaged = tmp_path / "model" / name
    damaged.write_bytes(damaged.read_bytes()[:200])
    with pytest.raises(CheckpointError) as caught:
        Services.load(Settings(model=str(tmp_path / "model")))
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{damaged} is damaged (")
    assert line.endswith("restore it from the repository or the package, or name another folder in FREELABELS_MODEL")


def test_a_damaged_snapshot_is_named_at_the_start_and_not_before_a_class(tmp_path: Path) -> None:
    shutil.copytree(CHECKPOINTS / "tiny", tmp_path / "model")
    damaged = sorted((tmp_path / "model" / "snapshots").iterdir())[2]
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match=rf"{damaged.name} is damaged .*: restore it, or remove it"):
        Services.load(Settings(model=str(tmp_path / "model")))


@pytest.mark.parametrize(
    ("name", "remedy"), [("stage.css", "restore it"), ("vendor/htmx.min.js", "pip install fetches it anew")]
)
def test_a_missing_static_file_is_named_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, remedy: str
) -> None:
    shutil.copytree(assets.STATIC, tmp_path / "static")
    (tmp_path / "static" / name).unlink()
    monkeypatch.setattr(assets, "STATIC", tmp_path / "static")
    with pytest.raises(assets.AssetError) as caught, TestClient(create_app()):
        pass
    assert str(caught.value) == f"{tmp_path / 'static' / name} is missing, and pages ask for it: {remedy}"


def test_uvicorn_serves_the_app_from_any_working_directory(tmp_path: Path) -> None:
    with started(tmp_path, "uvicorn", "app.main:app") as address:
        with urlopen(f"{address}/") as page:  # noqa: S310 - our own server
            assert b"Pair <b>1</b> of" in page.read()
        with urlopen(f"{address}/static/app.css") as sheet:  # noqa: S310 - our own server
            assert sheet.headers["content-type"].startswith("text/css")


def test_the_model_is_loaded_when_the_app_starts_and_not_when_it_is_imported() -> None:
    assert not hasattr(app.state, "services")


def test_what_the_start_loads_is_not_looked_through_for_garbage_while_it_serves() -> None:
    with TestClient(app):
        assert gc.isenabled()
        assert gc.get_freeze_count() > 100_000
    assert gc.get_freeze_count() == 0


def test_a_process_that_stops_right_after_its_start_ends_in_peace(tmp_path: Path) -> None:
    """A thread still at work in PyTorch when Python ends would abort it."""
    program = "\n".join(
        (
            "from app.main import app",
            "from starlette.testclient import TestClient",
            "with TestClient(app) as client: client.get('/healthz')",
        )
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment(), capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_app_does_not_start_without_its_model(tmp_path: Path) -> None:
    app = create_app(Settings(model=str(tmp_path)))
    with pytest.raises(CheckpointError, match=r"model\.safetensors is missing"), TestClient(app):
        pass


def test_the_app_opens_on_the_bank_and_cache_that_settings_name(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("# Mine\nA lecturer wrote this one.\n")
    with TestClient(create_app(Settings(sentences=tmp_path, cache_megabytes=0.001))) as client:
        assert 'value="A lecturer wrote this one."' in client.get("/").text
        assert client.get("/api/random").json() == {"sentence": "A lecturer wrote this one.", "theme": "Mine"}


def test_a_card_that_is_no_object_is_named(tmp_path: Path) -> None:
    shutil.copytree(CHECKPOINTS / "tiny", tmp_path / "model")
    (tmp_path / "model" / "card.json").write_text("[1]")
    with pytest.raises(CheckpointError, match=r"card\.json is damaged \(it holds no object\)"):
        Services.load(Settings(model=str(tmp_path / "model")))
