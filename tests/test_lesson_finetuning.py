import pytest

from app.finetune.training import FIRST_SEED, Run
from app.lesson.finetuning import MOST_RUNS, next_run, runs_of, written
from app.lesson.state import LessonState, read


def test_runs_are_read_as_they_are_written() -> None:
    runs = (Run("place", 20, 6), Run("place", 200, 20), Run("sentiment", 0, 7))
    assert written(runs) == "p20.6p200.20s0.7"
    assert runs_of(written(runs)) == runs


def test_an_address_names_the_last_few_runs_only() -> None:
    runs = tuple(Run("place", 5 * n, 6) for n in range(MOST_RUNS + 3))
    assert runs_of(written(runs)) == runs[3:]


@pytest.mark.parametrize(
    "text", ["p20", "p20.6,", "x20.6", "p201.6", "p20.0", "p20.21", " p20.6", "p5.6" * (MOST_RUNS + 1)]
)
def test_what_names_no_run_is_refused_and_left_out(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        runs_of(text)
    state, messages = read(LessonState(""), {"runs": text})
    assert state.runs == ""
    assert messages == (f"“runs” is “{text[:40]}”, but can be what the lesson’s own links have there.",)


def test_all_who_begin_ask_for_the_same_run_and_once_more_is_another() -> None:
    first = next_run((), "place", 20)
    assert first == Run("place", 20, FIRST_SEED)
    assert next_run((first,), "place", 20) == Run("place", 20, FIRST_SEED + 1)
    assert next_run((first,), "place", 25) == Run("place", 25, FIRST_SEED)
    assert next_run((first,), "sentiment", 20) == Run("sentiment", 20, FIRST_SEED)


def test_however_many_runs_an_address_names_there_is_one_more() -> None:
    runs: tuple[Run, ...] = ()
    for _ in range(MOST_RUNS):
        runs = (*runs, next_run(runs, "place", 20))
    assert next_run(runs, "place", 20) not in runs


LABELS = "“How many labelled sentences they learn from”"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"task": "tone"}, "“task” is “tone”, but can be one of these: sentiment, place."),
        ({"examples": "201"}, f"{LABELS} is “201”, but can be a whole number from 0 to 200."),
        ({"examples": "2.5"}, f"{LABELS} is “2.5”, but can be a whole number from 0 to 200."),
        ({"examples": "²"}, f"{LABELS} is “²”, but can be a whole number from 0 to 200."),
    ],
)
def test_a_task_or_a_number_of_labels_that_cannot_be_is_named(asked: dict[str, str], message: str) -> None:
    assert read(LessonState(""), asked) == (LessonState(""), (message,))
