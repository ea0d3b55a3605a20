"""The catalogs beside the source: `python -m tests.catalogs` brings them up to date, and begins those it names."""

import sys
from contextvars import copy_context
from dataclasses import replace
from gettext import NullTranslations
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from app.language import CATALOGS, ENGLISH, LOCALE, Language, speak
from app.main import create_app
from app.settings import RESOURCES
from app.web.docs import operations

FUNCTIONS = {
    "_": None,
    "gettext": None,
    "N_": None,
    "ngettext": (1, 2),
    "counted": (2, 3),
}  # app.language's and app.formatting's
METHODS = [("app/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}


def extracted() -> Catalog:
    """Every message of the source."""
    catalog = Catalog(project="Free Labels", fuzzy=False)
    for file, _line, message, comments, context in extract_from_dir(
        RESOURCES, METHODS, OPTIONS, FUNCTIONS, directory_filter=lambda folder: True
    ):
        catalog.add(message, locations=[(file, 0)], auto_comments=comments, context=context)
    for message in documented():
        catalog.add(message, locations=[("/docs", 0)])
    for found in catalog:
        found.locations.sort()  # as they are written, or a catalog's order would depend on who wrote it last
    return catalog


def documented() -> list[str]:
    """What the page /docs shows of the API's description, which is written in English only."""
    asked: list[str] = []

    class Recorder(NullTranslations):
        def gettext(self, message: str) -> str:
            asked.append(message)
            return message

    copy_context().run(_documents_in, replace(ENGLISH, catalog=Recorder()))
    return asked


def _documents_in(language: Language) -> None:
    speak(language)
    operations(create_app().openapi())


def files() -> list[Path]:
    return sorted(LOCALE.glob(CATALOGS))


def read(file: Path) -> Catalog:
    with file.open("rb") as text:
        return read_po(text, file.parents[1].name)


def update(file: Path) -> None:
    """Add what is new in the source and drop what is gone; nothing is guessed from similar messages."""
    source, catalog = extracted(), read(file)
    source.creation_date = catalog.creation_date  # else each update would be a change
    catalog.update(source, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with file.open("wb") as text:
        write_po(text, catalog, width=120, sort_by_file=True, include_lineno=False)


def begin(code: str) -> None:
    """An empty catalog for a language."""
    file = LOCALE / CATALOGS.replace("*", code)
    file.parent.mkdir(parents=True)
    with file.open("wb") as text:
        write_po(text, Catalog(code, header_comment="# The texts of Free Labels.", project="Free Labels", fuzzy=False))


if __name__ == "__main__":
    for code in sys.argv[1:]:
        begin(code)
    for file in files():
        update(file)
