"""The same loss, twice, as words, digits and a curve: of a person's label, and of a text's own."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from app.charts import FIRST, INK, SECOND, Axis, Mark, curve_chart
from app.formatting import counted, decimal, formula, loss_digits, loss_text, percent, share, term, visible
from app.language import _, number
from app.lesson.same_loss import Answer, Match
from app.lesson.state import LessonState

LOWEST = 0.001  # the smallest probability on the curve


@dataclass(frozen=True)
class AnswerView:
    """The loss of one right answer."""

    title: Annotated[str, "whose label it is"]
    given: Annotated[str, "the text, or the context"]
    label: Annotated[str, "the label"]
    percent: Annotated[str, "what the model gave it"]
    n_labelled: Annotated[str, "the labelled texts that its head was fitted on; empty where there were none"]
    formula: Annotated[str, "its loss, MathML"]


@dataclass(frozen=True)
class MatchView:
    """Mean losses with labels where they belong, and shuffled."""

    title: Annotated[str, "over what"]
    own: Annotated[str, "mean loss in nats with each label at its own example"]
    shuffled: Annotated[str, "the same with labels shuffled"]
    own_width: Annotated[str, "a bar's length in percent of the track, for SVG"]
    shuffled_width: Annotated[str, "the same for the shuffled ones"]


@dataclass(frozen=True)
class LossView:
    """The third instrument."""

    general: Annotated[str, "the formula of the loss, MathML"]
    curve: Annotated[str, "−ln p with the answers on it, SVG"]
    slider: Annotated[str, "the probability on the slider, in percent, as the field has it"]
    at_slider: Annotated[str, "the loss there, MathML"]
    hidden: Annotated[tuple[tuple[str, str], ...], "names and values that the slider's form keeps"]
    answers: Annotated[tuple[AnswerView, ...], "a person's, and the text's"]
    shuffle: Annotated[str, "the URL's query that shuffles the labels, or puts them back"]
    is_shuffled: Annotated[bool, "whether they are shuffled"]
    matches: Annotated[tuple[MatchView, ...], "of the labelled texts, and of the sentence's pairs"]
    verdict: Annotated[str, "what shuffling did to both losses, and why; before it, what to do"]


def loss_view(by_hand: Answer, own: Answer, matches: tuple[Match, Match], state: LessonState) -> LossView:
    """by_hand: a person's label, and what a classifier gave it; own: a text's, and what the language model gave it."""
    p, right = float(state.probability) / 100, _("right answer")
    answer = term("label", rf"\text{{{right}}}")
    highest = max(loss for match in matches for loss in (match.own, match.shuffled))
    titles = (
        _("%(n)s texts that a person labelled") % {"n": number(matches[0].n_pairs)},
        counted(matches[1].n_pairs, "%(n)s pair of your sentence", "%(n)s pairs of your sentence"),
    )
    return LossView(
        general=formula(rf"\ell = -\ln {term('probability', 'p')}({answer})"),
        curve=_curve(p, by_hand, own),
        slider=state.probability,
        at_slider=formula(rf"-\ln \, {decimal(p)} \approx {loss_digits(-math.log(p))}"),
        hidden=tuple((name, value) for name, value in state.parameters.items() if name != "probability"),
        answers=(
            _answer(_("A person’s label"), by_hand, by_hand.label),
            _answer(_("The text’s own label"), own, visible(own.label)),
        ),
        shuffle=state.query(shuffled="" if state.shuffled else "yes"),
        is_shuffled=bool(state.shuffled),
        matches=tuple(
            MatchView(
                title,
                loss_text(match.own),
                loss_text(match.shuffled),
                f"{100 * match.own / highest:.2f}",
                f"{100 * match.shuffled / highest:.2f}",
            )
            for title, match in zip(titles, matches, strict=True)
        ),
        verdict=_verdict(titles, matches)
        if state.shuffled
        else _("Each label stands at its own text now. Shuffle them, and watch both losses."),
    )


def _verdict(titles: Sequence[str], matches: Sequence[Match]) -> str:
    """What shuffling did to each loss, to the digits that are shown; and where one did not rise, why."""
    learnt = _("What is learnt is the match of labels and texts, whoever wrote the labels.")
    moves = [_move(match) for match in matches]
    if all(move > 0 for move in moves):
        return _("Both losses rose, though every label is still a label that someone gave.") + f" {learnt}"
    told = {1: _("%(what)s: the loss rose."), 0: _("%(what)s: the loss stayed."), -1: _("%(what)s: the loss fell.")}
    said = [told[move] % {"what": title} for title, move in zip(titles, moves, strict=True)]
    if any(match.n_moved == 0 for match in matches):
        said.append(_("Where all labels are equal, or there is only one, shuffling changes nothing."))
    if any(move <= 0 < match.n_moved for move, match in zip(moves, matches, strict=True)):
        said.append(
            _(
                "Among few labels, some may be as likely in another’s place, or likelier, "
                "above all where the model knew none of them."
            )
        )
    return " ".join([*said, learnt])


def _move(match: Match) -> int:
    """1 where the loss rose, 0 where it reads the same as before, −1 where it fell."""
    if loss_text(match.own) == loss_text(match.shuffled):
        return 0
    return 1 if match.shuffled > match.own else -1


def _answer(title: str, answer: Answer, label: str) -> AnswerView:
    p = answer.probability
    loss = -math.log(p)
    return AnswerView(
        title,
        answer.given,
        label,
        percent(p, loss),
        number(answer.n_labelled) if answer.n_labelled else "",
        formula(rf"-\ln \, {decimal(p, loss)} \approx {loss_digits(loss)}"),
    )


def _curve(p: float, by_hand: Answer, own: Answer) -> str:
    """−ln p over p, with the slider's place and the two answers'."""
    across = Axis(_("p, the probability of the right answer"), 0, 1, [(k / 4, share(k / 4)) for k in range(5)])
    top = -math.log(LOWEST)
    up = Axis(_("loss in nats"), 0, top, [(k, number(k)) for k in range(0, int(top) + 1, 2)])
    line = [(x, -math.log(x)) for x in (LOWEST * (1 / LOWEST) ** (i / 120) for i in range(121))]
    marks = [
        Mark(_on_curve(by_hand.probability), _("a person’s"), "mark-first", FIRST),
        Mark(_on_curve(own.probability), _("the text’s"), "mark-second", SECOND),
        Mark(_on_curve(p), "", "mark-slider", INK),
    ]
    return curve_chart(_("The loss falls from infinity at p = 0 to nothing at p = 1"), across, up, line, marks)


def _on_curve(p: float) -> tuple[float, float]:
    """A probability's point; one too small for the curve is at its end."""
    return (max(p, LOWEST), -math.log(max(p, LOWEST)))
