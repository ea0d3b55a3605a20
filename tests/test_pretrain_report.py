"""The report of `python -m app evaluate`, on texts and models small enough to know the answers."""

import json
import math
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from app.checkpoint import Checkpoint
from app.count import of_corpus
from app.pretrain.card import add_evaluation, write_card
from app.pretrain.evaluate import (
    Agreement,
    Baselines,
    Calibration,
    Report,
    Scores,
    SourceRow,
    calibration,
    cloze_tops,
    cut,
    evaluate,
    lower_case,
    robustness,
)
from app.pretrain.shards import write_shards
from app.pretrain.sources import sources
from app.pretrain.tables import tables
from app.settings import CHECKPOINTS

SAME = Agreement(1_900, 0.883, 0.825)


def test_calibration_is_the_weighted_distance_between_how_sure_and_how_right() -> None:
    sure, right = np.array([0.95, 0.95, 0.95, 0.95, 0.51]), np.array([True, True, True, False, False])
    found = calibration([Scores(np.log(sure), sure, right)])
    assert found.error == pytest.approx(0.8 * 0.20 + 0.2 * 0.51)
    assert found.bins == [pytest.approx((0.51, 0.0, 0.2)), pytest.approx((0.95, 0.75, 0.8))]


def test_a_cloze_counts_the_best_ranked_of_the_accepted_words(random_checkpoint: Checkpoint, tmp_path: Path) -> None:
    lines = tmp_path / "cloze.tsv"
    every_first_byte = "|".join(chr(code) for code in range(33, 127))
    lines.write_text(f"# context\twords\nthe cat sat on\t{every_first_byte}\nthe dog\tzebra\n")
    found = cloze_tops(random_checkpoint, lines)
    assert list(found) == ["top 1", "top 5", "top 10"]
    assert found["top 1"] <= found["top 5"] <= found["top 10"]
    assert all(share in (0, 0.5, 1) for share in found.values())


def test_the_ways_of_typing_are_told_apart(random_checkpoint: Checkpoint) -> None:
    found = robustness(random_checkpoint, ["The Cat Sat On The Mat.", "The dog sat."])
    assert list(found) == ["as written", "in lower case", "without the final stop"]
    assert len(set(found.values())) == 3


def test_expectations_in_lower_case_are_compared_after_every_context_that_has_a_capital(
    random_checkpoint: Checkpoint,
) -> None:
    found = lower_case(random_checkpoint, ["The cat sat on the mat.", "all of it is small", "One two"])
    assert found.contexts == 4  # “The cat” to “The cat sat on the”
    assert 0 < found.overlap < 1
    assert found.same_first in (0, 0.25, 0.5, 0.75, 1)


def test_a_run_on_document_is_cut_without_losing_a_label(random_checkpoint: Checkpoint) -> None:
    text = "the cat and " * 40
    tokenizer = random_checkpoint.tokenizer
    pieces = cut(tokenizer, text, 16)
    assert max(map(len, pieces)) == 17
    assert sum(len(piece) - 1 for piece in pieces) == len(tokenizer.encode(text.strip())) - 1


def test_the_report_sets_the_network_beside_its_baselines(
    random_checkpoint: Checkpoint, corpus: Path, tmp_path: Path
) -> None:
    write_shards(sources(corpus), tmp_path / "shards", random_checkpoint.tokenizer, 32, lambda source, n: None)
    heldout = tmp_path / "heldout"
    heldout.mkdir()
    (heldout / "boats.txt").write_text("Boat 7 drifted across the lake. It was quiet.\n\nBoat 9 slept.")
    (heldout / "cats.txt").write_text("The cat number 12 sat on the mat.")
    report = evaluate(random_checkpoint, tmp_path / "shards", sources(heldout), None, ["The cat sat."])
    assert [(row.source, row.documents) for row in report.sources] == [("boats", 2), ("cats", 1)]
    # Counting on hundreds of near-copies expects them; a network of random weights does not.
    for row in report.sources:
        assert row.five_gram < row.unigram < row.network
    weighted = sum(row.network * row.bytes for row in report.sources) / sum(row.bytes for row in report.sources)
    assert report.overall.network == pytest.approx(weighted)
    assert report.baselines.five_grams > 0
    assert not math.isnan(report.calibration.error)
    assert len(list(tables(report))) == 5  # no cloze was asked for


def test_an_evaluation_is_added_to_a_card_with_its_diagram(tmp_path: Path) -> None:
    card = json.loads((CHECKPOINTS / "tiny" / "card.json").read_text(encoding="utf-8"))
    card.pop("evaluation", None)
    write_card(tmp_path, card)
    assert "How good it is" not in (tmp_path / "README.md").read_text()
    row = SourceRow("cats", 12, 3_456, 2.5, 2.0, 1.5)
    overall, counted = replace(row, source="all"), Baselines(10, 7, 1.0, 2.0)
    sure = Calibration(0.0123, [(0.2, 0.3, 1.0)])
    report = Report([row], overall, counted, {"top 1": 0.75}, {"as written": 1.5}, sure, SAME)
    add_evaluation(tmp_path, report)
    readme = (tmp_path / "README.md").read_text()
    assert "| cats | 12 | 2.500 | 2.000 | 1.500 | 0.750 |" in readme
    assert "75% in the top 1" in readme
    assert "![Reliability diagram](reliability.svg)" in readme
    assert (tmp_path / "reliability.svg").read_text().startswith("<svg")
    found = json.loads(json.dumps(asdict(report)))
    assert json.loads((tmp_path / "card.json").read_text()) == card | {"evaluation": found}


def test_an_older_card_gets_the_number_of_its_pieces_from_shards_of_the_same_texts(tmp_path: Path) -> None:
    card = json.loads((CHECKPOINTS / "tiny" / "card.json").read_text(encoding="utf-8"))
    for row in card["corpus"]:
        row.pop("pieces", None)
    assert of_corpus(card) is None
    write_card(tmp_path, card)
    row = SourceRow("cats", 12, 3_456, 2.5, 2.0, 1.5)
    report = Report([row], row, Baselines(10, 7, 1.0, 2.0), {}, {}, Calibration(0.0, []), SAME)
    manifest = [{**row, "pieces": 10 + i} for i, row in enumerate(card["corpus"])]
    add_evaluation(tmp_path, report, [{**row, "sha256": "of another text"} for row in manifest])
    assert of_corpus(json.loads((tmp_path / "card.json").read_text())) is None
    add_evaluation(tmp_path, report, manifest)
    found = of_corpus(json.loads((tmp_path / "card.json").read_text()))
    assert found
    assert found.documents == sum(row["pieces"] for row in manifest)
    assert found.pairs == sum(row["tokens"] - row["pieces"] for row in manifest)
    assert f"{found.pairs:,} training pairs" in (tmp_path / "README.md").read_text()


def test_a_checkpoint_without_a_card_cannot_take_an_evaluation(tmp_path: Path) -> None:
    row = SourceRow("cats", 12, 3_456, 2.5, 2.0, 1.5)
    report = Report([row], row, Baselines(10, 7, 1.0, 2.0), {}, {}, Calibration(0.0, []), SAME)
    with pytest.raises(ValueError, match=r"card\.json is missing"):
        add_evaluation(tmp_path, report)
