"""Numbers and tokens as people read them: nothing that is possible shows as 0, and no label is invisible."""

import math
import re
from dataclasses import dataclass
from typing import Annotated

from latex2mathml.converter import convert

from app.tokenizer import BYTES_IN_BRACKETS

THIN = "\u202f"  # narrow no-break space, between a number and its sign

# --- Numbers -------------------------------------------------------------------------------------------------------


def significant(value: float, digits: int) -> str:
    """A positive number in plain decimals with so many significant digits.

    >>> significant(0.00041234, 2), significant(41.234, 2)
    ('0.00041', '41')
    """
    places = max(0, digits - 1 - math.floor(math.log10(value)))
    return f"{value:.{places}f}"


def percent(probability: float) -> str:
    """A probability in percent: never 0 for what is possible, never 100 for what is not certain.

    >>> percent(0.6123), percent(0.0000041), percent(0.99998)
    ('61.2\u202f%', '0.00041\u202f%', '99.998\u202f%')
    """
    value, rest = 100 * probability, 100 * (1 - probability)
    if value == 0:
        return f"0{THIN}%"
    if value < 1e-6:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa}{THIN}×{THIN}10{_superscript(int(exponent))}{THIN}%"
    if value < 1:
        return f"{significant(value, 2)}{THIN}%"
    if rest < 0.05:
        places = 1 if rest == 0 else -math.floor(math.log10(rest))
        return f"{100 - rest:.{places}f}{THIN}%"
    return f"{value:.1f}{THIN}%"


def odds(probability: float) -> str:
    """A small probability as one in so many, to two significant digits; "" where the percentage says it better.

    >>> odds(0.000004), odds(0.25)
    ('1 in 250,000', '')
    """
    if not 1e-15 < probability < 0.01:
        return ""
    zeros = math.floor(-math.log10(probability)) - 1
    return f"1 in {round(1 / probability / 10.0**zeros) * 10**zeros:,}"


def loss_text(loss: float) -> str:
    """A loss in nats with two decimals, or more where it would vanish.

    >>> loss_text(4.3983), loss_text(0.00042)
    ('4.40', '0.00042')
    """
    return significant(loss, 2) if 0 < loss < 0.01 else f"{loss + 0.0:.2f}"  # + 0.0: no −0.00


def perplexity_text(perplexity: float) -> str:
    """A perplexity with one decimal, or as a power of ten where nobody could read it out.

    >>> perplexity_text(24.0312), perplexity_text(3.2e11)
    ('24.0', '3.20e+11')
    """
    return f"{perplexity:,.1f}" if perplexity < 1e9 else f"{perplexity:.2e}"


def counted(number: int, thing: str) -> str:
    """So many of a thing.

    >>> counted(1, "pair"), counted(8184, "token")
    ('1 pair', '8,184 tokens')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def short_count(number: int) -> str:
    """A large number in short, to two digits or to millions.

    >>> [short_count(number) for number in (0, 73_622, 4_197_455, 32_000_121)]
    ['0', '74\u202fk', '4.2\u202fM', '32\u202fM']
    """
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.{1 if number < 10 * size else 0}f}\u202f{unit}"
    return str(number)


def decimal(probability: float) -> str:
    """A probability for a formula, in LaTeX, to four significant digits."""
    if probability > 0.999:
        rest = max(1 - probability, 1e-15)
        return f"{probability:.{1 - math.floor(math.log10(rest))}f}"
    if probability >= 1e-4:
        return significant(probability, 4)
    mantissa, exponent = f"{probability:.3e}".split("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}"


def _superscript(number: int) -> str:
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def formula(latex: str) -> str:
    """LaTeX to MathML, shown without JavaScript by every current browser."""
    mathml: str = convert(latex)
    return mathml


# --- Text ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Segment:
    """A run of a token's text that is shown in one way."""

    kind: Annotated[str, "text, space, newline, tab or bytes"]
    text: Annotated[str, "the characters themselves; bytes in hexadecimal"]


_SEGMENTS = re.compile(rf"(?P<bytes>{BYTES_IN_BRACKETS})|(?P<space> )|(?P<newline>\n)|(?P<tab>\t)")


def segments(text: str) -> tuple[Segment, ...]:
    """Cut a token's text so that white space and loose bytes can be made visible."""
    found, last = [], 0
    for match in _SEGMENTS.finditer(text):
        if match.start() > last:
            found.append(Segment("text", text[last : match.start()]))
        kind = str(match.lastgroup)
        found.append(Segment(kind, match.group().strip("⟨⟩") if kind == "bytes" else match.group()))
        last = match.end()
    if last < len(text):
        found.append(Segment("text", text[last:]))
    return tuple(found)


def visible(text: str) -> str:
    """A token's text on one line of plain text, its white space as signs."""
    return text.replace(" ", "␣").replace("\n", "⏎").replace("\t", "⇥")


def ordinal(rank: int) -> str:
    """A place in a row.

    >>> ordinal(1), ordinal(1012)
    ('1st', '1,012th')
    """
    suffix = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank:,}{suffix}"
