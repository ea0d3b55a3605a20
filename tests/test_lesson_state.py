import pytest

from app.lesson.labelling import N_TEXTS
from app.lesson.state import LessonState, read

STATE = LessonState("The cat sat.")


def test_the_url_holds_what_is_not_at_its_default_beside_the_stages_own() -> None:
    assert STATE.parameters == {"sentence": "The cat sat.", "step": "1"}
    assert LessonState("The cat sat.", wage="20", quiz="a1").query() == "sentence=The+cat+sat.&step=1&wage=20&quiz=a1"


def test_what_the_url_holds_is_read_back() -> None:
    state = LessonState("The cat sat.", labels="pn", begun="1790000000.125", probability="7", shuffled="yes", quiz="c2")
    assert read(STATE, state.parameters) == (state, ())


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("labels", "px", "up to 8 letters, each p / n"),
        ("labels", "p" * 9, "up to 8 letters"),
        ("seconds", "100000", "a number from 0.001 to 86400"),
        ("shuffled", "no", "yes, or left out"),
        ("quiz", "1a", "letters and digits in turns"),
    ],
)
def test_what_cannot_be_is_named_with_its_limit_and_left_out(name: str, value: str, rule: str) -> None:
    state, (message,) = read(STATE, {name: value, "quiz" if name != "quiz" else "wage": "" if name != "quiz" else "20"})
    assert f"“{name}” is “{value}”, but can be {rule}" in message
    assert getattr(state, name) == getattr(STATE, name)


@pytest.mark.parametrize("value", ["-1", "1e3", "15 50", "10,000.01", "1.2.3", ""])
def test_a_wage_that_cannot_be_is_named_as_its_field_is(value: str) -> None:
    state, (message,) = read(STATE, {"wage": value})
    assert message.startswith(f"“An hour’s wage, in whatever currency” is “{value}”, but can be a number from 0 to ")
    assert state.wage == STATE.wage


@pytest.mark.parametrize("value", ["0", "nan"])
def test_a_probability_that_cannot_be_is_named_as_its_field_is(value: str) -> None:
    _, (message,) = read(STATE, {"probability": value})
    rule = "but can be a number from 0.1 to 100"
    assert f"“Probability of the right answer, in percent” is “{value}”, {rule}" in message


@pytest.mark.parametrize(
    ("value", "wage"),
    [
        (" 15 ", "15"),
        ("15,50", "15.50"),
        ("15.5", "15.5"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1 234,5", "1234.5"),
        ("1\u202f234", "1234"),
        ("10.000", "10000"),
        ("0,125", "0.125"),
    ],
)
def test_a_wage_has_either_decimal_mark_and_thousands_apart(value: str, wage: str) -> None:
    assert read(STATE, {"wage": value}) == (LessonState("The cat sat.", wage=wage), ())
    assert read(STATE, {"wage": wage})[0].wage == wage  # as the next link has it


def test_the_last_label_stops_the_clock() -> None:
    state = LessonState("The cat sat.", labels="p" * N_TEXTS, begun="1000.5")
    assert state.is_just_done
    stopped = state.stopped(now=1012.75)
    assert (stopped.seconds, stopped.begun, stopped.is_just_done) == ("12.250", "", False)


@pytest.mark.parametrize("now", [999.0, 1000.5, 1000.5 + 86_401])
def test_a_clock_that_cannot_be_right_begins_anew(now: float) -> None:
    state = LessonState("The cat sat.", labels="p" * N_TEXTS, begun="1000.5").stopped(now)
    assert (state.labels, state.begun, state.seconds) == ("", "", "")


def test_seconds_without_all_labels_mean_nothing() -> None:
    state, messages = read(STATE, {"labels": "pn", "seconds": "4"})
    assert (state.seconds, messages) == ("", ())
