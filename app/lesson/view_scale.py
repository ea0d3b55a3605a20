"""Counting pairs as words and digits: a reader's own text, and the ruler from a sentence to the web."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from app.count import Count, Document, of_corpus
from app.formatting import counted, formula, in_words, term
from app.language import _, ngettext, number
from app.ruler import marks
from app.view_ruler import RulerView, ruler_view

SHOWN = 3  # documents that are told one by one


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
    documents: Annotated[tuple[DocumentView, ...], "the first ones"]
    left_out: Annotated[str, "how many more there are, in words; empty where none"]


@dataclass(frozen=True)
class ScaleView:
    """The fourth instrument."""

    formula: Annotated[str, "the number of pairs of a corpus, MathML"]
    files: Annotated[str, "which files can be counted"]
    counted: Annotated[CountedView | None, "what was counted; None before"]
    error: Annotated[str, "why a text could not be counted; empty where it could"]
    ruler: Annotated[RulerView, "from the sentence to the web"]
    read: Annotated[str, "what the model read, and how it was cut, in words; empty where its card does not say"]


def scale_view(
    known: Sequence[tuple[str, Count]],
    megabytes: int,
    found: CountedView | None = None,
    error: str = "",
    read: str = "",
) -> ScaleView:
    """known: what of our own is on the ruler; megabytes: the largest file that may be counted; read: `read_note`."""
    pairs = _("pairs")
    total, document, tokens = term("pairs", rf"\#\text{{{pairs}}}"), term("document", "x"), term("tokens", "T_x")
    return ScaleView(
        formula(rf"{total} = \sum_{{{document}}} ({tokens} - 1)"),
        _(
            "Or a file: .txt, .md, .jsonl (an object a line, its text in “text”), or a .gz of one: up to %(n)s MB, "
            "%(unpacked)s MB unpacked"
        )
        % {"n": number(megabytes), "unpacked": number(5 * megabytes)},
        found,
        error,
        ruler_view(marks(known)),
        read,
    )


def read_text(card: dict[str, Any]) -> str:
    """How many different pairs a model read, and how often on average; empty where its card does not say."""
    corpus = of_corpus(card)
    if not corpus or not corpus.tokens:
        return ""
    return _("%(pairs)s different pairs, read %(times)s times") % {
        "pairs": in_words(corpus.pairs),
        "times": number(card["tokens_seen"] / corpus.tokens, ".1f"),
    }


def read_note(card: dict[str, Any]) -> str:
    """The same in sentences, with the pieces that its documents were cut into; empty where its card does not say."""
    corpus = of_corpus(card)
    if not (corpus and corpus.tokens):
        return ""
    cut = _(
        "Its %(documents)s documents, %(tokens)s tokens, were cut into %(pieces)s pieces of at most %(most)s tokens, "
        "and each piece’s first token is no label: every boundary costs a pair."
    ) % {
        "documents": number(sum(row["documents"] for row in card["corpus"])),
        "tokens": number(corpus.tokens),
        "pieces": number(corpus.documents),
        "most": number(card["shape"]["context_length"]),
    }
    return _("The model read: %(pairs)s.") % {"pairs": read_text(card)} + f" {cut}"


def counted_view(name: str, total: Count, first: Sequence[Document]) -> CountedView:
    """A text by its name; first: the first of its documents."""
    several = total.documents > 1
    shown = first[:SHOWN]
    more = total.documents - len(shown)
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
        documents=tuple(DocumentView(each.opening, number(each.tokens), number(each.pairs)) for each in shown),
        left_out=counted(more, "And %(n)s document more.", "And %(n)s documents more.") if several and more else "",
    )
