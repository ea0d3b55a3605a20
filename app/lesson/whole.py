"""The lesson put together: what each part shows, computed for the reader's sentence and for what they did."""

from typing import Any
from urllib.parse import urlencode

from torch import Tensor

from app.count import Count
from app.finetune.labelled import load
from app.language import _
from app.lesson.labelling import Labelling, chosen
from app.lesson.same_loss import Answer, match, text_answer, text_match
from app.lesson.state import LessonState
from app.lesson.view import LessonView, page_title, parts, quiz_view
from app.lesson.view_labelling import NAMES, LabellingView, labelling_view
from app.lesson.view_loss import LossView, loss_view
from app.lesson.view_scale import CountedView, scale_view
from app.predict import Analysis, Predictor
from app.ruler import ESTIMATES, Mark
from app.view import stage
from app.view_bitter import bitter_view

TASK = "sentiment"  # whose sentences are labelled by hand in the first part, and scored in the third
TO_LABEL = ("a book, on average", "English Wikipedia", "FineWeb, a cleaned web")  # of the ruler's estimates


def lesson(
    predictor: Predictor,
    analysis: Analysis,
    state: LessonState,
    part: str,
    error: str = "",
    *,
    rows: Tensor,
    megabytes: int,
    corpus: Count | None = None,
    bitter: dict[str, Any] | None = None,
    counted: CountedView | None = None,
    count_error: str = "",
) -> LessonView:
    """The lesson, or one part of it alone, for a sentence at the state's step.

    rows: ln P of either label for each test sentence of `TASK`, (N, 2), by a classifier that learnt from the others;
    megabytes: the largest file that may be counted; corpus: what the model read; bitter: what
    `python -m app bitter` stored with it; counted: what was counted of a text
    of the reader's, or count_error: why it could not be.
    """
    shown = [each for each in parts(part) if each.is_shown]
    names = {each.name for each in shown}
    vocab_size = predictor.model.vocab_size
    own = [(_("your sentence"), Count(1, len(analysis.tokens)))]
    return LessonView(
        title=page_title(shown),
        path=f"/{part}" if part else "",
        parts=parts(part),
        shown=tuple(shown),
        error=error,
        sentence=state.sentence,
        hidden=tuple(
            (name, value) for name, value in state.parameters.items() if name not in ("sentence", "step", "guesses")
        ),
        query=state.query(),
        stage_query=urlencode({"sentence": state.sentence, "step": state.step, **state.options}),
        quiz={name: quiz_view(name, analysis, state) for name in names},
        labelling=_labelling(predictor, state) if "labels" in names else None,
        stage=stage(analysis, state, vocab_size) if "text" in names else None,
        loss=_loss(predictor, analysis, state, rows) if "loss" in names else None,
        scale=scale_view(
            [*own, *([(_("what the model read"), corpus)] if corpus else [])], megabytes, counted, count_error
        )
        if "scale" in names
        else None,
        bitter=bitter_view(bitter) if bitter and "bitter" in names else None,
    )


def _labelling(predictor: Predictor, state: LessonState) -> LabellingView:
    examples = chosen(load(TASK))
    lengths = [len(predictor.model.tokens(example.text)) for example in examples]
    estimates = {mark.name: mark for mark in ESTIMATES}
    amounts = [
        (_("a thousand texts"), 1_000, ""),
        (_("a million texts"), 1_000_000, ""),
        *((_("the pairs of %(what)s") % {"what": _(name)}, *_estimate(estimates[name])) for name in TO_LABEL),
    ]
    return labelling_view(Labelling(examples, state.labels), state, amounts, Count(len(lengths), sum(lengths)))


def _estimate(mark: Mark) -> tuple[int, str]:
    source = mark.source
    return mark.number, f"{source.authors} {source.year}" if source else ""


def _loss(predictor: Predictor, analysis: Analysis, state: LessonState, rows: Tensor) -> LossView:
    """rows: ln P of either label for each of the task's test sentences, (N, 2)."""
    task = load(TASK)
    labels = [task.labels.index(example.label) for example in task.test]
    shown = task.test.index(chosen(task)[0])
    example = task.test[shown]
    by_hand = Answer(example.text, _(NAMES[example.label[0]]), float(rows[shown, labels[shown]].exp()))
    own = text_answer(analysis.predictions[state.step - 1])
    matches = match(rows, labels), text_match(predictor.model, [token.id for token in analysis.tokens])
    return loss_view(by_hand, own, matches, state)
