"""Pretrain once, finetune cheaply: both arrows with their costs, and test accuracy over the number of labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from app.charts import FIRST, INK, QUIET, SECOND, Line, Mark, labels_chart
from app.finetune.curve import Curve, Point
from app.finetune.labelled import TASKS, Task
from app.finetune.training import LEARNERS, MOST_LABELS, Learner, Run
from app.formatting import THIN, counted, formula, share, term
from app.language import N_, _, number
from app.lesson.finetuning import Ends, Finetuned, runs_of
from app.lesson.state import LessonState
from app.lesson.view_scale import read_text
from app.view_card import FactView

QUESTIONS = {"sentiment": N_("Good or bad news?"), "place": N_("Indoors or outdoors?")}
LABELS = {
    "positive": N_("good"),
    "negative": N_("bad"),
    "indoors": N_("indoors"),
    "outdoors": N_("outdoors"),
}
NAMES: dict[Learner, str] = {
    "pretrained": N_("pretrained"),
    "random": N_("from scratch"),
    "words": N_("counting words"),
}
DRAWN: dict[Learner, tuple[str, str]] = {
    "pretrained": ("chart-first", FIRST),
    "random": ("chart-second", SECOND),
    "words": ("chart-line", INK),
}
CHANCE = 0.5  # of either label, since there are as many of the one as of the other


@dataclass(frozen=True)
class TaskView:
    """A task to choose."""

    name: Annotated[str, "its name in the URL"]
    question: Annotated[str, "what is asked of a sentence"]
    is_chosen: Annotated[bool, "whether it is the one"]


@dataclass(frozen=True)
class ExampleView:
    """A sentence with its label."""

    text: Annotated[str, "the sentence"]
    label: Annotated[str, "its label"]


@dataclass(frozen=True)
class ArrowView:
    """From some weights to others."""

    start: Annotated[str, "the weights before, MathML"]
    start_name: Annotated[str, "what they are"]
    name: Annotated[str, "what is done"]
    costs: Annotated[tuple[FactView, ...], "what it takes"]


@dataclass(frozen=True)
class RowView:
    """The networks and the count of words on so many labels."""

    labels: Annotated[str, "how many"]
    cells: Annotated[tuple[str, ...], "each one's test accuracy; empty where it is not kept any more"]
    seconds: Annotated[str, "the processor's time; empty for a run of the reader's own"]


@dataclass(frozen=True)
class FinetuneView:
    """The fifth instrument."""

    formula: Annotated[str, "the way of the weights, MathML"]
    arrows: Annotated[tuple[ArrowView, ...], "the two arrows with their costs"]
    end: Annotated[str, "the weights at the end, MathML"]
    tasks: Annotated[tuple[TaskView, ...], "the tasks to choose from"]
    examples: Annotated[tuple[ExampleView, ...], "a sentence of either label"]
    n_labels: Annotated[str, "the number on the slider, as the field has it"]
    most: Annotated[str, "the largest one, as the field has it"]
    at_slider: Annotated[str, "the number in words"]
    hidden: Annotated[tuple[tuple[str, str], ...], "names and values that the form keeps"]
    error: Annotated[str, "why a run could not be had; empty where it could"]
    picture: Annotated[str, "accuracy over the number of labels, SVG; empty where nothing is known yet"]
    names: Annotated[tuple[str, ...], "the networks and the count of words, in the order of the cells"]
    runs: Annotated[tuple[RowView, ...], "the reader's own runs of this task"]
    said: Annotated[str, "how the last of them ended, in a sentence; empty where there is none"]
    measured: Annotated[tuple[RowView, ...], "the stored curve, fewest labels first; empty where there is none"]
    shuffled: Annotated[str, "what the pretrained network makes of shuffled labels; empty where it was not measured"]
    is_shown: Annotated[bool, "whether it is the model that the page shows, and not another maker's, that is finetuned"]
    note: Annotated[str, "how the stored curve was made; empty where there is none"]
    rival: Annotated[str, "which of the others comes nearer to the pretrained network; empty where that is the network"]
    steps: Annotated[str, "how many steps each network takes, and what that means for the one from scratch"]


def finetune_view(
    task: Task, run: Run, known: Finetuned, state: LessonState, n_tokens: int, *, is_shown: bool
) -> FinetuneView:
    """run: the last one with so many labels, or the next; n_tokens: of its sentences; is_shown: see `FinetuneView`."""
    ends = {ran: known.ends.get(ran, {}) for ran in runs_of(state.runs) if ran.task == task.name}
    curve, (begun, pretrained, finetuned) = known.curve, _weights()
    return FinetuneView(
        formula=formula(rf"{begun} \to {pretrained} \to {finetuned}"),
        arrows=_arrows(run, known, n_tokens),
        end=formula(finetuned),
        tasks=tuple(TaskView(name, _(QUESTIONS[name]), name == task.name) for name in TASKS),
        examples=tuple(
            ExampleView(example.text, _(LABELS[example.label]))
            for label in task.labels
            for example in [next(each for each in task.train if each.label == label)]
        ),
        n_labels=state.examples,
        most=f"{MOST_LABELS}",
        at_slider=_examples(run.n_labels),
        hidden=tuple((name, value) for name, value in state.parameters.items() if name not in ("task", "examples")),
        error=known.error,
        picture=_picture(curve, task.name, ends, run.n_labels) if curve or any(ends.values()) else "",
        names=tuple(_(NAMES[network]) for network in LEARNERS),
        runs=tuple(
            RowView(
                number(ran.n_labels),
                tuple(accuracy_text(end[network].accuracy or 0.0) for network in LEARNERS if end),
                "",
            )
            for ran, end in ends.items()
        ),
        said=_said(*list(ends.items())[-1]) if ends else "",
        measured=_measured(curve, task.name) if curve else (),
        shuffled=_shuffled(curve, task.name) if curve else "",
        is_shown=is_shown,
        note=_note(curve, task) if curve else "",
        rival=_rival(curve, task.name) if curve else "",
        steps=_steps(run),
    )


def _weights() -> tuple[str, str, str]:
    """Before pretraining, after it and after finetuning, in LaTeX."""
    pre, task = (rf"\theta_{{\text{{{name}}}}}" for name in (_("pre"), _("task")))
    return term("begun", r"\theta_0"), term("pretrained", pre), term("finetuned", task)


def accuracy_text(accuracy: float) -> str:
    """A share of the test sentences, in percent."""
    return f"{number(100 * accuracy, '.1f')}{THIN}%"


def _arrows(run: Run, known: Finetuned, n_tokens: int) -> tuple[ArrowView, ...]:
    card, point, by_hand = known.card, _at(known.curve, run), _("labels by hand")
    read = {"tokens": number(round(n_tokens * run.times_read)), "times": number(run.times_read, ".3g")}
    took = {"seconds": number(point.cpu_seconds, ".1f"), "n": number(point.n_labels)} if point else {}
    pretraining = {
        _("tokens"): ": ".join(filter(None, (number(card["tokens_seen"]), read_text(card))))
        if card
        else _("not known"),
        _("time"): _("%(minutes)s minutes") % {"minutes": number(card["training_minutes"], ",.0f")}
        if card
        else _("not known"),
        by_hand: number(0),
    }
    finetuning = {
        _("tokens"): _("%(tokens)s: each sentence %(times)s times") % read if run.n_labels else number(0),
        _("time"): _("%(seconds)s s for %(n)s labels") % took if took else _("not measured"),
        by_hand: number(run.n_labels),
    }
    begun, pretrained, _finetuned = _weights()
    return (
        ArrowView(formula(begun), _("random weights"), _("pretraining, once"), _facts(pretraining)),
        ArrowView(formula(pretrained), _("a language model"), _("finetuning, for each task"), _facts(finetuning)),
    )


def _facts(costs: Mapping[str, str]) -> tuple[FactView, ...]:
    return tuple(FactView(name, text) for name, text in costs.items())


def _at(curve: Curve | None, run: Run) -> Point | None:
    """The measured point whose number of labels is nearest to a run's."""
    points = curve.points_of(run.task, "pretrained") if curve else ()
    return min(points, key=lambda point: abs(point.n_labels - run.n_labels), default=None)


def _picture(curve: Curve | None, task: str, ends: Mapping[Run, Ends], n_labels: int) -> str:
    lines = [Line(_("chance"), [(0, CHANCE), (MOST_LABELS, CHANCE)], "chart-guide", QUIET, "4 4", 1.5)]
    for network, drawn in DRAWN.items():
        points = curve.points_of(task, network) if curve else ()
        if not points:
            continue
        means = [(point.n_labels, point.accuracy) for point in points]
        lines.append(Line(_(NAMES[network]), means, *drawn, spread=[point.spread for point in points]))
    marks = [
        Mark((run.n_labels, end[network].accuracy or 0.0), _(NAMES[network]), *DRAWN[network])
        for run, end in ends.items()
        for network in end
    ]
    return labels_chart(_("Test accuracy over the number of labels"), lines, n_labels, marks)


def _said(run: Run, end: Ends) -> str:
    if not end:
        return _("The last run is not kept any more: finetune again.")
    message = _(
        "With %(labels)s, right in the end: %(pretrained)s pretrained, %(random)s from scratch, "
        "%(words)s by counting words."
    )
    accuracies: dict[str, str] = {network: accuracy_text(progress.accuracy or 0.0) for network, progress in end.items()}
    return message % {**accuracies, "labels": _examples(run.n_labels)}


def _examples(n_labels: int) -> str:
    return counted(n_labels, "%(n)s labelled example", "%(n)s labelled examples")


def _measured(curve: Curve, task: str) -> tuple[RowView, ...]:
    rows = zip(*(curve.points_of(task, network) for network in LEARNERS), strict=True)
    return tuple(
        RowView(
            number(row[0].n_labels),
            tuple(f"{number(100 * point.accuracy, '.1f')} ± {number(100 * point.spread, '.1f')}" for point in row),
            number(sum(point.cpu_seconds for point in row), ".1f"),
        )
        for row in rows
    )


def _shuffled(curve: Curve, task: str) -> str:
    points = curve.points_of(task, LEARNERS[0], is_shuffled=True)
    message = _("With the %(n)s labels shuffled among their sentences, the pretrained network is right in %(share)s.")
    return " ".join(message % {"n": number(point.n_labels), "share": share(point.accuracy)} for point in points)


def _note(curve: Curve, task: Task) -> str:
    return _(
        "All are tested on %(tests)s other sentences. Lines: the mean of %(seeds)s runs, each with other sentences, "
        "drawn from the %(train)s that there are, and other random numbers. With all %(train)s, every run learns from "
        "the same sentences, and only their order and the random weights differ. Whiskers reach one standard "
        "deviation up and down, the usual distance of a run from the mean. Either network has a learning rate of its "
        "own. Made by python -m app finetune-curve."
    ) % {"tests": number(len(task.test)), "seeds": number(len(curve.seeds)), "train": number(len(task.train))}


def _rival(curve: Curve, task: str) -> str:
    ends = {learner: points[-1] for learner in LEARNERS if (points := curve.points_of(task, learner))}
    if len(ends) < len(LEARNERS) or ends["words"].accuracy <= ends["random"].accuracy:
        return ""
    message = _(
        "The network from scratch is not the strongest rival. With %(n)s labels it is right in %(random)s, a plain "
        "count of words (naive Bayes) in %(words)s and the pretrained network in %(pretrained)s: what pretraining adds "
        "to the labels is its lead over the count."
    )
    accuracies: dict[str, str] = {name: accuracy_text(point.accuracy) for name, point in ends.items()}
    return message % {**accuracies, "n": number(ends["words"].n_labels)}


def _steps(run: Run) -> str:
    if not run.n_steps:
        return _("Without labels, neither network takes a step.")
    return _(
        "With %(labels)s, both networks take the same %(n)s steps. From random weights, so few are too few to learn "
        "English as well: that line shows what pretraining saves, not the best that can be done without."
    ) % {"labels": _examples(run.n_labels), "n": number(run.n_steps)}
