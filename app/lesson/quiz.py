"""Questions at the end of each step, some of them about the reader's own sentence, with answers explained."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from app.formatting import decimal, loss_text, percent, scientific, visible
from app.language import _, marked, ngettext, number
from app.predict import Analysis
from app.view_bitter import crossings

LEAST = 1e-4  # the smallest probability that is written without a power of ten


@dataclass(frozen=True)
class Question:
    """A question with choices, one of which is right."""

    letter: str  # its name in the URL
    text: str
    choices: tuple[str, ...]
    right: int
    why: str


def questions(part: str, analysis: Analysis, step: int, bitter: dict[str, Any] | None = None) -> tuple[Question, ...]:
    """Those at the end of one part of the lesson, about a sentence at a step; bitter: what the coda shows."""
    made = tuple(make(analysis, step) for make in QUESTIONS.get(part, ()))
    return made + (_overtaken(bitter) if bitter and part == "bitter" else ())


def given(quiz: str) -> dict[str, int]:
    """The answers in a URL's `quiz`, a choice by a question's letter; of several at one question, the last.

    >>> given("a1b0a2")
    {'a': 2, 'b': 0}
    """
    return {quiz[i]: int(quiz[i + 1]) for i in range(0, len(quiz) - 1, 2)}


def with_answer(quiz: str, letter: str, choice: int) -> str:
    """A URL's `quiz` with one more answer; a second one to a question takes the first one's place.

    >>> with_answer("a1b0", "a", 2)
    'a2b0'
    """
    answers = {**given(quiz), letter: choice}
    return "".join(f"{name}{answer}" for name, answer in sorted(answers.items()))


def _question(letter: str, text: str, right: str, wrong: tuple[str, ...], why: str) -> Question:
    """With the choices in an order that is always the same, and tells nothing."""
    choices = list(dict.fromkeys((right, *wrong)))
    Random(letter).shuffle(choices)
    return Question(letter, text, tuple(choices), choices.index(right), why)


def _who(analysis: Analysis, step: int) -> Question:
    return _question(
        "a",
        _("In supervised learning, what usually runs out first?"),
        _("labels that people wrote"),
        (_("texts to be labelled"), _("computers")),
        _("Texts lie about in plenty. Each label takes a person’s attention, and attention has a price."),
    )


def _how_long(analysis: Analysis, step: int) -> Question:
    return _question(
        "b",
        _("At four seconds a label, how long does one person take for a million, at 8 hours a day?"),
        _("139 days"),
        (_("5 days"), _("3 years")),
        _("4,000,000 seconds are 1,111 hours, and at 8 hours a day that makes 139 days."),
    )


def _pairs(analysis: Analysis, step: int) -> Question:
    n = len(analysis.tokens)
    return _question(
        "c",
        _("Your sentence has %(n)s tokens. How many training pairs does it give?") % {"n": number(n)},
        number(n - 1),
        (number(n), number(n + 1), number(2 * n)),
        _("Every token but the first is the label of all before it; that makes %(less)s.")
        % {"n": number(n), "less": number(n - 1)},
    )


def _context(analysis: Analysis, step: int) -> Question:
    tokens = analysis.tokens
    label, before = tokens[step].text, tokens[step - 1].text
    after = tokens[step + 1].text if step + 1 < len(tokens) else tokens[0].text
    return _question(
        "d",
        _("At step %(step)s, which token is the label?") % {"step": number(step)},
        _quoted(label),
        tuple(_quoted(other) for other in (before, after) if other != label),
        ngettext(
            "At step %(step)s the context is the first token, and the label is the next: x%(t)s.",
            "At step %(step)s the context is the first %(step)s tokens, and the label is the next: x%(t)s.",
            step,
        )
        % {"step": number(step), "t": _index(step + 1)},
    )


def _loss(analysis: Analysis, step: int) -> Question:
    """About the pair after the one that the step's instrument shows, or the first after the last."""
    step = step % len(analysis.predictions) + 1
    prediction = analysis.predictions[step - 1]
    p, loss = prediction.probability, prediction.loss
    return _question(
        "e",
        _("At step %(step)s the model gave the label %(percent)s. What is the loss of this pair, in nats?")
        % {"step": number(step), "percent": percent(p, loss)},
        loss_text(loss),
        (loss_text(2 * loss + 0.5), loss_text(loss / math.log(2) if loss > 0.3 else loss + 1)),
        _("−ln %(p)s ≈ %(loss)s. The smaller the right answer’s probability, the larger the loss; at p = 1 it is 0.")
        % {"p": marked(decimal(p, loss)) if p > LEAST else scientific(-loss, 4), "loss": loss_text(loss)},
    )


def _origin(analysis: Analysis, step: int) -> Question:
    return _question(
        "f",
        _("What is different about the loss of self-supervised learning?"),
        _("only where the labels come from"),
        (_("it needs no right answer"), _("it is a different formula")),
        _("It is the same cross-entropy over right answers. They were only not written for the purpose."),
    )


def _documents(analysis: Analysis, step: int) -> Question:
    return _question(
        "g",
        _("Two documents have 10 and 6 tokens. How many pairs do they give, if none reaches across their boundary?"),
        number(14),
        (number(15), number(16)),
        _("9 + 5 = 14. Each document’s first token is no label, so each document costs one pair."),
    )


def _bound(analysis: Analysis, step: int) -> Question:
    return _question(
        "h",
        _("What bounds the number of pairs?"),
        _("how much text there is"),
        (_("how many people label"), _("how large the vocabulary is")),
        _("Nearly every token of every text is a label. Whoever has more text has more pairs, at no one’s labour."),
    )


def _few(analysis: Analysis, step: int) -> Question:
    return _question(
        "i",
        _("Why do so few labels do after pretraining?"),
        _("the network already tells texts apart in ways that help"),
        (_("the labelled texts were in the corpus"), _("a pretrained network needs no labels")),
        _("Pretraining never saw the task. But to guess next words it had to tell apart what the task needs as well."),
    )


def _arrows(analysis: Analysis, step: int) -> Question:
    return _question(
        "j",
        _("Which of the two arrows from random weights to the finished classifier is the expensive one?"),
        _("pretraining"),
        (_("finetuning"), _("both cost about the same")),
        _("Millions of tokens against a few dozen labels. But it is paid once, for every task that follows."),
    )


def _lesson(analysis: Analysis, step: int) -> Question:
    return _question(
        "k",
        _("What does the bitter lesson say?"),
        _("general methods that use more data and compute win in the end"),
        (_("hand-written rules are useless"), _("larger networks are always better")),
        _("Rules are ahead where there is little text. They don’t grow with it; what learns does."),
    )


def _overtaken(bitter: dict[str, Any]) -> tuple[Question, ...]:
    """Where the network's curve crosses that of the 5-gram counts; none where not all curves cross, or at one place."""
    found = list(crossings(bitter).values())
    choices = [
        _("between %(before)s and %(after)s tokens") % {"before": number(where[0]), "after": number(where[1])}
        for where in found
        if where
    ]
    if len(set(choices)) < len(found):
        return ()
    *wrong, right = choices
    question = _question(
        "l",
        _("After how much text did the network begin to take fewer bits than the 5-gram counts?"),
        right,
        tuple(wrong),
        _("After the first of these amounts it still took more bits than they, after the second fewer."),
    )
    return (question,)


def _quoted(token: str) -> str:
    return _("“%(token)s”") % {"token": visible(token)}


def _index(t: int) -> str:
    return str(t).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


QUESTIONS: dict[str, tuple[Callable[[Analysis, int], Question], ...]] = {
    "labels": (_who, _how_long),
    "text": (_pairs, _context),
    "loss": (_loss, _origin),
    "scale": (_documents, _bound),
    "finetune": (_few, _arrows),
    "bitter": (_lesson,),
}
