"""Numbers and tokens as people read them: nothing that is possible shows as 0, and no label is invisible.

Numbers have the marks of the current language; those in LaTeX get them where they become a formula.
"""

import math
import re
from dataclasses import dataclass
from typing import Annotated

from latex2mathml.converter import convert

from app.language import N_, _, marked, ngettext, number
from app.tokenizer import BYTES_IN_BRACKETS

THIN = "\u202f"  # narrow no-break space, between a number and its sign
DIGITS = re.compile("(?<=<mn>)[0-9.]+(?=</mn>)")  # of a number in MathML

# --- Numbers -------------------------------------------------------------------------------------------------------


def significant(value: float, digits: int) -> str:
    """A positive number in plain decimals with so many significant digits.

    >>> significant(0.00041234, 2), significant(41.234, 2)
    ('0.00041', '41')
    """
    places = max(0, digits - 1 - math.floor(math.log10(value)))
    return f"{value:.{places}f}"


def power_of_ten(log: float, digits: int) -> tuple[str, int]:
    """A number, given by its natural logarithm, as mantissa and exponent of ten: also one too small for a float.

    >>> power_of_ten(math.log(0.00024), 2), power_of_ten(-2000, 4)
    (('2.4', -4), ('2.577', -869))
    """
    exponent = math.floor(log / math.log(10))
    mantissa, carried = f"{math.exp(log - exponent * math.log(10)):.{digits - 1}e}".split("e")  # 9.99 may become 10.0
    return mantissa, exponent + int(carried)


def scientific(log: float, digits: int = 2) -> str:
    """The same as text.

    >>> scientific(math.log(0.00000024))
    '2.4\u202f×\u202f10⁻⁷'
    """
    return marked(_scientific(log, digits))


def _scientific(log: float, digits: int = 2) -> str:
    mantissa, exponent = power_of_ten(log, digits)
    return f"{mantissa}{THIN}×{THIN}10{_superscript(exponent)}"


def percent(probability: float, loss: float = math.inf) -> str:
    """A probability in percent: never 0 for what is possible, never 100 for what is not certain.

    Below a hundred-millionth it is shown as it is, since a percent sign beside a power of ten is hard to read. One too
    small for a float, as a long word's may be, is known by its loss.

    >>> percent(0.6123), percent(0.0000041), percent(0.99998), percent(0.0000000024)
    ('61.2\u202f%', '0.00041\u202f%', '99.998\u202f%', '2.4\u202f×\u202f10⁻⁹')
    """
    if 0 < probability < 1e-8 or (probability == 0 and loss < math.inf):
        return scientific(math.log(probability) if probability else -loss)
    return _percent(_hundredths(probability))


def _percent(digits: str) -> str:
    return _("%(number)s\u202f%%") % {"number": marked(digits)}  # some languages put the sign first


def _hundredths(probability: float) -> str:
    value, rest = 100 * probability, 100 * (1 - probability)
    if value == 0:
        return "0"
    if value < 0.995:  # from there on, two digits are 1.0
        return significant(value, 2)
    if rest < 0.05:
        places = 1 if rest == 0 else -math.floor(math.log10(rest))
        return f"{100 - rest:.{places}f}"
    return f"{value:.1f}"


def share(part: float) -> str:
    """A part of a whole in whole percent.

    >>> share(0.887)
    '89\u202f%'
    """
    return _percent(f"{100 * part:.0f}")


def odds(probability: float) -> str:
    """A small probability as one in so many, to two significant digits; "" where the percentage says it better.

    >>> odds(0.000004), odds(0.25)
    ('1 in 250,000', '')
    """
    if not 1e-15 < probability < 0.01:
        return ""
    zeros = math.floor(-math.log10(probability)) - 1
    return _("1 in %(number)s") % {"number": number(round(1 / probability / 10.0**zeros) * 10**zeros)}


def loss_text(loss: float) -> str:
    """A loss in nats with two decimals, or more where it would vanish.

    >>> loss_text(4.3983), loss_text(0.00042)
    ('4.40', '0.00042')
    """
    return marked(loss_digits(loss))


def loss_digits(loss: float) -> str:
    """The same for a formula, in LaTeX."""
    return significant(loss, 2) if 0 < loss < 0.01 else f"{loss + 0.0:.2f}"  # + 0.0: no −0.00


def perplexity_text(perplexity: float, mean_loss: float = math.inf) -> str:
    """A perplexity with one decimal, or none from a thousand on, or as a power of ten where nobody could read it out.

    One too large for a float is known by the mean loss.

    >>> perplexity_text(24.0312), perplexity_text(3.2e11), perplexity_text(math.inf, 1000)
    ('24.0', '3.20e+11', '1.97e+434')
    """
    if perplexity == math.inf > mean_loss:
        mantissa, exponent = power_of_ten(mean_loss, 3)
        return marked(f"{mantissa}e+{exponent}")
    return number(perplexity, f",.{int(perplexity < 1000)}f" if perplexity < 1e9 else ".2e")


def duration(seconds: float) -> str:
    """A short time, to two or three digits.

    >>> duration(0.00412), duration(0.0861), duration(1.284)
    ('4.1\u202fms', '86\u202fms', '1.28\u202fs')
    """
    if seconds < 0.9995:
        return f"{number(1000 * seconds, f'.{int(seconds < 0.00995)}f')}{THIN}ms"
    return f"{number(seconds, '.2f')}{THIN}s"


def counted(n: int, one: str, many: str, **others: int) -> str:
    """So many of a thing, by a message for one of it and a message for more: %(n)s is the number, others have names.

    >>> counted(1, "%(n)s pair", "%(n)s pairs"), counted(8184, "%(n)s token", "%(n)s tokens")
    ('1 pair', '8,184 tokens')
    """
    return ngettext(one, many, n) % {name: number(value) for name, value in {"n": n, **others}.items()}


def short_count(count: int) -> str:
    """A large number in short, to two digits or to millions.

    >>> [short_count(count) for count in (0, 73_622, 4_197_455, 32_000_121)]
    ['0', '74\u202fk', '4.2\u202fM', '32\u202fM']
    """
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if count >= size:
            return f"{number(count / size, f'.{int(count < 10 * size)}f')}{THIN}{unit}"
    return str(count)


def in_words(value: float) -> str:
    """A large number with its unit as a word, to three digits; one below a million in full.

    >>> [in_words(value) for value in (89_223, 22_433_625, 3e9, 1.56e13, 1e15)]
    ['89,223', '22.4 million', '3 billion', '15.6 trillion', '1,000 trillion']
    """
    for size in (1e12, 1e9, 1e6):
        if value >= size:
            count = value / size
            digits = number(count, ",.0f") if count >= 1000 else marked(f"{count:.3g}")
            n = 1 if digits == "1" else 2  # some languages have a plural here, also for 1.5
            units = {
                1e12: ngettext("%(n)s trillion", "%(n)s trillion", n),
                1e9: ngettext("%(n)s billion", "%(n)s billion", n),
                1e6: ngettext("%(n)s million", "%(n)s million", n),
            }
            return units[size] % {"n": digits}
    return number(value, ",.0f")


def decimal(probability: float, loss: float = math.inf) -> str:
    r"""A probability for a formula, in LaTeX, to four significant digits; by its loss where a float cannot hold it.

    Its power of ten is text: where no font for formulae is installed, browsers put an exponent far too high.

    >>> decimal(0.25), decimal(0.0000104712)
    ('0.2500', '1.047 \\times \\text{10⁻⁵}')
    """
    if probability > 0.999:
        rest = max(1 - probability, 1e-15)
        return f"{probability:.{1 - math.floor(math.log10(rest))}f}"
    if probability >= 1e-4:
        return significant(probability, 4)
    mantissa, exponent = power_of_ten(math.log(probability) if probability else -loss, 4)
    return rf"{mantissa} \times \text{{10{_superscript(exponent)}}}"


def _superscript(number: int) -> str:
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def term(name: str, latex: str) -> str:
    r"""A part of a formula, in LaTeX, by the name of what it stands for on the page.

    The style sheets give both one colour, and show one where the other is met.

    >>> term("label", "x_t")
    '\\class{term-label}{x_t}'
    """
    return rf"\class{{term-{name}}}{{{latex}}}"


def formula(latex: str) -> str:
    """LaTeX to MathML, shown without JavaScript by every current browser; a leading <, as in x_{<t}, without spaces.

    Its numbers get the language's decimal mark.
    """
    mathml: str = DIGITS.sub(lambda found: marked(found[0]), convert(latex))
    return mathml.replace("<mrow><mo>&#x0003C;", '<mrow><mo lspace="0" rspace="0">&#x0003C;')


# --- Text ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Segment:
    """A run of a token's text that is shown in one way."""

    kind: Annotated[str, "text, space, newline, tab or bytes"]
    text: Annotated[str, "the characters themselves; bytes in hexadecimal"]


_SEGMENTS = rf"(?P<bytes>{BYTES_IN_BRACKETS})|(?P<newline>\n)|(?P<tab>\t)|"
_IN_TOKEN = re.compile(_SEGMENTS + r"(?P<space> )")
_IN_CONTEXT = re.compile(_SEGMENTS + r"(?P<space>\A |(?<=\s) | (?=\s|\Z))")  # one between words is seen without a sign


def end_of(text: str, most: int) -> str:
    """A text, or as many of its last characters as there is room for, with a sign for what was before them."""
    return text if len(text) <= most else f"…{text[1 - most :]}"


def segments(text: str) -> tuple[Segment, ...]:
    """Cut a token's text so that white space and loose bytes can be made visible."""
    return _cut(text, _IN_TOKEN)


def context_segments(text: str) -> tuple[Segment, ...]:
    """The same for a running text, in which only spaces at its ends or beside other white space need a sign.

    >>> [segment.kind for segment in context_segments("The cat ")]
    ['text', 'space']
    """
    return _cut(text, _IN_CONTEXT)


def _cut(text: str, pattern: re.Pattern[str]) -> tuple[Segment, ...]:
    found, last = [], 0
    for match in pattern.finditer(text):
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


ORDINALS = (N_("%(n)sth"), N_("%(n)sst"), N_("%(n)snd"), N_("%(n)srd"))  # by the last digit; from 4 on as 0


def ordinal(rank: int) -> str:
    """A place in a row.

    >>> ordinal(1), ordinal(1012)
    ('1st', '1,012th')
    """
    digit = 0 if rank % 100 in (11, 12, 13) or rank % 10 > 3 else rank % 10
    return _(ORDINALS[digit]) % {"n": number(rank)}
