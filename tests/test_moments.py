from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from starlette.testclient import TestClient

from app import snapshots
from app.checkpoint import Checkpoint, CheckpointError
from app.main import create_app
from app.model import GPT
from app.moments import Moments
from app.predict import Predictor
from app.sentences import Bank
from app.settings import Settings
from app.state import State
from app.view_moments import moments_view
from app.web.render import RenderedPages
from app.web.services import Services
from tests.markup import Markup

CARD = {"tokens_seen": 3_200_000, "training": {"seed": 5}}
SENTENCE = "the cat sat on the mat"


@pytest.fixture(scope="module")
def folder(random_checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint's folder with two snapshots of other weights."""
    folder = tmp_path_factory.mktemp("checkpoint")
    for seed, name in ((11, "000000040889"), (12, "000001055444")):
        torch.manual_seed(seed)
        snapshots.save(folder / "snapshots" / f"{name}.safetensors", GPT(random_checkpoint.model.config).state_dict())
    return folder


@pytest.fixture(scope="module")
def moments(random_checkpoint: Checkpoint, folder: Path) -> Moments:
    made = Moments.of(Predictor(random_checkpoint), folder, CARD)
    assert made
    return made


@pytest.fixture(scope="module")
def visitor(random_checkpoint: Checkpoint, moments: Moments, bank: Bank) -> Iterator[TestClient]:
    services = Services(bank, Predictor(random_checkpoint), RenderedPages(10_000_000), {}, moments)
    with TestClient(create_app(Settings(), services)) as visitor:
        yield visitor


def test_the_moments_reach_from_random_weights_to_the_finished_model(moments: Moments) -> None:
    assert list(moments.tokens_seen) == [0, 40889, 1055444, 3200000]


def test_the_beginning_is_the_networks_first_draw_by_the_runs_seed(moments: Moments) -> None:
    model = moments.predictor(0).model
    assert isinstance(model, Checkpoint)
    torch.manual_seed(CARD["training"]["seed"])  # type: ignore[index]
    first = GPT(model.model.config).state_dict()
    assert all(torch.equal(weights, first[name]) for name, weights in model.model.state_dict().items())


def test_looking_back_leaves_the_random_numbers_of_others_alone(random_checkpoint: Checkpoint, folder: Path) -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    made = Moments.of(Predictor(random_checkpoint), folder, CARD)
    assert made
    made.predictor(0)
    assert torch.equal(torch.rand(1), expected)


def test_every_moment_reads_the_same_tokens_and_the_last_is_the_model_itself(
    moments: Moments, random_checkpoint: Checkpoint
) -> None:
    analyses = moments.analyses(SENTENCE)
    assert len({analysis.tokens for analysis in analyses.values()}) == 1
    assert len({analysis.mean_loss for analysis in analyses.values()}) == len(analyses)
    assert analyses[3_200_000] == Predictor(random_checkpoint).analyze(SENTENCE)


def test_a_damaged_snapshot_is_named(random_checkpoint: Checkpoint, tmp_path: Path) -> None:
    snapshots.save(tmp_path / "snapshots" / "000000000009.safetensors", {"something": torch.zeros(3)})
    made = Moments.of(Predictor(random_checkpoint), tmp_path, CARD)
    assert made
    with pytest.raises(CheckpointError, match=r"000000000009\.safetensors does not fit the checkpoint"):
        made.predictor(9)


def test_a_model_without_snapshots_has_no_moments(random_checkpoint: Checkpoint, tmp_path: Path) -> None:
    assert Moments.of(Predictor(random_checkpoint), tmp_path, CARD) is None


def test_the_panel_draws_losses_on_one_scale_from_zero_to_the_highest(moments: Moments) -> None:
    analyses = moments.analyses(SENTENCE)
    state = State(SENTENCE, 3, seen="40889")
    panel = moments_view(analyses, state)
    losses = [analysis.predictions[2].loss for analysis in analyses.values()]
    heights = [float(moment.y) for moment in panel.moments]
    highest = max(each.loss for analysis in analyses.values() for each in analysis.predictions)
    assert heights == pytest.approx([6 + 88 * (1 - loss / highest) for loss in losses], abs=0.01)
    assert [moment.is_shown for moment in panel.moments] == [False, True, False, False]
    assert [moment.text for moment in panel.moments] == ["0", "41\u202fk", "1.1\u202fM", "3.2\u202fM"]
    assert panel.shown == "After 41\u202fk tokens"
    other = moments_view(analyses, replace(state, step=2))
    assert [moment.mean_y for moment in other.moments] == [moment.mean_y for moment in panel.moments]


@pytest.mark.parametrize("seen", ["0", "40889", "3200000"])
def test_the_stage_shows_the_moment_that_its_url_names(visitor: TestClient, moments: Moments, seen: str) -> None:
    answer = visitor.get("/", params={"sentence": SENTENCE, "step": 2, "seen": seen})
    markup = Markup(answer.text)
    assert answer.status_code == 200
    analysis = moments.analyses(SENTENCE)[int(seen)]
    assert f"{analysis.mean_loss:.2f}" in "".join(e.text for e in markup.all("p", "sums"))
    shown = [e["id"] for e in markup.all("a") if e.attributes.get("aria-current") == "true"]
    assert shown == [f"seen{seen}"]


def test_the_next_step_stays_at_the_moment(visitor: TestClient) -> None:
    markup = Markup(visitor.get("/", params={"sentence": SENTENCE, "step": 2, "seen": "0"}).text)
    assert markup.one("next")["href"].endswith("step=3&seen=0")


def test_a_moment_that_was_not_kept_is_told(visitor: TestClient) -> None:
    answer = visitor.get("/", params={"sentence": SENTENCE, "seen": "123"})
    assert answer.status_code == 422
    assert "can be 0 or 40889 or 1055444 or 3200000" in Markup(answer.text).one("sentence-error").text


def test_a_model_without_snapshots_offers_no_choice_of_moments(random_checkpoint: Checkpoint, bank: Bank) -> None:
    services = Services(bank, Predictor(random_checkpoint), RenderedPages(10_000_000), {})
    with TestClient(create_app(Settings(), services)) as visitor:
        assert 'id="training"' not in visitor.get("/", params={"sentence": SENTENCE}).text
