"""The language of the interface: English, as the source has it, and one more for each catalog in locale/.

A request's language stands in a context variable, which `app.web.language` sets: the thread that renders the page sees
it, too. What no request asks for, as the table in a terminal, is English.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from app.settings import PACKAGE

LOCALE = PACKAGE / "locale"
CATALOGS = "*/LC_MESSAGES/freelabels.po"


@dataclass(frozen=True)
class Language:
    """A language that the interface speaks."""

    code: str  # as a URL and an HTML attribute name it
    name: str  # in the language itself
    direction: str = "ltr"
    marks: Mapping[int, int | str] = field(
        default_factory=dict
    )  # for str.translate: what it writes in numbers for . and ,
    catalog: NullTranslations = field(default_factory=NullTranslations)


ENGLISH = Language("en", "English")
_current: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def language() -> Language:
    """The language of what is being answered now."""
    return _current.get()


def speak(language: Language) -> None:
    """Answer in a language from here on, in this task or thread and in those that it starts."""
    _current.set(language)


@cache
def languages() -> dict[str, Language]:
    """Every language by its code, English first; read once, since catalogs are kept as text."""
    return {found.code: found for found in (ENGLISH, *map(read, sorted(LOCALE.glob(CATALOGS))))}


def read(file: Path) -> Language:
    """The language of one catalog; its name, direction and number marks are those of Unicode's CLDR."""
    from babel import Locale  # not above: a shell's `--help` has no use for it
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.numbers import get_decimal_symbol, get_group_symbol

    locale = Locale.parse(file.parents[1].name)
    compiled = BytesIO()
    with file.open("rb") as text:
        write_mo(compiled, read_po(text, locale))
    compiled.seek(0)
    marks = str.maketrans({".": get_decimal_symbol(locale), ",": get_group_symbol(locale)})
    name = locale.get_language_name() or locale.language
    return Language(str(locale).replace("_", "-"), name, locale.text_direction, marks, GNUTranslations(compiled))


def _(message: str) -> str:
    """A message in the current language."""
    return _current.get().catalog.gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    """A message that differs with a number, in the current language."""
    return _current.get().catalog.ngettext(one, many, n)


def N_(message: str) -> str:  # noqa: N802  # gettext's own name, which extraction knows
    """A message as it stands, marked for the catalogs: it is translated where it is used."""
    return message


def number(value: float, form: str = ",") -> str:
    """A number as a format specification has it, with the current language's marks.

    >>> number(8184), number(0.25, ".3f")
    ('8,184', '0.250')
    """
    return marked(f"{value:{form}}")


def marked(digits: str) -> str:
    """A number as Python writes it, with the current language's marks."""
    return digits.translate(_current.get().marks)
