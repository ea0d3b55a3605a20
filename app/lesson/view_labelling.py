"""Costly labels as words and digits: the text to label, and the receipt for many more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from app.count import Count
from app.formatting import counted, formula, in_words, term
from app.language import N_, _, marked, ngettext, number
from app.lesson.labelling import LABELS, Labelling, cost
from app.lesson.state import LessonState

WORKING_YEAR = 1_600  # hours
NAMES = dict(zip(LABELS, (N_("good"), N_("bad")), strict=True))


@dataclass(frozen=True)
class LabelChoiceView:
    """A label to give."""

    name: Annotated[str, "what it says"]
    key: Annotated[str, "the key that gives it"]
    query: Annotated[str, "the URL's query with it given"]


@dataclass(frozen=True)
class LabelledView:
    """A text that was labelled."""

    text: Annotated[str, "the text"]
    mine: Annotated[str, "the reader's label"]
    filed: Annotated[str, "the label that it has in the project's file"]
    agrees: Annotated[bool, "whether the two are the same"]


@dataclass(frozen=True)
class CostView:
    """A line of the receipt."""

    what: Annotated[str, "what is labelled"]
    labels: Annotated[str, "how many labels that takes"]
    time: Annotated[str, "of one person, at the reader's pace"]
    money: Annotated[str, "at the reader's wage, in its currency"]
    source: Annotated[str, "where an estimate of the number comes from; empty where it was counted or is given"]


@dataclass(frozen=True)
class LabellingView:
    """The first instrument."""

    begin: Annotated[str, "the URL's query to begin, or to begin again"]
    text: Annotated[str, "the text to be labelled now; empty before the first and after the last"]
    place: Annotated[str, "which text of how many that is"]
    choices: Annotated[tuple[LabelChoiceView, ...], "the labels to choose from"]
    done: Annotated[tuple[LabelledView, ...], "all texts with their labels, after the last"]
    pace: Annotated[str, "how fast it went, in words"]
    agreed: Annotated[str, "how often the reader and the file agree, in words"]
    formula: Annotated[str, "the labelled set, MathML"]
    costs: Annotated[tuple[CostView, ...], "the receipt's lines"]
    year: Annotated[str, "what a working year is, in words"]
    pairs: Annotated[str, "how many pairs the same texts hold, in words"]
    n_pairs: Annotated[str, "the same in digits"]
    wage: Annotated[str, "as it stands in the field"]
    hidden: Annotated[tuple[tuple[str, str], ...], "names and values that the wage's form keeps"]


def labelling_view(
    labelling: Labelling,
    state: LessonState,
    amounts: Sequence[tuple[str, int, str]],
    total: Count,
) -> LabellingView:
    """amounts: what to label, how many labels that takes, and the source of an estimate; total: of the texts."""
    texts, given = [example.text for example in labelling.examples], labelling.given
    is_done = bool(labelling.is_done and state.seconds)
    is_running = bool(state.begun) and not labelling.is_done
    pace = float(state.seconds) / len(texts) if is_done else 0.0
    wage = float(state.wage)
    labelled, n = term("set", r"\mathcal{D}_\text{sup}"), term("number", "n")
    x, y = term("context", "x_i"), term("label", "y_i")
    return LabellingView(
        begin=state.query(labels="", seconds="", begun=""),
        text=texts[len(given)] if is_running else "",
        place=_("Text %(i)s of %(n)s") % {"i": number(len(given) + 1), "n": number(len(texts))} if is_running else "",
        choices=tuple(
            LabelChoiceView(_(name), str(key), state.query(labels=given + letter))
            for key, (letter, name) in enumerate(NAMES.items(), start=1)
        )
        if is_running
        else (),
        done=tuple(
            LabelledView(each.text, _(NAMES[mine]), _(NAMES[each.label[0]]), mine == each.label[0])
            for each, mine in zip(labelling.examples, given, strict=True)
        )
        if is_done
        else (),
        pace=_("%(n)s labels in %(seconds)s seconds: %(pace)s seconds each.")
        % {"n": number(len(texts)), "seconds": number(float(state.seconds), ".1f"), "pace": number(pace, ".1f")}
        if is_done
        else "",
        agreed=_agreed(labelling) if is_done else "",
        formula=formula(rf"{labelled} = \{{({x}, {y})\}}_{{i=1}}^{{{n}}}, \quad {n} = {len(texts)}"),
        costs=tuple(_line(what, n, source, pace, wage) for what, n, source in amounts) if is_done else (),
        year=_("A working year is %(hours)s hours.") % {"hours": number(WORKING_YEAR)},
        pairs=_pairs(total),
        n_pairs=number(total.pairs),
        wage=marked(state.wage),
        hidden=tuple((name, value) for name, value in state.parameters.items() if name != "wage"),
    )


def _agreed(labelling: Labelling) -> str:
    n, agreed = len(labelling.examples), labelling.agreed
    if agreed == n:
        return _("You and the file that these come from agree on every label.")
    return _(
        "You and the file that these come from agree on %(agreed)s of %(n)s labels. Labels by hand are not only "
        "costly: two people seldom give all the same ones."
    ) % {"agreed": number(agreed), "n": number(n)}


def _pairs(total: Count) -> str:
    return _("your %(texts)s texts as %(pairs)s next-token pairs, labelled while the page loaded") % {
        "texts": number(total.documents),
        "pairs": number(total.pairs),
    }


def _line(what: str, n: int, source: str, pace: float, wage: float) -> CostView:
    found = cost(n, pace, wage)
    return CostView(what, in_words(n), working_time(found.hours), in_words(found.money), source)


def working_time(hours: float) -> str:
    """Hours of work as minutes, hours or working years.

    >>> working_time(0.5), working_time(20), working_time(64_000)
    ('30 minutes', '20 hours', '40 working years')
    """
    if hours < 1:
        return counted(max(1, round(60 * hours)), "%(n)s minute", "%(n)s minutes")
    if hours < WORKING_YEAR:
        return counted(round(hours), "%(n)s hour", "%(n)s hours")
    years = hours / WORKING_YEAR
    return ngettext("%(n)s working year", "%(n)s working years", round(years)) % {"n": in_words(years)}
