"""What the lesson's templates show: its parts, each instrument's numbers, and the quiz."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from app.language import N_, _
from app.lesson.quiz import given, questions, with_answer
from app.lesson.state import LessonState
from app.lesson.view_finetune import FinetuneView
from app.lesson.view_labelling import LabellingView
from app.lesson.view_loss import LossView
from app.lesson.view_scale import ScaleView
from app.predict import Analysis
from app.view import StageView
from app.view_bitter import BitterView
from app.view_options import LanguageView, OptionView

PARTS = {  # name in the URL -> title
    "labels": N_("Labels are costly"),
    "text": N_("The text is its own label"),
    "loss": N_("The loss is the same"),
    "scale": N_("As many labels as there is text"),
    "finetune": N_("Pretrain once, finetune cheaply"),
    "bitter": N_("The bitter lesson"),
}


@dataclass(frozen=True)
class PartView:
    """A part of the lesson, as a link to it alone."""

    name: Annotated[str, "its name in the URL, and of its place on the page"]
    number: Annotated[str, "its number; empty for the coda"]
    title: Annotated[str, "what it says in a line"]
    is_shown: Annotated[bool, "whether the page has it"]


@dataclass(frozen=True)
class ChoiceView:
    """One answer to choose."""

    text: Annotated[str, "what it says"]
    query: Annotated[str, "the URL's query with this answer given"]
    mark: Annotated[str, "right or wrong where it was given, right where it should have been, else empty"]
    is_given: Annotated[bool, "whether the reader chose it"]


@dataclass(frozen=True)
class QuestionView:
    """A question with its choices."""

    id: Annotated[str, "stable name, so that focus stays"]
    text: Annotated[str, "what is asked"]
    choices: Annotated[tuple[ChoiceView, ...], "the answers to choose from"]
    verdict: Annotated[str, "whether the answer was right, in a word; empty before one is given"]
    why: Annotated[str, "why the right one is; empty before one is given"]


@dataclass(frozen=True)
class LessonView:
    """The lesson, or one part of it alone."""

    title: Annotated[str, "the document's title"]
    path: Annotated[str, "what follows /lesson in the address: empty, or / and a part's name"]
    parts: Annotated[tuple[PartView, ...], "all parts"]
    shown: Annotated[tuple[PartView, ...], "the parts that the page has"]
    error: Annotated[str, "what is wrong with the input; empty where nothing is"]
    wrong: Annotated[frozenset[str], "the fields that it is wrong in, where it is one that a person types into"]
    sentence: Annotated[str, "the reader's own, as it stands in the field"]
    hidden: Annotated[tuple[tuple[str, str], ...], "names and values that a form for another sentence keeps"]
    query: Annotated[str, "the URL's query of this very view"]
    full: Annotated[str, "the same without what a page that embeds this one asked for"]
    hides: Annotated[frozenset[str], "what that page wants left out"]
    stage_query: Annotated[str, "the same sentence at the same step on the stage"]
    themes: Annotated[tuple[OptionView, ...], "as the system, light or dark; without a query the one that is shown"]
    languages: Annotated[tuple[LanguageView, ...], "the languages of the interface"]
    quiz: Annotated[dict[str, tuple[QuestionView, ...]], "the questions by part"]
    labelling: Annotated[LabellingView | None, "the first instrument, where it is shown"]
    stage: Annotated[StageView | None, "the second"]
    loss: Annotated[LossView | None, "the third"]
    scale: Annotated[ScaleView | None, "the fourth"]
    finetune: Annotated[FinetuneView | None, "the fifth"]
    bitter: Annotated[BitterView | None, "the coda's; None where it is not shown, or was not measured for this model"]


def parts(shown: str) -> tuple[PartView, ...]:
    """All parts; shown: the one that stands alone, or empty for all."""
    return tuple(
        PartView(name, "" if name == "bitter" else f"{number}", _(title), shown in ("", name))
        for number, (name, title) in enumerate(PARTS.items(), start=1)
    )


def quiz_view(
    part: str, analysis: Analysis, state: LessonState, bitter: dict[str, Any] | None = None
) -> tuple[QuestionView, ...]:
    """The questions of one part, with the answers that the URL has; bitter: what the coda shows."""
    answers = given(state.quiz)
    shown = []
    for question in questions(part, analysis, state.step, bitter):
        answer = answers.get(question.letter)
        is_answered = answer is not None and answer < len(question.choices)
        shown.append(
            QuestionView(
                id=f"question-{question.letter}",
                text=question.text,
                choices=tuple(
                    ChoiceView(
                        text,
                        state.query(quiz=with_answer(state.quiz, question.letter, i)),
                        _mark(i, answer, question.right) if is_answered else "",
                        is_given=i == answer,
                    )
                    for i, text in enumerate(question.choices)
                ),
                verdict=(_("Right.") if answer == question.right else _("Not quite.")) if is_answered else "",
                why=question.why if is_answered else "",
            )
        )
    return tuple(shown)


def _mark(choice: int, answer: int | None, right: int) -> str:
    if choice == right:
        return "right"
    return "wrong" if choice == answer else ""


def page_title(shown: Sequence[PartView]) -> str:
    """The document's title."""
    title = shown[0].title if len(shown) == 1 else _("The lesson")
    return f"{title} · Free Labels"
