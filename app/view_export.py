"""The page that exports pairs, as words: what it offers, what is in a file, and how to train on one."""

from dataclasses import dataclass
from typing import Annotated

from app.export import FORMATS, MAX_EXPORT, NUMBERS, PAIR, WINDOWS, Field
from app.language import _, number


@dataclass(frozen=True)
class FormatView:
    """A kind of file to choose."""

    value: Annotated[str, "its name in a form"]
    text: Annotated[str, "its name for people"]
    is_chosen: Annotated[bool, "whether it is the one that a form holds"]


@dataclass(frozen=True)
class FieldView:
    """A column of the file."""

    name: Annotated[str, "its name in the file"]
    kind: Annotated[str, "its type in Parquet"]
    what: Annotated[str, "what it is"]


@dataclass(frozen=True)
class ExportView:
    """The page /export."""

    text: Annotated[str, "the text to export"]
    error: Annotated[str, "what is wrong with it and the remedy; empty where nothing is"]
    limit: Annotated[str, "how long it may be"]
    formats: Annotated[tuple[FormatView, ...], "the kinds of file"]
    has_numbers: Annotated[bool, "whether the model's numbers are wanted"]
    fields: Annotated[tuple[FieldView, ...], "the columns of the file"]
    windows: Annotated[str, "how a text longer than the model's context is read"]
    snippet: Annotated[str, "a program that trains on the pairs"]


def export_view(text: str, chosen: str, has_numbers: bool, snippet: str, error: str = "") -> ExportView:
    """The page for a text, a format and whether numbers are wanted."""
    return ExportView(
        text=text,
        error=error,
        limit=_("up to %(limit)s characters") % {"limit": number(MAX_EXPORT)},
        formats=tuple(FormatView(name, each.name, name == chosen) for name, each in FORMATS.items()),
        has_numbers=has_numbers,
        fields=tuple(FieldView(field.name, field.kind, _what(field)) for field in (*PAIR, *NUMBERS)),
        windows=_(WINDOWS),
        snippet=snippet,
    )


def _what(field: Field) -> str:
    return _("%(what)s; only with the model’s numbers") % {"what": _(field.what)} if field in NUMBERS else _(field.what)
