import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formatting import context_segments, counted, loss_text, odds, percent, perplexity_text, segments

PROBABILITIES = st.one_of(
    st.floats(0, 1, exclude_min=True, exclude_max=True),
    st.floats(-700, -1e-9).map(math.exp),
    st.floats(1e-16, 0.1).map(lambda rest: 1 - rest).filter(lambda p: p < 1),
)
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def number(shown: str) -> Decimal:
    """The percentage that a reader takes from what is shown: in percent, or a probability as a power of ten."""
    if shown.endswith("\u202f%"):
        return Decimal(shown.removesuffix("\u202f%"))
    mantissa, power = shown.replace("\u202f", "").split("×10")
    return 100 * Decimal(f"{mantissa}e{power.translate(SUPERSCRIPTS)}")


# --- Numbers -------------------------------------------------------------------------------------------------------


@given(PROBABILITIES)
def test_a_percentage_is_never_0_for_what_is_possible_nor_100_for_what_is_not_certain(probability: float) -> None:
    assert 0 < number(percent(probability)) < 100


@given(PROBABILITIES, PROBABILITIES)
def test_a_larger_probability_never_shows_a_smaller_percentage(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert number(percent(low)) <= number(percent(high))


@given(PROBABILITIES)
def test_a_percentage_is_within_a_twentieth_of_the_truth(probability: float) -> None:
    exact = Decimal(probability) * 100
    assert abs(number(percent(probability)) - exact) <= min(Decimal("0.0501"), exact * Decimal("0.0501"))


@pytest.mark.parametrize(
    ("probability", "shown"),
    [(0, "0 %"), (1, "100.0 %"), (4e-6, "0.00040 %"), (9.97e-9, "1.0 × 10⁻⁸"), (2e-12, "2.0 × 10⁻¹²")],
)
def test_a_percentage_at_the_edges_reads_as_people_write_it(probability: float, shown: str) -> None:
    assert percent(probability).replace("\u202f", " ") == shown


@given(st.floats(-34, math.log(0.01), exclude_max=True).map(math.exp).filter(lambda p: p < 0.01))
def test_odds_name_one_in_so_many_to_two_significant_digits(probability: float) -> None:
    shown = odds(probability).removeprefix("1 in ").replace(",", "")
    assert len(shown.rstrip("0")) <= 2
    assert int(shown) * probability == pytest.approx(1, rel=0.051)


@given(st.floats(0.01, 1))
def test_odds_are_left_out_where_the_percentage_says_it_better(probability: float) -> None:
    assert odds(probability) == ""


@given(st.floats(0, 700))
def test_a_loss_has_two_decimals_and_only_no_loss_shows_as_zero(loss: float) -> None:
    shown = loss_text(loss)
    assert (float(shown) == 0) == (loss == 0)
    assert float(shown) == pytest.approx(loss, abs=0.0051, rel=0.051 if loss < 0.01 else 0)


def test_no_loss_has_no_minus_sign() -> None:
    assert loss_text(-0.0) == "0.00"


# --- Text ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(["a", "é😀", " ", "\n", "\t", "⟨", "⟩", "⟨E2 82⟩", "⟨E2⟩", "⟨x⟩"])).map("".join))
def test_segments_joined_give_the_text_back(text: str) -> None:
    assert "".join(f"⟨{s.text}⟩" if s.kind == "bytes" else s.text for s in segments(text)) == text


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("The cat sat", ["text"]),
        ("The cat ", ["text", "space"]),
        (" a  b", ["space", "text", "space", "space", "text"]),
        ("a\n b", ["text", "newline", "space", "text"]),
    ],
)
def test_a_context_marks_only_the_white_space_that_would_not_be_seen(text: str, kinds: list[str]) -> None:
    assert [segment.kind for segment in context_segments(text)] == kinds


def test_segments_tell_white_space_and_loose_bytes_from_text() -> None:
    found = [(segment.kind, segment.text) for segment in segments(" a\n\t⟨E2 82⟩b")]
    assert found == [("space", " "), ("text", "a"), ("newline", "\n"), ("tab", "\t"), ("bytes", "E2 82"), ("text", "b")]


@pytest.mark.parametrize(("perplexity", "shown"), [(1.0, "1.0"), (8191.96, "8,192"), (2e12, "2.00e+12")])
def test_a_perplexity_is_readable_at_any_size(perplexity: float, shown: str) -> None:
    assert perplexity_text(perplexity) == shown


def test_one_is_counted_in_the_singular() -> None:
    shown = [counted(n, "%(n)s pair", "%(n)s pairs") for n in (0, 1, 2, 1_000)]
    assert shown == ["0 pairs", "1 pair", "2 pairs", "1,000 pairs"]
