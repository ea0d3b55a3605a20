"""A lesson's whole state, which is its URL: the stage's, and what the reader did at each instrument."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.finetune.labelled import TASKS
from app.finetune.training import MOST_LABELS
from app.language import N_, _, marked
from app.lesson.finetuning import runs_of
from app.lesson.labelling import LABELS, N_TEXTS
from app.sentences import InputError
from app.state import State

SHORTEST, MAX_SECONDS, MAX_WAGE = 0.001, 86_400.0, 10_000.0
GROUPS = re.compile(r"(?<=[0-9])(?<!\b0)[\s.,](?=[0-9]{3}(?![0-9]))")  # between thousands
FIELDS = {  # what a field is called where a person fills it in
    "wage": N_("An hour’s wage, in whatever currency"),
    "probability": N_("Probability of the right answer, in percent"),
    "examples": N_("How many labelled sentences they learn from"),
}
QUIZ = re.compile(r"(?:[a-z][0-9]){0,40}")


@dataclass(frozen=True)
class LessonState(State):
    """One view of the lesson, or of one of its instruments."""

    labels: str = ""  # those given by hand so far, a letter of `LABELS` each
    begun: str = ""  # when the first text was shown: seconds since 1970 by the server's clock; none before
    seconds: str = ""  # how long all labels took; none before the last
    wage: str = "15"  # an hour, in whatever currency
    probability: str = "50"  # of the right answer, in percent, on the slider of step 3
    shuffled: str = ""  # "yes", where step 3 shows the losses with labels shuffled
    task: str = "place"  # that step 5 finetunes for
    examples: str = "20"  # with labels, that the next run of it learns from
    runs: str = ""  # of step 5 so far, as app.lesson.finetuning writes them
    quiz: str = ""  # answers, a question's letter and a choice's digit each

    @property
    def own(self) -> dict[str, str]:
        """What is not at its default, beside the stage's own parameters."""
        defaults = LessonState("")
        return {name: getattr(self, name) for name in READERS if getattr(self, name) != getattr(defaults, name)}

    @property
    def is_just_done(self) -> bool:
        """Whether the last label was given and the clock still runs."""
        return len(self.labels) == N_TEXTS and bool(self.begun) and not self.seconds

    def stopped(self, now: float) -> "LessonState":
        """The state with the clock stopped; begun anew where it cannot be right, as from a link of the day before."""
        seconds = now - float(self.begun)
        if not SHORTEST <= seconds <= MAX_SECONDS:
            return replace(self, begun="", labels="", seconds="")
        return replace(self, begun="", seconds=f"{seconds:.3f}")

    @property
    def parameters(self) -> dict[str, str]:
        """The URL's parameters, for a form's hidden fields."""
        return {**super().parameters, **self.own}


def read(state: LessonState, asked: Mapping[str, str]) -> tuple[LessonState, tuple[str, ...]]:
    """The state with what a URL says of the instruments, and a message for each part of it that cannot be."""
    found: dict[str, Any] = {}
    refused = []
    for name, check in READERS.items():
        if name in asked:
            try:
                found[name] = check(name, asked[name])
            except InputError as error:
                refused.append(error.message)
    state = replace(state, **found)
    if len(state.labels) < N_TEXTS:
        state = replace(state, seconds="")  # the clock still runs
    return state, tuple(refused)


def _labels(name: str, text: str) -> str:
    if len(text) > N_TEXTS or set(text) - set(LABELS):
        raise _refusal(name, text, _("up to %(n)s letters, each %(choices)s"), n=N_TEXTS, choices=" / ".join(LABELS))
    return text


def _number(low: float, high: float, *, may_group: bool = False) -> Callable[[str, str], str]:
    """With a point or a comma before the decimals, whatever the language.

    may_group: thousands may be apart by these, too, or by a space; three digits after it tell, as no wage has mills.
    """

    def check(name: str, text: str) -> str:
        plain = (GROUPS.sub("", text.strip()) if may_group else text.strip()).replace(",", ".")
        is_number = re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,6})?", plain)
        if not is_number or not low <= float(plain) <= high:
            limits = {"low": marked(f"{low:g}"), "high": marked(f"{high:g}")}
            raise _refusal(name, text, _("a number from %(low)s to %(high)s"), **limits)
        return plain

    return check


def _shuffled(name: str, text: str) -> str:
    if text not in ("", "yes"):
        raise _refusal(name, text, _("yes, or left out"))
    return text


def _task(name: str, text: str) -> str:
    if text not in TASKS:
        raise _refusal(name, text, _("one of these: %(choices)s"), choices=", ".join(TASKS))
    return text


def _examples(name: str, text: str) -> str:
    if not re.fullmatch("[0-9]{1,3}", text) or int(text) > MOST_LABELS:
        raise _refusal(name, text, _("a whole number from %(low)s to %(high)s"), low=0, high=MOST_LABELS)
    return f"{int(text)}"


def _runs(name: str, text: str) -> str:
    try:
        runs_of(text)
    except ValueError as error:
        raise _refusal(name, text, _("what the lesson’s own links have there")) from error
    return text


def _quiz(name: str, text: str) -> str:
    if not QUIZ.fullmatch(text):
        raise _refusal(name, text, _("letters and digits in turns, as the quiz's own links have them"))
    return text


def _refusal(name: str, value: str, rule: str, **numbers: object) -> InputError:
    message = _("“%(name)s” is “%(value)s”, but can be %(rule)s.")
    filled = {
        "name": _(FIELDS[name]) if name in FIELDS else name,
        "value": value[:40],
        "rule": rule % numbers if numbers else rule,
    }
    return InputError(f"invalid_{name}", message % filled, actual=value[:40])


READERS: dict[str, Callable[[str, str], str]] = {
    "labels": _labels,
    "begun": _number(0, 1e11),
    "seconds": _number(SHORTEST, MAX_SECONDS),
    "wage": _number(0, MAX_WAGE, may_group=True),
    "probability": _number(0.1, 100),
    "shuffled": _shuffled,
    "task": _task,
    "examples": _examples,
    "runs": _runs,
    "quiz": _quiz,
}
