from typing import Any

import pytest

from app.checkpoint import Checkpoint
from app.predict import Predictor
from app.view_card import CardView, card_view, model_view
from tests.cards import SHIPPED, evaluated


@pytest.fixture(scope="module")
def predictor(shipped: Checkpoint) -> Predictor:
    return Predictor(shipped)


def view(predictor: Predictor, card: dict[str, Any]) -> CardView:
    return card_view(card, predictor.model, predictor.analyze)


def unevaluated() -> dict[str, Any]:
    return {name: value for name, value in SHIPPED.items() if name != "evaluation"}


def test_the_figures_of_an_evaluation_are_shown_to_three_digits_and_the_ratio_in_percent(predictor: Predictor) -> None:
    shown = view(predictor, evaluated())
    row, overall = shown.scores[0], shown.scores[-1]
    assert len(shown.scores) == len(SHIPPED["corpus"]) + 1
    assert (row.source, row.heldout) == (SHIPPED["corpus"][0]["source"], "20")
    assert (row.unigram, row.five_gram, row.network, row.ratio) == ("2.300", "1.800", "1.400", "78\u202f%")
    assert (overall.source, overall.heldout) == ("all", "4,760")
    assert [row.is_total for row in shown.scores] == [False] * len(SHIPPED["corpus"]) + [True]
    assert shown.counting == "14,902,331 5-grams in 23,374,112 tokens"
    assert [(fact.name, fact.text) for fact in shown.cloze][:2] == [
        ("in the top 1", "38\u202f%"),
        ("in the top 5", "66\u202f%"),
    ]
    assert [fact.text for fact in shown.typed] == ["1.742", "1.810", "1.769"]
    assert shown.calibration_error == "0.0214"
    assert shown.reliability.startswith("<svg")


def test_the_intro_promises_only_what_the_card_holds(predictor: Predictor) -> None:
    intros = [view(predictor, card).intro for card in ({}, unevaluated(), evaluated())]
    assert intros == [
        "what it is and what it expects",
        "what it is, what it read and what it is not",
        "what it is, what it read, how good it is and what it is not",
    ]


def test_the_command_that_trains_it_again_has_its_budget_and_settings(predictor: Predictor) -> None:
    budget = {"tokens": 60_000_000, "minutes": 85.0}
    training = SHIPPED["training"] | budget | {"learning_rate": 0.004, "cooldown": 0.3, "typed_share": 0.4, "seed": 1}
    lines = view(predictor, unevaluated() | {"earlier": [], "training": training}).command.splitlines()
    assert (
        lines[1].strip()
        == "--tokens 60000000 --minutes 85 --learning-rate 0.004 --cooldown 0.3 --typed-share 0.4 --seed 1"
    )
    del training["minutes"]  # there was no limit of time
    assert "--minutes" not in view(predictor, unevaluated() | {"earlier": [], "training": training}).command


def test_a_run_that_began_with_a_checkpoint_has_the_command_of_each_run(predictor: Predictor) -> None:
    earlier = [{"tokens_seen": 30_003_964, "training": SHIPPED["training"] | {"learning_rate": 0.0123}}]
    first, second, evaluation = view(predictor, SHIPPED | {"earlier": earlier}).command.split("python -m app ")[1:]
    assert "--learning-rate 0.0123" in first
    assert "--start" not in first
    assert "--start app/checkpoints/tiny --run runs/tiny-2" in second
    assert evaluation.startswith("evaluate")


def test_a_run_on_gpus_says_how_many(predictor: Predictor) -> None:
    facts = view(predictor, SHIPPED | {"device": "cuda", "processes": 4}).training
    assert "on 4 × GPU" in next(fact.text for fact in facts if fact.name == "for")


def test_every_source_of_the_corpus_is_named_with_its_licence(predictor: Predictor) -> None:
    shown = view(predictor, SHIPPED)
    assert [row.source for row in shown.corpus] == [row["source"] for row in SHIPPED["corpus"]]
    assert all(row.licence and row.origin for row in shown.corpus)
    assert shown.read.endswith(f"tokens of text from {len(SHIPPED['corpus'])} sources")


def test_a_dataset_of_the_hub_is_named_with_its_place_and_an_unknown_licence_by_nothing(predictor: Predictor) -> None:
    row = SHIPPED["corpus"][0] | {
        "origin": None,
        "licence": None,
        "address": "hf://a/b",
        "revision": "0123456789abcdef",
    }
    (shown,) = view(predictor, SHIPPED | {"corpus": [row]}).corpus
    assert (shown.origin, shown.licence) == ("hf://a/b at 0123456789ab", "")


def test_a_model_without_a_card_shows_its_counts_and_its_answers(predictor: Predictor) -> None:
    shown = view(predictor, {})
    assert [fact.text for fact in shown.facts] == ["6,843,648", "8,192", "128"]
    assert (shown.training, shown.corpus, shown.scores, shown.curve, shown.reliability) == ((), (), (), "", "")
    assert shown.knowledge
    assert shown.bias.examples


def test_a_model_is_called_ours_where_it_has_a_card(shipped: Checkpoint) -> None:
    numbers = "a language model of 6,843,648 parameters and 8,192 tokens"
    assert model_view(shipped, is_ours=False).described == numbers
    assert model_view(shipped, is_ours=True).described == f"{numbers} that this project pretrained"
