import math
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app import (
    view_pair,
    view_staircase,
)
from app.checkpoint import Checkpoint
from app.formatting import Segment, loss_text
from app.pairs import causal_mask
from app.predict import Analysis, Candidate, Prediction, Predictor
from app.state import State, shown_as
from app.tokenizer import Token
from app.view import StageView, stage

PROBABILITIES = st.one_of(
    st.floats(0, 1, exclude_min=True, exclude_max=True),
    st.floats(-700, -1e-9).map(math.exp),
    st.floats(1e-16, 0.1).map(lambda rest: 1 - rest).filter(lambda p: p < 1),
)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)


def handmade() -> Analysis:
    """“The cat sat.”: four tokens of a vocabulary of ten, three pairs, two of them in the top 2."""
    tokens = (Token(0, "The", 0, 3), Token(1, " cat", 3, 7), Token(2, " sat", 7, 11), Token(3, ".", 11, 12))
    top = (Candidate(1, " cat", 0.5), Candidate(3, ".", 0.25))
    predictions = (
        Prediction(1, 2, "The", " cat", 1, 0.5, 1, math.log(2), top, 0.25),
        Prediction(2, 3, "The cat", " sat", 2, 0.005, 7, math.log(200), top, 0.25),
        Prediction(3, 4, "The cat sat", ".", 3, 0.25, 2, math.log(4), top, 0.25),
    )
    return Analysis("The cat sat.", tokens, predictions, math.log(1600) / 3, 1600 ** (1 / 3))


def text_of(shown: tuple[Segment, ...]) -> str:
    """The characters that segments show."""
    return "".join(segment.text for segment in shown)


# --- The stage -----------------------------------------------------------------------------------------------------


@given(PROBABILITIES.filter(lambda p: p > 1e-300))
def test_the_formula_and_the_percentage_name_the_same_probability(probability: float) -> None:
    made = handmade()
    prediction = replace(made.predictions[0], probability=probability, loss=-math.log(probability))
    pair = at(replace(made, predictions=(prediction, *made.predictions[1:])), 1, 10).pair
    assert pair
    formula = "".join(ElementTree.fromstring(pair.probability).itertext())  # noqa: S314 - our own
    shown = formula.split("=")[1].replace("×10", "e").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    assert float(shown) == pytest.approx(probability, rel=1e-3)
    assert float(shown) > 0


@pytest.fixture(scope="module")
def analyze(random_checkpoint: Checkpoint) -> Callable[[str], Analysis]:
    predictor = Predictor(random_checkpoint)

    def analyze(text: str) -> Analysis:
        """The analysis of a sentence that begins with three tokens at least."""
        return predictor.analyze(f"the cat sat{text}"[:30], 8)

    return analyze


def at(analysis: Analysis, step: int, vocab_size: int, error: str = "", **options: str) -> StageView:
    """The stage of an analysis at a step, shown in some way."""
    return stage(analysis, shown_as(State(analysis.sentence, step), options)[0], vocab_size, error)


def every_step(analysis: Analysis) -> list[StageView]:
    return [at(analysis, step, 320) for step in range(1, len(analysis.tokens))]


@settings(max_examples=25)
@given(TEXT)
def test_every_step_has_one_label_all_before_it_context_and_the_rest_future(
    analyze: Callable[[str], Analysis], text: str
) -> None:
    for shown in every_step(analyze(text)):
        kinds = [token.kind for token in shown.tokens]
        future = len(kinds) - shown.step - 1
        assert kinds == ["context"] * shown.step + ["label"] + ["future"] * future


@settings(max_examples=25)
@given(TEXT)
def test_bars_label_and_remainder_fill_the_track_at_every_step(analyze: Callable[[str], Analysis], text: str) -> None:
    for shown in every_step(analyze(text)):
        assert shown.remainder
        own = [shown.label_bar.width] if shown.label_bar else []
        widths = [*(bar.width for bar in shown.bars), *own, shown.remainder.width]
        assert sum(map(float, widths)) == pytest.approx(100, abs=0.0001 * len(widths))


@settings(max_examples=25)
@given(TEXT)
def test_the_label_is_marked_once_among_the_bars_or_has_its_own(analyze: Callable[[str], Analysis], text: str) -> None:
    analysis = analyze(text)
    for prediction, shown in zip(analysis.predictions, every_step(analysis), strict=True):
        marked = [bar.rank for bar in shown.bars if bar.is_label]
        own = [shown.label_bar.rank] if shown.label_bar else []
        assert marked + own == [f"{prediction.rank:,}"]
        assert (prediction.rank <= 8) == (shown.label_bar is None)


@settings(max_examples=25)
@given(TEXT)
def test_the_staircase_is_the_causal_mask(analyze: Callable[[str], Analysis], text: str) -> None:
    shown = at(analyze(text), 1, 320)
    assume(shown.layout != "compact")
    mask = causal_mask(len(shown.rows))
    assert len(shown.rows) == len(shown.tokens) - 1
    for index, row in enumerate(shown.rows):
        # Row t's inputs are x_1 … x_{T−1}: those it may see are context; x_{t+1} is its label.
        assert [cell.kind == "context" for cell in row.cells[:-1]] == mask[index]
        assert [i for i, cell in enumerate(row.cells) if cell.kind == "label"] == [index + 1]
        assert all(cell.segments == () for cell in row.cells[index + 2 :])


@settings(max_examples=25)
@given(TEXT)
def test_every_link_leads_to_a_step_of_this_sentence(analyze: Callable[[str], Analysis], text: str) -> None:
    analysis = analyze(text)
    n_steps = len(analysis.predictions)
    for shown in every_step(analysis):
        q = {step: State(analysis.sentence, step).query() for step in range(1, n_steps + 1)}
        back, on = shown.step > 1, shown.step < n_steps
        assert [link.query for link in shown.links] == [
            q[1] if back else "",
            q[shown.step - 1] if back else "",
            q[shown.step + 1] if on else "",
            q[n_steps] if on else "",
        ]
        assert [token.query for token in shown.tokens] == ["", *q.values()]
        assert [row.query for row in shown.rows] == list(q.values())


def test_a_step_is_shown_as_worked_out_by_hand() -> None:
    shown = at(handmade(), 2, 10)
    assert shown.pair
    assert shown.pair.spoken == (
        "Pair 2 of 3: after “The cat”, the label is “sat”; the model gave it 0.50\u202f%, its 7th choice; loss 5.30."
    )
    assert (text_of(shown.pair.context), shown.pair.odds) == ("The cat", "1 in 200")
    assert shown.pair.rank == "the model’s 7th choice of 10"
    assert shown.label_bar
    assert (shown.label_bar.percent, shown.label_bar.width) == ("0.50\u202f%", "0.5000")
    assert shown.remainder
    assert (shown.remainder.text, shown.remainder.width) == ("7 other tokens", "24.5000")
    assert shown.rows[1].spoken == "Step 2: label “sat”"
    assert (shown.headline, shown.mean_loss, shown.perplexity) == ("4 tokens, 3 training pairs", "2.46", "11.7")


@pytest.mark.parametrize(
    ("rank", "words"),
    [(1, "first"), (2, "2nd"), (3, "3rd"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st"), (1022, "1,022nd")],
)
def test_a_rank_is_said_in_words(rank: int, words: str) -> None:
    made = handmade()
    predictions = (replace(made.predictions[0], rank=rank), *made.predictions[1:])
    pair = at(replace(made, predictions=predictions), 1, 8192).pair
    assert pair
    assert pair.rank == f"the model’s {words} choice of 8,192"
    assert f"its {words} choice" in pair.spoken


def test_the_fold_lays_the_inputs_over_the_same_tokens_shifted_by_one() -> None:
    shown = at(handmade(), 2, 10, rows="folded")
    assert [text_of(column.given) for column in shown.columns] == ["The", " cat", " sat"]
    assert [text_of(column.label) for column in shown.columns] == [" cat", " sat", "."]
    assert [column.kind for column in shown.columns] == ["context", "current", "future"]
    assert shown.rows == ()
    assert [(column.percent, column.loss) for column in shown.columns] == [
        (row.percent, row.loss) for row in at(handmade(), 2, 10).rows
    ]


def test_the_fold_unfolds_again_at_the_same_step() -> None:
    unfolded, folded = (at(handmade(), 2, 10, rows=rows) for rows in ("pairs", "folded"))
    assert unfolded.fold
    assert folded.fold
    assert unfolded.fold.query.endswith("step=2&rows=folded")
    assert folded.fold.query.endswith("step=2")


def test_surprise_has_a_band_at_each_power_of_ten_and_says_its_numbers() -> None:
    probabilities = (0.9, 0.3, 0.05, 0.005, 0.0005)
    made = handmade()
    predictions = tuple(
        replace(made.predictions[0], step=i, position=i + 1, probability=p, loss=-math.log(p))
        for i, p in enumerate(probabilities, start=1)
    )
    tokens = (made.tokens[0],) * 6
    shown = at(replace(made, tokens=tokens, predictions=predictions), 1, 10, tint="surprise")
    assert [token.surprise for token in shown.tokens] == ["none", "0", "1", "2", "3", "4"]
    assert [token.loss for token in shown.tokens] == ["", "0.11", "1.20", "3.00", "5.30", "7.60"]
    assert shown.tokens[2].numbers == "30.0\u202f%, 1st choice, loss 1.20"


def test_without_the_tint_no_token_has_a_band(analyze: Callable[[str], Analysis]) -> None:
    assert {token.surprise for token in at(analyze(" on"), 1, 320).tokens} == {"none"}


def said_by(formulae: tuple[str, ...]) -> str:
    return "".join("".join(ElementTree.fromstring(formula).itertext()) for formula in formulae)  # noqa: S314 - our own


def test_the_mean_loss_grows_by_a_term_a_step_to_the_sentences_own(analyze: Callable[[str], Analysis]) -> None:
    analysis = analyze(" on the mat")
    n_steps = len(analysis.predictions)
    for step in range(1, n_steps + 1):
        said = said_by(at(analysis, step, 320).so_far)
        assert said.count("ln") == min(step, view_staircase.MOST_TERMS)
        assert ("⋯" in said) == (step > view_staircase.MOST_TERMS)
        so_far = sum(prediction.loss for prediction in analysis.predictions[:step]) / step
        assert said.endswith(f"≈{loss_text(so_far)}")
    assert said.endswith(f"≈{at(analysis, 1, 320).mean_loss}")


def test_a_step_needs_no_more_room_for_the_mean_loss_than_is_kept(analyze: Callable[[str], Analysis]) -> None:
    analysis = analyze(" on the mat, and the dog sat on the cat")
    for shown in every_step(analysis):
        assert len(shown.so_far) <= len(shown.so_far_room)
        assert len(said_by(shown.so_far)) <= len(said_by(shown.so_far_room))


def test_bars_keep_room_for_the_longest_rank_and_percentage_of_any_step(shipped: Checkpoint) -> None:
    steps = every_step(Predictor(shipped).analyze("in the zq zq of the of of"))
    bars = [bar for shown in steps for bar in (*shown.bars, shown.label_bar) if bar]
    assert {shown.longest_rank for shown in steps} == {max((bar.rank for bar in bars), key=len)}
    (longest,) = {shown.longest_percent for shown in steps}
    assert longest in {bar.percent for bar in bars}
    assert len(longest) >= max(len(bar.percent) for bar in bars if "⁻" not in bar.percent)


def test_no_remainder_is_shown_where_the_bars_are_the_whole_vocabulary() -> None:
    assert at(handmade(), 1, vocab_size=2).remainder is None


def test_a_long_sentence_has_compact_rows_that_end_on_their_context(shipped: Checkpoint) -> None:
    analyze = Predictor(shipped).analyze
    repeats = {"short": 6, "middle": 9, "full": 12, "dense": 17, "compact": 24}
    for layout, analysis in ((name, analyze("one" + " one" * number)) for name, number in repeats.items()):
        shown = at(analysis, 1, 8192)
        assert shown.layout == layout
        assert all(bool(row.cells) == (layout != "compact") for row in shown.rows)
    for row, prediction in zip(shown.rows, analysis.predictions, strict=True):
        assert row.cells == ()
        assert prediction.context.endswith(text_of(row.context))
        assert row.context


def test_a_line_for_odds_is_kept_only_where_some_step_says_them() -> None:
    assert all(shown.pair and shown.pair.has_odds for shown in (at(handmade(), step, 10) for step in (1, 2, 3)))
    likely = replace(handmade(), predictions=tuple(replace(p, probability=0.5) for p in handmade().predictions))
    assert not any(shown.pair and shown.pair.has_odds for shown in (at(likely, step, 10) for step in (1, 2, 3)))


def test_a_long_context_shows_its_end_in_a_card_that_keeps_room_for_it(shipped: Checkpoint) -> None:
    analysis = Predictor(shipped).analyze("Nobody knew. " * 25)
    for prediction, shown in zip(analysis.predictions, every_step(analysis), strict=True):
        assert shown.pair
        context = text_of(shown.pair.context)
        assert prediction.context.endswith(context.removeprefix("…"))
        assert len(context) + len(prediction.label) <= view_pair.PAIR_CHARACTERS
        assert shown.pair.room == analysis.sentence[: view_pair.PAIR_CHARACTERS]
