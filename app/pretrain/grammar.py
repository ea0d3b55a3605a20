"""The hand-written book of grammar.toml: words by class, with the forms that follow by rule.

Nothing in it was counted. See `app.pretrain.rules` for what is made of it.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

DOUBLED = re.compile(r"[^aeiou][aeiou][^aeiouwxy]")  # how a short verb ends whose last letter is doubled: stopped


@cache
def book() -> dict[str, Any]:
    """The book as it is written."""
    return tomllib.loads(Path(__file__).with_name("grammar.toml").read_text(encoding="utf-8"))


def classes() -> dict[str, list[str]]:
    """Every class's words, the likeliest first."""
    found = {name: words.split() for name, words in book()["words"].items()}
    nouns, verbs = book()["nouns"], book()["verbs"]
    regular = nouns["regular"].split()
    pairs = dict(pair.split() for pair in nouns["pairs"].split(", "))
    # A noun of irregular plural stands among the likeliest: most are people.
    found["noun"] = [*_woven(list(pairs), [word for word in regular if word not in pairs])]
    found["noun_plural"] = [pairs.get(word) or with_s(word) for word in found["noun"]]
    irregular = [row.split() for row in verbs["irregular"].split(",")]
    rows = irregular + [[word, with_s(word), past(word), past(word), gerund(word)] for word in verbs["regular"].split()]
    for name, column in zip(
        ("verb_base", "verb_third", "past", "participle", "gerund"), zip(*rows, strict=True), strict=True
    ):
        found[name] = list(dict.fromkeys(column))
    return found


def _woven(few: list[str], many: list[str]) -> list[str]:
    """One of few after each two of many, as long as there are any."""
    found: list[str] = []
    for i, word in enumerate(many):
        found.append(word)
        if i % 2 and i // 2 < len(few):
            found.append(few[i // 2])
    return found


def with_s(word: str) -> str:
    """A noun's plural, or a verb's third person.

    >>> [with_s(word) for word in ("boat", "story", "day", "box", "wash")]
    ['boats', 'stories', 'days', 'boxes', 'washes']
    """
    if re.search("[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}es" if re.search("(s|x|z|ch|sh)$", word) else f"{word}s"


def past(word: str) -> str:
    """A regular verb's past.

    >>> [past(word) for word in ("look", "like", "cry", "stop", "open")]
    ['looked', 'liked', 'cried', 'stopped', 'opened']
    """
    if re.search("[^aeiou]y$", word):
        return f"{word[:-1]}ied"
    return f"{_stem(word)}ed"


def gerund(word: str) -> str:
    """A regular verb's -ing.

    >>> [gerund(word) for word in ("look", "like", "agree", "stop")]
    ['looking', 'liking', 'agreeing', 'stopping']
    """
    return f"{_stem(word)}ing" if not word.endswith("ee") else f"{word}ing"


def _stem(word: str) -> str:
    """What -ed and -ing are put to."""
    if word.endswith("e"):
        return word[:-1]
    is_short = len(word) <= 4 and word[0] not in "aeiou" and DOUBLED.fullmatch(word[-3:])
    return word + word[-1] if is_short else word


def guessed(word: str) -> tuple[str, ...]:
    """The classes that a word in no list may be of, by its ending.

    >>> guessed("drifting"), guessed("Thomas"), guessed("wizard")
    (('gerund',), ('name',), ('noun', 'verb_base', 'adjective'))
    """
    endings = book()["endings"]
    return tuple(endings[ending_of(word) or "plain"].split())


def ending_of(word: str) -> str:
    """The first of the book's endings that a word has; empty where it has none."""
    endings = book()["endings"]
    if word[:1].isupper():
        return "capital"
    return next((ending for ending in endings if len(word) > len(ending) + 1 and word.endswith(ending)), "")
