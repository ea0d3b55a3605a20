"""What tests share: a throw-away tokenizer and network, so that most need neither training nor the shipped weights."""

import json
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import torch
from starlette.testclient import TestClient

from app import checkpoint
from app.checkpoint import Checkpoint
from app.main import create_app
from app.model import GPT, GPTConfig
from app.predict import Predictor
from app.sentences import Bank
from app.settings import CHECKPOINTS, RESOURCES, Settings
from app.tokenizer import Tokenizer
from app.web.render import RenderedPages
from app.web.runs import Runs
from app.web.services import Services
from tests.rehearsal import Rehearsal

# A model's pass on a busy machine takes what it takes; only a wrong result should fail a property.
hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")

# Networks as small as these gain nothing from threads, and lose much where tests run side by side.
torch.set_num_threads(1)

TEXTS = [
    "The little boat drifted across the quiet lake.",
    "the cat sat on the mat, and the dog sat on the cat",
    "She opened the door and walked into the garden.",
]


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return Tokenizer.train(TEXTS * 3, vocab_size=320)


@pytest.fixture(scope="session")
def random_checkpoint(tokenizer: Tokenizer) -> Checkpoint:
    """Two layers of random weights, large enough that every position's distribution differs."""
    torch.manual_seed(7)
    shape = GPTConfig(vocab_size=tokenizer.vocab_size, context_length=32, n_layer=2, n_head=2, n_embd=32, n_hidden=48)
    model = GPT(shape)
    for parameter in model.parameters():
        if parameter.ndim == 2:
            torch.nn.init.normal_(parameter, std=0.3)
    return Checkpoint("random", model.eval().requires_grad_(False), tokenizer)


@pytest.fixture(scope="session")
def small(tokenizer: Tokenizer) -> Checkpoint:
    """One layer of weights as training begins with, and room for a whole sentence of the labelled ones."""
    torch.manual_seed(7)
    shape = GPTConfig(vocab_size=tokenizer.vocab_size, context_length=128, n_layer=1, n_head=2, n_embd=32, n_hidden=48)
    return Checkpoint("small", GPT(shape).eval().requires_grad_(False), tokenizer)


@pytest.fixture(scope="session")
def shipped() -> Checkpoint:
    return checkpoint.load(CHECKPOINTS / "tiny")


@pytest.fixture(scope="session")
def bank() -> Bank:
    return Bank.load(RESOURCES / "sentences")


@pytest.fixture(scope="session")
def client(shipped: Checkpoint, bank: Bank) -> Iterator[TestClient]:
    """The app with the shipped model, called in-process."""
    card = json.loads((CHECKPOINTS / "tiny" / "card.json").read_text(encoding="utf-8"))
    services = Services(bank, Predictor(shipped), RenderedPages(10_000_000), card, runs=Runs(Rehearsal()))
    with TestClient(create_app(Settings(), services)) as test_client:
        yield test_client


@pytest.fixture
def plain_cpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without a C++ compiler and a GPU, a training run compiles nothing; compiling would take longer than all tests."""
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    yield
    torch.set_flush_denormal(False)  # a run turns it on for the whole process


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder of two small sources."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "boats.txt").write_text(
        "\n\n".join(
            f"Boat {i} drifted across the lake. It was quiet.\nNobody saw it, and {i} birds slept." for i in range(300)
        )
    )
    (folder / "cats.txt").write_text("\n\n".join(f"The cat number {i} sat on the mat." for i in range(300)))
    return folder


@pytest.fixture
def no_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Datasets are local ones, with no hub to ask and no cache in the home folder."""
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
