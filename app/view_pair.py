"""The pair that the stage shows, and the model's expectations beside it as bars."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from app.formatting import (
    Segment,
    context_segments,
    counted,
    decimal,
    end_of,
    formula,
    loss_digits,
    loss_text,
    odds,
    ordinal,
    percent,
    segments,
    term,
    visible,
)
from app.language import _, number
from app.predict import Analysis, Prediction
from app.view_words import FactorView, choice, factors

PAIR_CHARACTERS = 160  # of context and label in the pair's card; a longer context shows its end
NARROW = re.compile("[\u202f⁻⁰¹²³⁴⁵⁶⁷⁸⁹]")  # characters that take little room in a number


@dataclass(frozen=True)
class PairView:
    """The pair that is shown."""

    context: Annotated[tuple[Segment, ...], "x_1 … x_{t−1}; its end, where it is long"]
    label: Annotated[tuple[Segment, ...], "x_t"]
    room: Annotated[str, "the same text at every step, invisible behind it, so that the card keeps its height"]
    has_odds: Annotated[bool, "whether any step says odds, so that each keeps a line for them where they take one"]
    probability: Annotated[str, "the formula of P(label | context), MathML"]
    loss: Annotated[str, "the formula of its loss, MathML"]
    percent: Annotated[str, "P(label | context) in percent"]
    odds: Annotated[str, "the same as 1 in n, where it is small"]
    factors: Annotated[tuple[FactorView, ...], "the probabilities that it is the product of, where the label is a word"]
    rank: Annotated[str, "the label's place among all tokens, in words"]
    rank_rooms: Annotated[tuple[str, ...], "the longest that it is at any step, invisible behind it"]
    spoken: Annotated[str, "the whole step in one sentence, for a screen reader"]


@dataclass(frozen=True)
class BarView:
    """One bar of what the model expected."""

    segments: Annotated[tuple[Segment, ...], "the token's text"]
    percent: Annotated[str, "its probability, as shown"]
    width: Annotated[str, "the bar's length in percent of the track, for SVG"]
    rank: Annotated[str, "its rank, as shown"]
    is_label: Annotated[bool, "whether it is the label"]
    is_guess: Annotated[bool, "whether it is what the visitor guessed"] = False


@dataclass(frozen=True)
class RemainderView:
    """The bar of everything that the other bars leave."""

    text: Annotated[str, "how many tokens it stands for"]
    percent: Annotated[str, "their probability together, as shown"]
    width: Annotated[str, "the bar's length in percent of the track, for SVG"]


def pair_view(analysis: Analysis, prediction: Prediction, vocab_size: int) -> PairView:
    """The pair in numbers, formulae and a spoken sentence."""
    t = prediction.position
    p, in_percent = decimal(prediction.probability, prediction.loss), percent(prediction.probability, prediction.loss)
    x = "w" if analysis.unit == "word" else "x"
    label, before = term("label", rf"{x}_{{{t}}}"), term("context", rf"{x}_{{<{t}}}")
    room = PAIR_CHARACTERS - len(prediction.label)
    return PairView(
        context=context_segments(end_of(prediction.context, room)),
        label=segments(prediction.label),
        room="".join(token.text for token in analysis.tokens)[:PAIR_CHARACTERS],
        has_odds=any(odds(other.probability) for other in analysis.predictions),
        probability=formula(rf"{term('probability', 'P')}({label} \mid {before}) = {p}"),
        loss=formula(rf"-\ln \, {p} \approx {loss_digits(prediction.loss)}"),
        percent=in_percent,
        odds=odds(prediction.probability),
        factors=factors(analysis, prediction),
        rank=_rank(prediction, vocab_size),
        rank_rooms=_rank_rooms(analysis, vocab_size),
        spoken=_(
            "Pair %(step)s of %(pairs)s: after “%(context)s”, the label is “%(label)s”; the model gave it %(percent)s, "
            "%(choice)s; loss %(loss)s."
        )
        % {
            "step": prediction.step,
            "pairs": len(analysis.predictions),
            "context": prediction.context.strip(),
            "label": prediction.label.strip() or visible(prediction.label),
            "percent": in_percent,
            "choice": choice(prediction, _("its first choice") if prediction.rank == 1 else _("its %(place)s choice")),
            "loss": loss_text(prediction.loss),
        },
    )


def _rank(prediction: Prediction, vocab_size: int) -> str:
    is_split = len(prediction.parts) > 1
    message = {
        (False, True): _("the model’s first choice of %(n)s"),
        (False, False): _("the model’s %(place)s choice of %(n)s"),
        (True, True): _("its first token was the model’s first choice of %(n)s"),
        (True, False): _("its first token was the model’s %(place)s choice of %(n)s"),
    }[is_split, prediction.rank == 1]
    return message % {"place": ordinal(prediction.rank), "n": number(vocab_size)}


def _rank_rooms(analysis: Analysis, vocab_size: int) -> tuple[str, ...]:
    """The rank of the most letters and the one of the most digits: which is wider, only the browser's font knows."""
    texts = {prediction.rank: _rank(prediction, vocab_size) for prediction in analysis.predictions}
    return (max(texts.values(), key=len), texts[max(texts)])


def bars(prediction: Prediction) -> tuple[BarView, ...]:
    """The model's top candidates, best first."""
    return tuple(
        _bar(candidate.text, candidate.probability, f"{rank}", candidate.id == prediction.label_id)
        for rank, candidate in enumerate(prediction.top, start=1)
    )


def label_bar(prediction: Prediction) -> BarView | None:
    """The label's own bar, where it is not among the top candidates; of a word, its first token's."""
    if in_top(prediction):
        return None
    first = prediction.first
    return _bar(first.label, first.probability, number(first.rank), is_label=True)


def in_top(prediction: Prediction) -> bool:
    """Whether the label is among the top candidates."""
    return any(candidate.id == prediction.label_id for candidate in prediction.top)


def remainder(prediction: Prediction, vocab_size: int) -> RemainderView | None:
    """What neither the top candidates nor the label's own bar shows; None where they are the whole vocabulary."""
    first, is_top = prediction.first, in_top(prediction)
    others = vocab_size - len(first.top) - (not is_top)
    probability = first.remainder if is_top else max(0.0, first.remainder - first.probability)
    return remainder_of(others, probability)


def remainder_of(others: int, probability: float) -> RemainderView | None:
    """The bar of so many tokens with so much probability together; None where there are none."""
    if not others:
        return None
    text = counted(others, "%(n)s other token", "%(n)s other tokens")
    return RemainderView(text, percent(probability), width(probability))


def longest_rank(analyses: Iterable[Analysis]) -> str:
    """The longest rank beside the bars of any step, at any moment of the training that can be shown."""
    predictions = [prediction for analysis in analyses for prediction in analysis.predictions]
    return number(max(len(predictions[0].top), *(each.rank for each in predictions)))


def longest_percent(analyses: Iterable[Analysis]) -> str:
    """The widest of all percentages beside the bars of any step, in the same way; a raised digit is narrow."""
    predictions = [prediction for analysis in analyses for prediction in analysis.predictions]
    shown = {percent(prediction.first.probability) for prediction in predictions}
    shown |= {percent(candidate.probability) for prediction in predictions for candidate in prediction.top}
    return max(sorted(shown), key=lambda text: len(NARROW.sub("", text)))


def _bar(text: str, probability: float, rank: str, is_label: bool) -> BarView:
    return BarView(segments(text), percent(probability), width(probability), rank, is_label)


def width(probability: float) -> str:
    """A bar's length in percent of the track."""
    return f"{100 * probability:.4f}"
