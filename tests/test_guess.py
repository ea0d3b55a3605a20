import math
from collections import Counter
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import guess
from app.guess import CANDIDATES, SURE, Guess, choices, read, scores, written
from app.predict import Candidate, Prediction
from app.sentences import InputError

SENTENCE = "The cat fell asleep on top of my birthday cake."
V = 8192

# --- The URL -------------------------------------------------------------------------------------------------------

GUESSES = st.dictionaries(
    st.integers(1, 127), st.tuples(st.integers(0, V - 1), st.sampled_from(SURE)), max_size=127
).map(lambda found: tuple(Guess(step, *found[step]) for step in sorted(found)))


@given(GUESSES)
def test_guesses_come_back_from_the_url(guesses: tuple[Guess, ...]) -> None:
    text = written(guesses)
    assert read(text, 127, V) == guesses
    assert quote_plus(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "1",
        "1.5",
        "1.5.60.7",
        "1.5.61",
        "0.5.60",
        "11.5.60",
        "1.8192.60",
        "1.-5.60",
        "01.5.60",
        "1.5.60-",
        "1.5.60--2.5.60",
        "1.5.60-1.6.60",
        "2.5.60-1.5.60",
        "1.٣.60",
        " 1.5.60",
        "1.5.60\n",
        "1." + "9" * 400 + ".60",
    ],
)
def test_guesses_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no list of guesses at this sentence's 10 steps") as refused:
        read(text, 10, V)
    assert refused.value.actual == text[:40]


@given(st.text("0123456789.-x", max_size=20))
def test_any_text_is_read_as_written_or_refused(text: str) -> None:
    try:
        guesses = read(text, 10, V)
    except InputError:
        return
    assert written(guesses) == text


def test_a_second_guess_at_a_step_takes_the_firsts_place() -> None:
    guesses = guess.with_guess((Guess(1, 5, 30), Guess(4, 6, 60)), Guess(2, 7, 90))
    assert [one.step for one in guesses] == [1, 2, 4]
    assert guess.with_guess(guesses, Guess(2, 8, 30))[1] == Guess(2, 8, 30)


# --- What to choose from -------------------------------------------------------------------------------------------


def ranking(n: int) -> list[Candidate]:
    """So many tokens, best first, token n having rank n + 1."""
    return [Candidate(i, f" word{i}", 0.5 ** (i + 1)) for i in range(n)]


@given(st.integers(0, 600), st.integers(2, CANDIDATES), st.text())
def test_the_label_is_among_the_candidates_once_and_none_is_there_twice(place: int, n: int, seed: str) -> None:
    label = Candidate(place, f" word{place}", 0.001)
    chosen = choices(ranking(n), label, seed)
    texts = [candidate.text for candidate in chosen]
    assert texts.count(label.text) == 1
    assert len(set(texts)) == len(texts)
    assert choices(ranking(n), label, seed) == chosen


@given(st.integers(0, 5_000), st.text())
def test_there_are_eight_candidates_whatever_the_labels_rank(place: int, seed: str) -> None:
    assert len(choices(ranking(CANDIDATES), Candidate(place, f" word{place}", 0.001), seed)) == 8


@pytest.mark.parametrize("place", [0, 60, 4_000])
def test_the_labels_place_betrays_nothing(place: int) -> None:
    """Over 640 sentences the label is at each of the eight places about 80 times, give or take 8."""
    label, ranked = Candidate(place, f" word{place}", 0.001), ranking(150)
    places = Counter(choices(ranked, label, f"{i} A sentence.").index(label) for i in range(640))
    assert all(50 <= places[i] <= 110 for i in range(8)), places


def test_tokens_that_a_person_cannot_tell_apart_or_read_are_no_candidates() -> None:
    ranked = [
        Candidate(i, text, 0.1) for i, text in enumerate([" The", "the", " the", "⟨E2 82⟩", " ", " cat", "Cat", " dog"])
    ]
    chosen = choices(ranked, Candidate(2, " the", 0.1), "seed")
    assert {candidate.text for candidate in chosen} == {" the", " cat", " dog"}


# --- Scores --------------------------------------------------------------------------------------------------------


def prediction(step: int, label_id: int, loss: float) -> Prediction:
    return Prediction(step, step + 1, "The", " cat", label_id, math.exp(-loss), 1, loss, (), 1.0)


LOSSES = st.lists(st.tuples(st.integers(0, 9), st.floats(0, 30)), min_size=1, max_size=20)


@given(LOSSES, st.data())
def test_scores_are_the_logarithms_of_what_the_label_was_given(
    found: list[tuple[int, float]], data: st.DataObject
) -> None:
    predictions = [prediction(step, *pair) for step, pair in enumerate(found, start=1)]
    guesses = [
        Guess(pair.step, data.draw(st.integers(0, 9)), data.draw(st.sampled_from(SURE)))
        for pair in predictions
        if data.draw(st.booleans())
    ]
    total = scores(guesses, predictions, 10)
    mine = model = 0.0
    for one in guesses:
        label_id, loss = found[one.step - 1]
        c = one.sure / 100
        mine -= math.log2(c if one.token_id == label_id else (1 - c) / 9)
        model += loss / math.log(2)
    assert total.n == len(guesses)
    assert total.mine == pytest.approx(mine)
    assert total.model == pytest.approx(model)
    assert total.uniform == pytest.approx(len(guesses) * math.log2(10))


@given(st.integers(0, 9), st.sampled_from(SURE))
def test_a_guess_gives_all_tokens_together_a_probability_of_one(token_id: int, sure: int) -> None:
    given_all = math.fsum(guess.given(Guess(1, token_id, sure), label_id, 10) for label_id in range(10))
    assert given_all == pytest.approx(1)


def test_being_as_sure_as_one_is_right_scores_best() -> None:
    """The rule is proper: whoever is right three times in ten does best, on average, to say 30 %."""
    for right in SURE:
        p = right / 100
        cost = {
            sure: p * guess.bits(guess.given(Guess(1, 0, sure), 0, V))
            + (1 - p) * guess.bits(guess.given(Guess(1, 0, sure), 1, V))
            for sure in SURE
        }
        assert min(cost, key=lambda sure: cost[sure]) == right
