"""Counting pairs as words and digits: a reader's own text, and the ruler from a sentence to the web."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from app.count import Count, Document
from app.formatting import counted, formula
from app.language import _, ngettext, number
from app.ruler import marks
from app.view_ruler import RulerView, ruler_view


@dataclass(frozen=True)
class DocumentView:
    """A document that was counted."""

    opening: Annotated[str, "its first characters"]
    tokens: Annotated[str, "how many tokens"]
    pairs: Annotated[str, "how many pairs"]


@dataclass(frozen=True)
class CountedView:
    """A text that was counted."""

    pairs: Annotated[str, "how many pairs"]
    summary: Annotated[str, "of what, in words"]
    boundaries: Annotated[str, "what the boundaries between documents cost"]
    documents: Annotated[tuple[DocumentView, ...], "the first ones, where there are several"]
    left_out: Annotated[str, "how many more there are, in words; empty where none"]


@dataclass(frozen=True)
class ScaleView:
    """The fourth instrument."""

    formula: Annotated[str, "the number of pairs of a corpus, MathML"]
    files: Annotated[str, "which files can be counted"]
    counted: Annotated[CountedView | None, "what was counted; None before"]
    error: Annotated[str, "why a text could not be counted; empty where it could"]
    ruler: Annotated[RulerView, "from the sentence to the web"]


def scale_view(
    known: Sequence[tuple[str, Count]], megabytes: int, found: CountedView | None = None, error: str = ""
) -> ScaleView:
    """known: what of our own is on the ruler; megabytes: the largest file that may be counted."""
    pairs = _("pairs")
    return ScaleView(
        formula(rf"\#\text{{{pairs}}} = \sum_x (T_x - 1)"),
        _("Or a file: .txt, .md, .jsonl (an object a line, its text in “text”), or a .gz of one, up to %(n)s MB")
        % {"n": number(megabytes)},
        found,
        error,
        ruler_view(marks(known)),
    )


def counted_view(name: str, total: Count, first: Sequence[Document]) -> CountedView:
    """A text by its name; first: the first of its documents."""
    several = total.documents > 1
    more = total.documents - len(first)
    return CountedView(
        pairs=number(total.pairs),
        summary=ngettext(
            "training pair in %(tokens)s of %(documents)s: %(name)s",
            "training pairs in %(tokens)s of %(documents)s: %(name)s",
            total.pairs,
        )
        % {
            "tokens": counted(total.tokens, "%(n)s token", "%(n)s tokens"),
            "documents": counted(total.documents, "%(n)s document", "%(n)s documents"),
            "name": name,
        },
        boundaries=counted(
            total.documents - 1,
            "As one long text it would have %(stream)s: a pair more at the boundary, whose label has nothing "
            "to do with its context.",
            "As one long text it would have %(stream)s: a pair more at each of the %(n)s boundaries, whose label has "
            "nothing to do with its context.",
            stream=total.stream_pairs,
        )
        if several
        else _("It is one document: its first token is the only one that is no label."),
        documents=tuple(DocumentView(each.opening, number(each.tokens), number(each.pairs)) for each in first)
        if several
        else (),
        left_out=counted(more, "And %(n)s document more.", "And %(n)s documents more.") if several and more else "",
    )
