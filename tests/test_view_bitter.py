import itertools
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from app.charts import BOTTOM, HEIGHT, LABEL, LEFT, RIGHT, TOP, WIDTH
from app.view_bitter import DRAWN, bitter_view, crossing
from tests.test_charts import drawn, of_class

FOUND: dict[str, Any] = {
    "model": "tiny",
    "date": "2026-11-22",
    "versions": {"torch": "2.13.0"},
    "blind": 3.316,
    "corpus_tokens": 20_000_000,
    "validation": {"pieces": 1, "labels": 9_000, "bytes": 36_000},
    "lines": {
        "rules": [{"tokens": 0, "bits_per_byte": 2.5}],
        "unigram": [{"tokens": 10_000, "bits_per_byte": 2.8}, {"tokens": 20_000_000, "bits_per_byte": 2.52}],
        "bigram": [{"tokens": 10_000, "bits_per_byte": 2.7}, {"tokens": 20_000_000, "bits_per_byte": 1.8}],
        "5-gram": [
            {"tokens": 10_000, "bits_per_byte": 2.6},
            {"tokens": 1_000_000, "bits_per_byte": 1.9},
            {"tokens": 20_000_000, "bits_per_byte": 1.5},
        ],
        "network": [
            {"tokens": 0, "bits_per_byte": 3.4},
            {"tokens": 100_000, "bits_per_byte": 2.6},
            {"tokens": 30_000_000, "bits_per_byte": 1.35},
        ],
    },
    "seconds": 200.0,
    "peak_megabytes": 4_200,
}


def names(svg: ElementTree.Element) -> dict[str, tuple[float, float]]:
    """Where the lines' names stand."""
    told = {drawn[0] for drawn in DRAWN.values()}
    return {
        str(text.text): (float(text.attrib["x"]), float(text.attrib["y"]))
        for text in of_class(svg, "chart-text chart-name")
        if text.text in told
    }


def test_every_line_has_its_name_at_its_end_and_no_name_covers_another() -> None:
    places = names(drawn(bitter_view(FOUND).picture))
    assert places.keys() == {line[0] for line in DRAWN.values()}
    heights = sorted(y for _, y in places.values())
    assert all(after - before >= LABEL - 0.2 for before, after in itertools.pairwise(heights))
    assert all(TOP <= y <= HEIGHT - BOTTOM + 5 for y in heights)
    assert all(LEFT < x < WIDTH - RIGHT for x, _ in places.values())


def test_lines_differ_by_form_as_well_as_by_colour() -> None:
    svg = drawn(bitter_view(FOUND).picture)
    forms = [
        (path.get("class"), path.get("stroke-dasharray"), path.get("stroke-width"))
        for path in svg.iter("{http://www.w3.org/2000/svg}path")
        if path.get("fill") == "none"
    ]
    assert len(forms) == len(set(forms)) == len(DRAWN)


def test_the_rules_go_all_the_way_across_and_no_line_leaves_the_plot() -> None:
    svg = drawn(bitter_view(FOUND).picture)
    (rules,) = of_class(svg, "chart-guide")
    (left, low), (right, high) = (map(float, point) for point in re.findall(r"([\d.]+) ([\d.]+)", rules.attrib["d"]))
    assert low == high
    assert left == LEFT
    assert right > WIDTH / 2
    for path in svg.iter("{http://www.w3.org/2000/svg}path"):
        for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path.attrib["d"]):
            assert LEFT <= float(x) <= WIDTH - RIGHT
            assert TOP <= float(y) <= HEIGHT - BOTTOM


def test_the_table_holds_the_pictures_numbers() -> None:
    view = bitter_view(FOUND)
    rows = {amount.tokens: amount.cells for amount in view.amounts}
    assert list(rows) == ["0", "10,000", "100,000", "1,000,000", "20,000,000", "30,000,000"]
    assert rows["0"] == ("2.500", "", "", "", "3.400")
    assert rows["20,000,000"] == ("", "2.520", "1.800", "1.500", "")


def test_crossings_are_told_with_the_amounts_between_which_they_lie() -> None:
    assert bitter_view(FOUND).crossings == (
        "From somewhere between 10,000 and 1,000,000 tokens on, the 5-gram takes fewer bits than the rules.",
        "From somewhere between 100,000 and 30,000,000 tokens on, the network takes fewer bits than the rules.",
        "From somewhere between 100,000 and 30,000,000 tokens on, the network takes fewer bits than the 5-gram.",
    )


@pytest.mark.parametrize(
    ("one", "other", "where"),
    [
        ([(10, 1.0)], [(0, 2.0)], (0, 10)),  # from the beginning
        ([(0, 3.0), (100, 1.91)], [(10, 2.2), (1_000, 1.6)], None),  # the other is at 1.9 by then
        ([(0, 3.0), (100, 1.8)], [(10, 2.2), (1_000, 1.6)], (0, 100)),
        ([(50, 2.0), (9_000, 1.5)], [(10, 2.2), (1_000, 1.6)], (50, 9_000)),  # beyond its end, the other is level
    ],
)
def test_a_line_crosses_another_where_it_comes_to_lie_below(
    one: list[tuple[float, float]], other: list[tuple[float, float]], where: tuple[float, float] | None
) -> None:
    assert crossing(one, other) == where


def test_the_facts_say_how_it_was_measured() -> None:
    facts = {fact.name: fact.text for fact in bitter_view(FOUND).facts}
    assert facts["measured on"] == "2026-11-22"
    assert facts["scored on"] == "9,000 labels of 1 piece of text that none of them read, 36,000 bytes"
    assert facts["every token equally likely"] == "3.316 bits per byte"
    assert "30,000,000 tokens, 1.5 times the text" in facts["network"]
    assert facts["its curve"] == "One training; all points before the last are of a network not yet finished."
    assert facts["versions"] == "torch 2.13.0"


def test_a_training_that_was_taken_up_again_is_told_with_what_was_changed() -> None:
    before, after = {"learning_rate": 0.008, "typed_share": 0.3}, {"learning_rate": 0.006, "typed_share": 0.45}
    card = {"tokens_seen": 36_894_280, "training": after, "earlier": [{"tokens_seen": 30_003_964, "training": before}]}
    facts = {fact.name: fact.text.replace("\u202f", " ") for fact in bitter_view(FOUND, card).facts}
    assert facts["its curve"].endswith(
        "It was taken up again at 30 million tokens, with a learning rate of 0.006 in place of 0.008 "
        "and 45 % of the pieces lower-cased in place of 30 %."
    )
