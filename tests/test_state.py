from dataclasses import fields
from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st

from app.guess import Guess
from app.language import languages
from app.state import OPTIONS, State, shown_as

STATES = st.builds(
    State,
    st.text(st.characters(exclude_categories=["Cs"])),
    st.integers(1, 200),
    **{name: st.sampled_from(values) for name, values in OPTIONS.items()},
    seen=st.sampled_from(["", "0", "41"]),
    lang=st.sampled_from(["", *languages()]),
)
MOMENTS = (0, 41)


def test_a_moment_of_training_is_one_of_those_there_are() -> None:
    assert shown_as(State("Hi there"), {"seen": "41"}, (0, 41, 99))[0].seen == "41"
    state, refused = shown_as(State("Hi there"), {"seen": "7"}, (0, 41, 99))
    assert (state.seen, refused) == ("", ("“seen” is “7”, but can be 0 or 41 or 99.",))
    assert shown_as(State("Hi there"), {"seen": "0"})[1] == ("“seen” is “0”, but can be left out.",)


@given(STATES)
def test_a_url_gives_the_state_back(state: State) -> None:
    asked = dict(parse_qsl(state.query(), keep_blank_values=True))
    assert shown_as(State(asked["sentence"], int(asked["step"])), asked, MOMENTS) == (state, ())


@given(STATES)
def test_a_url_names_no_option_at_its_default(state: State) -> None:
    for name, value in parse_qsl(state.query(), keep_blank_values=True):
        assert value != OPTIONS.get(name, ("",))[0] or name == "sentence"


@given(STATES, st.integers(1, 200))
def test_a_change_leaves_the_rest_of_the_state(state: State, step: int) -> None:
    asked = dict(parse_qsl(state.query(step=step), keep_blank_values=True))
    assert shown_as(State(asked["sentence"], state.step), asked, MOMENTS) == (state, ())
    assert asked["step"] == str(step)


def test_guesses_stay_in_the_url_until_they_are_dropped() -> None:
    state = State("Hi there", guesses=(Guess(1, 271, 60), Guess(3, 9, 90)))
    assert state.query(step=2).endswith("step=2&guesses=1.271.60-3.9.90")
    assert "guesses" not in state.query(guesses=())


def test_every_unknown_value_is_refused_and_every_other_option_kept() -> None:
    state, refused = shown_as(State("Hi there"), {"rows": "upside-down", "theme": "dark", "unit": "letters"})
    assert state == State("Hi there", theme="dark")
    assert refused == (
        "“rows” is “upside-down”, but can be pairs or folded.",
        "“unit” is “letters”, but can be tokens or words.",
    )


def test_every_option_is_a_field_of_the_state_with_its_first_value_as_default() -> None:
    defaults = {field.name: field.default for field in fields(State)}
    assert defaults.items() >= {(name, values[0]) for name, values in OPTIONS.items()}
    assert defaults.keys() == {"sentence", "step", "seen", "lang", "guesses", "hide", "start", "end", *OPTIONS}
