import pytest

from app.checkpoint import Checkpoint
from app.lesson.quiz import QUESTIONS, questions
from app.predict import Analysis, Predictor


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
    assert loss.choices[loss.right] == f"{analysis.predictions[2].loss:.2f}"


def test_a_sentence_of_two_tokens_has_its_questions_too(shipped: Checkpoint) -> None:
    short = Predictor(shipped).analyze("The cat")
    for part in QUESTIONS:
        for question in questions(part, short, 1):
            assert len(question.choices) >= 2
