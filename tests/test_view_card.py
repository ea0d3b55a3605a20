import json
from pathlib import Path

import pytest

from app.checkpoint import Checkpoint
from app.predict import Predictor
from app.settings import CHECKPOINTS
from app.view_card import BIAS, KNOWLEDGE, CardView, card_view

CARD = json.loads((CHECKPOINTS / "tiny" / "card.json").read_text(encoding="utf-8"))
EVALUATION = {
    "sources": [{"source": "cats", "documents": 12, "unigram": 2.5, "five_gram": 2.0, "network": 1.5}],
    "overall": {"source": "all", "documents": 1234, "unigram": 2.5, "five_gram": 2.0, "network": 1.7},
    "cloze": {"top 1": 0.75, "top 5": 0.921},
    "as_typed": {"as written": 1.5, "in lower case": 1.6},
    "calibration": {"error": 0.01234, "bins": [(0.2, 0.3, 1.0)]},
}


@pytest.fixture(scope="module")
def predictor(shipped: Checkpoint) -> Predictor:
    return Predictor(shipped)


def view(predictor: Predictor, card: dict[str, object]) -> CardView:
    return card_view(card, {"parameters": 6_843_648}, predictor.analyze)


def test_the_figures_of_an_evaluation_are_shown_to_three_digits_and_the_ratio_in_percent(predictor: Predictor) -> None:
    shown = view(predictor, CARD | {"evaluation": EVALUATION})
    row, overall = shown.scores
    assert (row.source, row.heldout, row.unigram, row.five_gram, row.network, row.ratio) == (
        *("cats", "12", "2.500", "2.000", "1.500"),
        "75%",
    )
    assert (overall.source, overall.heldout) == ("all", "1,234")
    assert shown.cloze == "75% in the top 1, 92% in the top 5"
    assert [(fact.name, fact.text) for fact in shown.typed] == [("as written", "1.500"), ("in lower case", "1.600")]
    assert shown.calibration_error == "0.0123"
    assert shown.reliability.startswith("<svg")


def test_every_source_of_the_corpus_is_named_with_its_licence(predictor: Predictor) -> None:
    shown = view(predictor, CARD)
    assert [row.source for row in shown.corpus] == [row["source"] for row in CARD["corpus"]]
    assert all(row.licence and row.origin for row in shown.corpus)


def test_a_model_without_a_card_shows_its_counts_and_its_answers(predictor: Predictor) -> None:
    shown = view(predictor, {})
    assert [(fact.name, fact.text) for fact in shown.facts] == [("parameters", "6,843,648")]
    assert (shown.training, shown.corpus, shown.scores, shown.curve, shown.reliability) == ((), (), (), "", "")
    assert len(shown.knowledge) == len(KNOWLEDGE)


def test_compared_words_have_the_models_own_probabilities(predictor: Predictor) -> None:
    context, words = BIAS[0]
    (example, *_) = view(predictor, {}).bias
    assert example.context == context
    for fact, word in zip(example.words, words, strict=True):
        label = predictor.analyze(context + word).predictions[-1]
        assert label.label == word
        assert fact.text == (f"{100 * label.probability:.1f}\u202f%")


def test_a_words_probability_is_the_product_over_its_tokens(predictor: Predictor, tmp_path: Path) -> None:
    """A rare word takes several tokens; its probability is theirs together."""
    from app.view_card import _example

    context, word = "She opened the", " zygote"
    predictions = predictor.analyze(context + word).predictions
    spelt = predictions[len(predictor.analyze(context).tokens) - 1 :]
    assert len(spelt) > 1
    together = 1.0
    for prediction in spelt:
        together *= prediction.probability
    (fact,) = _example(predictor.analyze, context, (word,)).words
    shown = float(fact.text.removeprefix("1 in ").replace(",", ""))
    assert shown * together == pytest.approx(1, rel=0.06)
