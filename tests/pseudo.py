"""Two made-up languages: `python -m tests.pseudo --port 8001` serves the app with them too, as `pseudo` and `rtl`.

Every message is in brackets, its letters accented and its vowels doubled: what was not translated has plain letters,
and what has too little room for other languages overflows. The second is written from right to left.
"""

import re
import sys
from gettext import NullTranslations

from app import cli
from app.language import Language, languages

ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "áƀçđéƒğħíĵķłɱñóþɋŕšŧúṽŵẋýžÁɃÇĐÉƑĞĦÍĴĶŁṀÑÓÞɊŔŠŦÚṼŴẊÝŽ"
)
KEPT = re.compile(r"(%\(\w+\)s|</?\w+>)")  # placeholders and tags


class Pseudo(NullTranslations):
    """Every message, made-up."""

    def gettext(self, message: str) -> str:
        parts = KEPT.split(message)
        if not re.search("[a-z]", "".join(parts[::2])):  # only the marks around what it is put together from
            return message
        parts[::2] = (re.sub("([aeiou])", r"\1\1", part).translate(ACCENTED) for part in parts[::2])
        return f"[{''.join(parts)}]"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)


def offer() -> None:
    """Add the two to the languages that the app knows."""
    for code, direction in (("pseudo", "ltr"), ("rtl", "rtl")):
        languages()[code] = Language(code, Pseudo().gettext(code), direction, str.maketrans(".,", ",."), Pseudo())


if __name__ == "__main__":
    offer()
    cli.app(["serve", *sys.argv[1:]])
