from collections import Counter
from pathlib import Path

import pytest

from app import checkpoint, cli
from app.checkpoint import Checkpoint, CheckpointError
from app.console import console
from app.finetune import curve, rates
from app.finetune.curve import Curve, Point
from app.finetune.labelled import TASKS, load
from app.finetune.training import LEARNERS, NETWORKS, Run, finetune, learn
from app.settings import CHECKPOINTS

SEEDS = (1, 2)
LABELS = (0, 5)


@pytest.fixture(scope="module")
def points(small: Checkpoint) -> list[Point]:
    return list(curve.measure(small, SEEDS, LABELS))


@pytest.fixture
def folder(small: Checkpoint, tmp_path: Path) -> Path:
    checkpoint.save(tmp_path, small.model, small.tokenizer)
    return tmp_path


def test_every_task_network_and_number_of_labels_is_measured_and_the_most_shuffled_too(points: list[Point]) -> None:
    measured = [(point.task, point.network, point.n_labels, point.is_shuffled) for point in points]
    assert measured == curve.plan(LABELS)
    plain = {(task, network, n_labels, False) for task in TASKS for network in LEARNERS for n_labels in LABELS}
    assert set(measured) == plain | {(task, "pretrained", 5, True) for task in TASKS}


def test_a_point_is_what_its_runs_ended_with(points: list[Point], small: Checkpoint) -> None:
    point = points[1]
    ends = [list(learn(small, Run(point.task, point.n_labels, seed), point.network))[-1] for seed in SEEDS]
    assert point.n_labels == 5
    assert point.accuracies == tuple(end.accuracy for end in ends)
    assert point.test_losses == tuple(end.test_loss for end in ends)
    assert point.accuracy == pytest.approx(sum(point.accuracies) / 2)
    assert point.spread == pytest.approx(abs(point.accuracies[0] - point.accuracies[1]) / 2**0.5)
    assert point.cpu_seconds > 0


def test_a_curve_comes_back_as_it_was_saved(points: list[Point], folder: Path) -> None:
    saved = curve.save(folder, SEEDS, points)
    assert curve.load(folder) == saved
    assert saved.weights == curve.fingerprint(folder)
    assert [point.n_labels for point in saved.points_of("place", "random")] == list(LABELS)


def test_a_folder_without_a_curve_has_none_and_a_damaged_one_is_refused_by_its_name(folder: Path) -> None:
    assert curve.load(folder) is None
    for damaged in ("", "[]", "{}", '{"points": [{"task": 1}]}'):
        (folder / curve.FILE).write_text(damaged)
        with pytest.raises(CheckpointError, match=r"finetune\.json is damaged .* restore it"):
            curve.load(folder)


def test_the_command_measures_keeps_and_shows_the_curve(
    points: list[Point], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FREELABELS_MODEL", str(folder))
    monkeypatch.setattr(curve, "measure", lambda checkpoint, seeds: iter(points))
    monkeypatch.setattr(console, "width", 120)
    cli.finetune_curve(seeds=2)
    kept = curve.load(folder)
    assert kept
    assert kept.points == tuple(points)
    shown = points[1]
    assert f"{100 * shown.accuracy:.1f} ± {100 * shown.spread:.1f}" in capsys.readouterr().out


def test_learning_rates_are_compared_without_a_test_sentence() -> None:
    for name in TASKS:
        task = load(name)
        parted = rates.parted(task, 1)
        assert {*parted.train, *parted.test} == set(task.train)
        counts = [Counter(example.label for example in part) for part in (parted.train, parted.test)]
        assert counts == [dict.fromkeys(task.labels, 75), dict.fromkeys(task.labels, 25)]


# --- The shipped one -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped_curve() -> Curve:
    found = curve.load(CHECKPOINTS / "tiny")
    assert found
    return found


def test_the_shipped_curve_was_measured_on_the_shipped_weights(shipped_curve: Curve) -> None:
    assert shipped_curve.weights == curve.fingerprint(CHECKPOINTS / "tiny"), "run: python -m app finetune-curve"


def test_the_shipped_curve_has_every_point_under_five_seeds(shipped_curve: Curve) -> None:
    measured = [(point.task, point.network, point.n_labels, point.is_shuffled) for point in shipped_curve.points]
    assert measured == curve.plan()
    assert {len(point.accuracies) for point in shipped_curve.points} == {len(shipped_curve.seeds)}
    assert len(shipped_curve.seeds) >= 5


@pytest.mark.parametrize("task", TASKS)
def test_pretraining_is_what_makes_few_labels_enough(shipped_curve: Curve, task: str) -> None:
    pretrained, random = (shipped_curve.points_of(task, network)[-1] for network in NETWORKS)
    (shuffled,) = shipped_curve.points_of(task, "pretrained", is_shuffled=True)
    assert pretrained.accuracy > random.accuracy + 0.1
    assert pretrained.accuracy > shuffled.accuracy + 0.1
    for untaught in (shipped_curve.points_of(task, network)[0] for network in NETWORKS):
        assert untaught.accuracy == pytest.approx(0.5, abs=0.1)


def test_a_point_of_the_shipped_curve_is_what_its_run_gives(shipped_curve: Curve, shipped: Checkpoint) -> None:
    """Within a few sentences: another processor may round otherwise."""
    point = shipped_curve.points_of("place", "pretrained")[1]
    (*_, end) = finetune(shipped, Run("place", point.n_labels, shipped_curve.seeds[0]), "pretrained", n_tests=1)
    assert end.accuracy == pytest.approx(point.accuracies[0], abs=0.03)
