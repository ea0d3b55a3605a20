"""What the lecture halls' benchmark makes of its measurements; the lectures themselves it plays by command."""

from dataclasses import replace

import pytest

from app.bench_load import EMPTY, knee


def test_the_knee_lies_where_the_line_between_two_halls_meets_200_ms() -> None:
    halls = [replace(EMPTY, per_second=100, p95=50), replace(EMPTY, per_second=200, p95=350)]
    assert knee(halls) == pytest.approx(150)


def test_a_server_that_the_first_hall_fills_has_its_knee_before_it() -> None:
    assert knee([replace(EMPTY, per_second=100, p95=400)]) == pytest.approx(50)
