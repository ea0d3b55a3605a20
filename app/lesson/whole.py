"""The lesson put together: what each part shows, computed for the reader's sentence and for what they did."""

from typing import Any
from urllib.parse import urlencode

from app.count import OPENING, Count, Document, of_corpus
from app.finetune.labelled import load
from app.finetune.training import drawn
from app.language import _
from app.lesson.by_hand import own, scored
from app.lesson.finetuning import Finetuned, last_run, next_run, runs_of
from app.lesson.labelling import Labelling, chosen
from app.lesson.same_loss import Answer, match, text_answer, text_match
from app.lesson.state import LessonState
from app.lesson.view import LessonView, page_title, parts, quiz_view
from app.lesson.view_finetune import FinetuneView, finetune_view
from app.lesson.view_labelling import NAMES, LabellingView, labelling_view
from app.lesson.view_loss import LossView, loss_view
from app.lesson.view_scale import CountedView, counted_view, read_note, scale_view
from app.predict import Analysis, Predictor
from app.ruler import ESTIMATES, Mark
from app.state import OF_SENTENCE
from app.view import full_query, stage
from app.view_bitter import bitter_view
from app.view_options import languages, themes

TASK = "sentiment"  # whose sentences are labelled by hand in the first part, and scored in the third
TO_LABEL = ("a book, on average", "English Wikipedia", "FineWeb, a cleaned web")  # of the ruler's estimates


def lesson(
    predictor: Predictor,
    analysis: Analysis,
    state: LessonState,
    part: str,
    error: str = "",
    *,
    wrong: frozenset[str] = frozenset(),
    megabytes: int,
    card: dict[str, Any],
    bitter: dict[str, Any] | None = None,
    finetuned: Finetuned,
    counted: CountedView | None = None,
    count_error: str = "",
) -> LessonView:
    """The lesson, or one part of it alone, for a sentence at the state's step.

    wrong: the fields that the error is about; megabytes: the largest file that may be counted; card: the model's;
    bitter: what `python -m app bitter` stored with it; finetuned: what is known of finetuning it; counted: what was
    counted of a text of the reader's, or count_error: why it could not be.
    """
    shown = [each for each in parts(part) if each.is_shown]
    names = {each.name for each in shown}
    vocab_size = predictor.model.vocab_size
    corpus = of_corpus(card)
    mine = (_("your sentence"), Count(1, len(analysis.tokens)))
    if not (counted or count_error):  # what is counted before the reader gives a text
        counted = counted_view(*mine, [Document(1, analysis.sentence[:OPENING], len(analysis.tokens))])
    return LessonView(
        title=page_title(shown),
        path=f"/{part}" if part else "",
        parts=parts(part),
        shown=tuple(shown),
        error=error,
        wrong=wrong,
        sentence=state.sentence,
        hidden=tuple((name, value) for name, value in state.parameters.items() if name not in OF_SENTENCE),
        query=state.query(),
        full=full_query(state),
        hides=frozenset(state.hide),
        stage_query=urlencode({"sentence": state.sentence, "step": state.step, **state.options}),
        themes=themes(state),
        languages=languages(lambda code: state.query(lang=code)),
        quiz={name: quiz_view(name, analysis, state, bitter) for name in names},
        labelling=_labelling(predictor, state) if "labels" in names else None,
        stage=stage(analysis, state, vocab_size) if "text" in names else None,
        loss=_loss(predictor, analysis, state) if "loss" in names else None,
        scale=scale_view(
            [mine, *([(_("what the model read"), corpus)] if corpus else [])],
            megabytes,
            counted,
            count_error,
            read=read_note(card),
        )
        if "scale" in names
        else None,
        finetune=_finetune(predictor, state, finetuned) if "finetune" in names else None,
        bitter=bitter_view(bitter, card) if bitter and "bitter" in names else None,
    )


def _labelling(predictor: Predictor, state: LessonState) -> LabellingView:
    examples = chosen(load(TASK))
    lengths = [len(predictor.model.tokens(example.text)) for example in examples]
    estimates = {mark.name: mark for mark in ESTIMATES}
    amounts = [
        (_("a thousand texts"), 1_000, ""),
        (_("a million texts"), 1_000_000, ""),
        *((_billed(estimates[name]) % {"what": _(name)}, *_estimate(estimates[name])) for name in TO_LABEL),
    ]
    return labelling_view(Labelling(examples, state.labels), state, amounts, Count(len(lengths), sum(lengths)))


def _billed(mark: Mark) -> str:
    return _("the pairs of %(what)s: at least one a word") if mark.unit == "words" else _("the pairs of %(what)s")


def _estimate(mark: Mark) -> tuple[int, str]:
    source = mark.source
    return mark.number, f"{source.authors} {source.year}" if source else ""


def _loss(predictor: Predictor, analysis: Analysis, state: LessonState) -> LossView:
    task, rows = load(TASK), scored(predictor.model, TASK)
    labels = [task.labels.index(example.label) for example in task.test]
    shown = task.test.index(chosen(task)[0])
    example = task.test[shown]
    probability = float(rows[shown, labels[shown]].exp())
    by_hand = Answer(example.text, _(NAMES[example.label[0]]), probability, len(task.train))
    by_text = text_answer(analysis.predictions[state.step - 1])
    matches = match(rows, labels), text_match(predictor.model, [token.id for token in analysis.tokens])
    return loss_view(by_hand, by_text, matches, state)


def _finetune(predictor: Predictor, state: LessonState, known: Finetuned) -> FinetuneView:
    task, model = load(state.task), own(predictor.model)
    asked = runs_of(state.runs), state.task, int(state.examples)
    run = last_run(*asked) or next_run(*asked)
    n_tokens = sum(len(model.tokens(example.text)) for example in drawn(task, run))
    return finetune_view(task, run, known, state, n_tokens, is_shown=model is predictor.model)
