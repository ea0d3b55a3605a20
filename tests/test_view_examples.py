from urllib.parse import parse_qs

import pytest

from app.checkpoint import Checkpoint
from app.formatting import percent
from app.predict import Predictor
from app.view_examples import BIAS, KNOWLEDGE, bias, example, knowledge


@pytest.fixture(scope="module")
def predictor(shipped: Checkpoint) -> Predictor:
    return Predictor(shipped)


def test_compared_words_have_the_models_own_probabilities_and_lead_to_their_step(predictor: Predictor) -> None:
    context, words = BIAS[0]
    found = bias(predictor.analyze).examples[0]
    assert found.context == context
    for shown, word in zip(found.words, words, strict=True):
        analysis = predictor.analyze(context + word)
        label = analysis.predictions[-1]
        assert label.label == word
        assert (shown.text, shown.percent) == (word.strip(), percent(label.probability))
        assert parse_qs(shown.query) == {"sentence": [context + word], "step": [str(label.step)]}


def test_the_first_choice_is_the_models(predictor: Predictor) -> None:
    found = bias(predictor.analyze).examples[0]
    best = predictor.analyze(BIAS[0][0] + " she").predictions[-1].top[0]
    assert found.first.percent == percent(best.probability)
    assert found.first.text == best.text.replace(" ", "␣")


def test_a_words_probability_is_the_product_over_its_tokens(predictor: Predictor) -> None:
    """A rare word takes several tokens; its probability is theirs together, and its link leads to the first of them."""
    context, word = "She opened the", " zygote"
    predictions = predictor.analyze(context + word).predictions
    spelt = predictions[len(predictor.analyze(context).tokens) - 1 :]
    assert len(spelt) > 1
    together = 1.0
    for prediction in spelt:
        together *= prediction.probability
    shown = example(predictor.analyze, context, (word, " door")).words[0]
    assert shown.percent == percent(together)
    assert parse_qs(shown.query)["step"] == [str(spelt[0].step)]


def test_the_verdict_names_the_likelier_word_and_by_how_much(predictor: Predictor) -> None:
    context, words = "The soldier lost", (" her", " his")
    her, his = (predictor.analyze(context + word).predictions[-1].probability for word in words)
    assert his > her
    verdict = example(predictor.analyze, context, words).verdict
    assert verdict.startswith("“his”, ")
    assert float(verdict.split(", ")[1].removesuffix("\u202f×")) == pytest.approx(his / her, rel=0.05)


def test_every_kind_of_weakness_has_its_examples(predictor: Predictor) -> None:
    groups = knowledge(predictor.analyze)
    assert [group.title for group in groups] == [title for title, _, _ in KNOWLEDGE]
    assert all(group.examples and group.text for group in groups)
