from dataclasses import replace

import pytest

from app.finetune.curve import Curve, Point
from app.finetune.labelled import load
from app.finetune.training import LEARNERS, Progress, Run
from app.lesson.finetuning import Ends, Finetuned
from app.lesson.state import LessonState
from app.lesson.view_finetune import FinetuneView, finetune_view
from app.lesson.view_run import later, live_view
from tests.rehearsal import progress_of

CARD = {"tokens_seen": 36_894_280, "training_minutes": 303.0}
CURVE = Curve(
    weights="",
    seeds=(1, 2),
    threads=1,
    points=(
        *(
            Point(
                "place",
                network,
                n_labels,
                is_shuffled=False,
                accuracies=(0.5, 0.6),
                test_losses=(1, 1),
                cpu_seconds=2.5,
            )
            for network in LEARNERS
            for n_labels in (0, 20, 200)
        ),
        Point("place", "pretrained", 200, is_shuffled=True, accuracies=(0.5,), test_losses=(1,), cpu_seconds=2.5),
    ),
)
STATE = LessonState("A b.", examples="30")
RAN = Run("place", 20, 6)
ENDS: Ends = {progress.network: progress for progress in progress_of(RAN)}


def shown(state: LessonState = STATE, known: Finetuned | None = None) -> FinetuneView:
    known = known or Finetuned(CURVE, CARD)
    return finetune_view(load(state.task), Run(state.task, int(state.examples), 6), known, state, 300, is_shown=True)


def test_each_arrow_has_its_costs_in_tokens_time_and_labels() -> None:
    costs = [{cost.name: cost.text for cost in arrow.costs} for arrow in shown().arrows]
    assert costs == [
        {"tokens": "36,894,280", "time": "303 minutes", "labels by hand": "0"},
        {"tokens": "2,400: each sentence 8 times", "time": "2.5 s for 20 labels", "labels by hand": "30"},
    ]


def test_what_was_read_is_told_as_different_pairs_and_how_often_where_the_card_counts_them() -> None:
    card = {**CARD, "corpus": [{"tokens": 20_000_000, "pieces": 1_000_000}]}
    arrow = shown(known=Finetuned(CURVE, card)).arrows[0]
    assert arrow.costs[0].text == "36,894,280: 19 million different pairs, read 1.8 times"


def test_the_steps_that_both_take_are_named_and_why_they_are_few_from_scratch() -> None:
    n_steps = Run("place", 30, 6).n_steps
    told = f"With 30 labelled examples, both networks take the same {n_steps} steps. From random weights"
    assert shown().steps.startswith(told)
    assert shown(replace(STATE, examples="0")).steps == "Without labels, neither network takes a step."


def test_the_note_says_that_all_runs_share_the_sentences_where_they_take_all() -> None:
    assert f"With all {len(load('place').train)}, every run learns from the same sentences" in shown().note


@pytest.mark.parametrize(("of_words", "is_told"), [(0.7, True), (0.55, False)])
def test_the_strongest_rival_is_named_where_it_is_the_count_of_words(of_words: float, is_told: bool) -> None:
    counted = [replace(point, accuracies=(of_words,)) for point in CURVE.points if point.network == "words"]
    points = (*(point for point in CURVE.points if point.network != "words"), *counted)
    rival = shown(known=Finetuned(replace(CURVE, points=points), CARD)).rival.replace("\u202f", " ")
    assert ("it is right in 55.0 %, a plain count of words (naive Bayes) in 70.0 %" in rival) == is_told
    assert bool(rival) == is_told


def test_without_labels_nothing_is_read() -> None:
    arrow = shown(replace(STATE, examples="0")).arrows[1]
    assert [cost.text for cost in arrow.costs] == ["0", "2.5 s for 0 labels", "0"]


def test_the_stored_curve_is_a_table_with_its_spread_and_what_shuffling_does() -> None:
    view = shown()
    assert [row.labels for row in view.measured] == ["0", "20", "200"]
    assert view.measured[0].cells == ("55.0 ± 7.1",) * 3
    assert view.measured[0].seconds == "7.5"
    assert "With the 200 labels shuffled" in view.shuffled
    assert "50 %" in view.shuffled.replace("\u202f", " ")


def test_a_readers_runs_of_the_task_are_rings_and_rows() -> None:
    state = replace(STATE, runs="p20.6s20.6p25.6")
    view = shown(state, Finetuned(CURVE, CARD, {RAN: ENDS}))
    assert [(row.labels, len(row.cells)) for row in view.runs] == [("20", 3), ("25", 0)]  # the second is not kept
    assert view.picture.count('r="6"') == 3
    assert view.runs[0].cells[0].replace("\u202f", " ") == "56.0 %"
    assert view.said == "The last run is not kept any more: finetune again."


def test_how_the_last_run_ended_is_said_in_a_sentence() -> None:
    said = shown(replace(STATE, runs="p20.6"), Finetuned(CURVE, CARD, {RAN: ENDS})).said.replace("\u202f", " ")
    assert said.startswith("With 20 labelled examples, right in the end: 56.0 % pretrained, 56.0 % from scratch, ")
    assert said.endswith("56.0 % by counting words.")


def test_where_nothing_was_measured_the_readers_runs_are_shown_alone() -> None:
    assert (shown(known=Finetuned()).picture, shown(known=Finetuned()).measured) == ("", ())
    view = shown(replace(STATE, runs="p20.6"), Finetuned(ends={RAN: ENDS}))
    assert "chance" in view.picture
    assert [cost.text for cost in view.arrows[1].costs][1] == "not measured"


def test_a_run_that_waits_says_its_place_in_line_and_then_that_it_begins() -> None:
    assert [live_view({}, position).place for position in (1, 3)] == ["Next in line.", "Number 3 in line."]
    assert live_view({}).place.startswith("The run begins")
    assert (live_view({}, 1).lines, live_view({}).lines) == ((), ())


def test_a_run_that_goes_on_keeps_the_accuracy_that_was_found_last() -> None:
    heard: Ends = {}
    for progress in progress_of(RAN)[:2]:
        heard = later(heard, progress)
    pretrained, random, _ = live_view(heard).lines
    assert (pretrained.step, pretrained.loss, pretrained.width) == ("1 of 2", "0.70", "50")
    assert pretrained.accuracy.replace("\u202f", " ") == "50.0 %"
    assert (random.step, random.width) == ("", "0")
    assert live_view(heard).said == "Learning: pretrained"
    assert live_view(later(heard, Progress("random", 0, 2))).said == "Learning: from scratch"


@pytest.mark.parametrize("n_steps", [0, 2])
def test_a_network_at_its_last_step_fills_the_bar(n_steps: int) -> None:
    assert live_view({"pretrained": Progress("pretrained", n_steps, n_steps)}).lines[0].width == "100"
