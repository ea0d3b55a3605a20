import json
import math
import re

import pytest

from app.checkpoint import Checkpoint
from app.lesson.quiz import QUESTIONS, questions
from app.predict import Analysis, Predictor
from app.settings import CHECKPOINTS
from app.view_bitter import crossings
from tests.test_view_bitter import FOUND


@pytest.fixture(scope="module")
def analysis(shipped: Checkpoint) -> Analysis:
    return Predictor(shipped).analyze("The little boat drifted across the quiet lake.")


def test_every_question_has_distinct_choices_and_says_why(analysis: Analysis) -> None:
    for step in range(1, len(analysis.predictions) + 1):
        for part in QUESTIONS:
            for question in questions(part, analysis, step):
                assert 2 <= len(question.choices) == len(set(question.choices))
                assert 0 <= question.right < len(question.choices)
                assert question.why


def test_every_question_has_a_letter_of_its_own(analysis: Analysis) -> None:
    letters = [question.letter for part in QUESTIONS for question in questions(part, analysis, 1)]
    assert len(letters) == len(set(letters))


def test_the_right_answers_about_the_readers_sentence_are_computed_for_it(analysis: Analysis) -> None:
    n_pairs, label = questions("text", analysis, 3)
    assert n_pairs.choices[n_pairs.right] == str(len(analysis.tokens) - 1)
    assert label.choices[label.right] == f"“{analysis.tokens[3].text}”".replace(" ", "␣")
    (loss, _) = questions("loss", analysis, 3)
    assert loss.choices[loss.right] == f"{analysis.predictions[3].loss:.2f}"  # of the pair after the one shown


def test_the_loss_is_explained_by_its_sum_with_the_numbers(analysis: Analysis) -> None:
    for step in range(1, len(analysis.predictions) + 1):
        (loss, _) = questions("loss", analysis, step)
        found = re.match(r"−ln ([\d.]+)(?:\s×\s10⁻(\S))? ≈ ([\d.]+)\. ", loss.why)
        assert found, loss.why
        p = float(found[1]) / 10 ** "⁰¹²³⁴⁵⁶⁷⁸⁹".index(found[2] or "⁰")
        assert -math.log(p) == pytest.approx(float(found[3]), abs=0.006)


def test_a_context_of_one_token_is_told_in_the_singular(analysis: Analysis) -> None:
    assert "the context is the first token," in questions("text", analysis, 1)[1].why


def test_the_coda_asks_where_the_curves_cross_as_it_was_measured(shipped: Checkpoint, analysis: Analysis) -> None:
    found = json.loads((CHECKPOINTS / shipped.name / "bitter.json").read_text(encoding="utf-8"))
    _, crossed = questions("bitter", analysis, 1, found)
    where = crossings(found)["network", "5-gram"]
    assert where
    assert crossed.choices[crossed.right] == f"between {where[0]:,} and {where[1]:,} tokens"
    assert len(crossed.choices) == 3


def test_the_coda_does_not_ask_for_a_crossing_that_is_no_answer(analysis: Analysis) -> None:
    never = {**FOUND, "lines": {**FOUND["lines"], "network": [{"tokens": 0, "bits_per_byte": 3.4}]}}
    for found in (None, FOUND, never):  # in FOUND, two lines cross in one place
        assert len(questions("bitter", analysis, 1, found)) == 1


def test_a_sentence_of_two_tokens_has_its_questions_too(shipped: Checkpoint) -> None:
    short = Predictor(shipped).analyze("The cat")
    for part in QUESTIONS:
        for question in questions(part, short, 1):
            assert len(question.choices) >= 2
