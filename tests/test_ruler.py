import itertools
import math
import re
from xml.etree import ElementTree

import pytest

from app.count import Count
from app.ruler import ESTIMATES, Mark, marks
from app.view_ruler import DECADE, GAP, TOP, ruler_view

OWN = [("this sentence", Count(1, 8)), ("a corpus of <ours>", Count(782_071, 23_215_696)), ("nothing", Count(1, 1))]


def drawn(found: list[Mark]) -> ElementTree.Element:
    return ElementTree.fromstring(ruler_view(found).picture)  # noqa: S314 - our own


def of_class(svg: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in svg.iter() if element.get("class") == name]


def test_the_marks_are_in_order_and_what_has_no_pair_is_none() -> None:
    found = marks(OWN)
    assert [mark.number for mark in found] == sorted(mark.number for mark in found)
    assert [(mark.name, mark.number) for mark in found if not mark.source] == [
        ("this sentence", 7),
        ("a corpus of <ours>", 22_433_625),
    ]


def test_every_estimate_says_so_and_names_its_source() -> None:
    for mark in ruler_view(list(ESTIMATES)).marks:
        assert mark.is_estimate
        assert mark.amount.startswith("about ")
        assert re.match(r".+ \((?:19|20)\d\d\), .+, (?:table|figure|section|abstract)\b.*\d", mark.source)
        assert mark.url.startswith("https://")
        assert mark.exact == ""


def test_our_own_counts_are_told_in_full_without_an_about() -> None:
    first, *_ = ruler_view(marks(OWN)).marks
    assert (first.amount, first.exact, first.is_estimate, first.source) == ("7 pairs", "7", False, "")
    assert ruler_view([Mark("a", 1, "pairs")]).marks[0].amount == "1 pair"


def test_a_books_words_are_those_of_its_sources_table() -> None:
    words, books = 984_846_357, 11_038
    assert ESTIMATES[0].number == round(words / books, -3)


def test_a_factor_of_ten_is_the_same_step_anywhere() -> None:
    svg = drawn([Mark("", 10**power, "tokens") for power in (1, 2, 7, 14)])
    places = [float(dot.attrib["cy"]) for dot in of_class(svg, "ruler-count")]
    assert places == pytest.approx([TOP + DECADE * power for power in (1, 2, 7, 14)])


def test_counts_and_estimates_differ_by_form() -> None:
    svg = drawn(marks(OWN))
    counts, estimates = of_class(svg, "ruler-count"), of_class(svg, "ruler-estimate")
    assert (len(counts), len(estimates)) == (2, len(ESTIMATES))
    assert {dot.attrib["fill"] for dot in counts}.isdisjoint(dot.attrib["fill"] for dot in estimates)


def test_no_label_covers_another_or_leaves_the_picture() -> None:
    svg = drawn(marks([*OWN, *((f"text {i}", Count(1, 9 + i)) for i in range(4))]))
    names = [float(text.attrib["y"]) for text in of_class(svg, "ruler-name")]
    amounts = [float(text.attrib["y"]) for text in of_class(svg, "ruler-amount")]
    height = float(svg.attrib["viewBox"].split()[3])
    assert all(after - before > GAP - 0.2 for before, after in itertools.pairwise(names))
    assert min(names) > 12
    assert max(amounts) < height
    assert math.isfinite(height)


def test_a_name_is_only_text() -> None:
    texts = [text.text for text in of_class(drawn(marks(OWN)), "ruler-name")]
    assert "a corpus of <ours>" in texts
