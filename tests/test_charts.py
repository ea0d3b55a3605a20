import math
import re
from xml.etree import ElementTree

import pytest

from app.charts import (
    BOTTOM,
    DRAWN,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Axis,
    Line,
    Mark,
    labels_chart,
    loss_chart,
    reliability_chart,
)

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own


def points(path: ElementTree.Element) -> list[tuple[float, float]]:
    found = re.findall(r"[ML]([\d.]+) ([\d.]+)", path.attrib["d"])
    return [(float(x), float(y)) for x, y in found]


def of_class(svg: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in svg.iter() if element.get("class") == name]


def test_an_axis_places_its_ends_and_what_lies_between() -> None:
    plain = Axis("", 2, 6, ())
    assert [plain.share(value) for value in (2, 3, 6)] == [0, 0.25, 1]
    logarithmic = Axis("", 1, 16, (), is_logarithmic=True)
    assert [logarithmic.share(value) for value in (1, 2, 16)] == pytest.approx([0, 0.25, 1])


def test_a_dot_lies_where_confidence_meets_correctness_with_its_share_as_area() -> None:
    svg = drawn(reliability_chart([(0.25, 0.75, 0.04), (1.0, 0.0, 0.64)]))
    one, other = of_class(svg, "chart-dot")
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    assert float(one.attrib["cx"]) == pytest.approx(LEFT + 0.25 * width, abs=0.1)
    assert float(one.attrib["cy"]) == pytest.approx(TOP + 0.25 * height, abs=0.1)
    assert (float(other.attrib["cx"]), float(other.attrib["cy"])) == (WIDTH - RIGHT, HEIGHT - BOTTOM)
    assert (float(other.attrib["r"]) / float(one.attrib["r"])) ** 2 == pytest.approx(16, rel=0.05)


def test_the_loss_over_training_falls_where_the_numbers_fall_within_the_plot() -> None:
    curve = [{"tokens": 1e6 * 2**i, "loss": 5 - i / 2, "train_loss": 5.2 - i / 2} for i in range(4)]
    svg = drawn(loss_chart(curve))
    (validation,) = [points(path) for path in of_class(svg, "chart-first") if len(points(path)) > 1]
    xs, ys = zip(*validation, strict=True)
    assert xs == pytest.approx([LEFT + i / 3 * (WIDTH - LEFT - RIGHT) for i in range(4)], abs=0.1)  # a doubling a step
    assert list(ys) == sorted(ys)  # down the page
    assert all(TOP <= y <= HEIGHT - BOTTOM for y in ys)


@pytest.mark.parametrize("n", [1, 2])
def test_a_short_run_has_a_chart_too(n: int) -> None:
    svg = drawn(loss_chart([{"tokens": 900.0 + i, "loss": 7.0, "train_loss": 7.0} for i in range(n)]))
    assert not any(math.isnan(x) for path in svg.iter(f"{SVG}path") for point in points(path) for x in point)


def test_accuracy_over_labels_begins_at_none_and_has_whiskers_and_rings() -> None:
    line = Line("pretrained", [(0, 0.5), (20, 0.7), (200, 0.9)], "chart-first", "#000", spread=[0.1, 0.0, 0.2])
    svg = drawn(labels_chart("Accuracy", [line], 20, [Mark((20, 0.6), "mine", "first", "#000")]))
    path, *whiskers = [points(path) for path in of_class(svg, "chart-first") if path.tag == f"{SVG}path"]
    assert path[0][0] == LEFT
    assert path[-1][0] == pytest.approx(LEFT + DRAWN * (WIDTH - LEFT - RIGHT), abs=0.1)
    assert [max(y for _x, y in each) - min(y for _x, y in each) for each in whiskers] == pytest.approx(
        [0.2 / 0.6 * (HEIGHT - TOP - BOTTOM), 0, 0.3 / 0.6 * (HEIGHT - TOP - BOTTOM)], abs=0.2
    )  # of an axis from 40 % to 100 %, above which none reaches
    (ring,) = [each for each in of_class(svg, "chart-first") if each.get("r") == "6"]
    assert float(ring.attrib["cx"]) == path[1][0]
    assert float(ring.attrib["cy"]) > path[1][1]
