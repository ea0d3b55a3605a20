"""A view of the stage to be pasted elsewhere: each kind of page has its own words, and its own special signs."""

import json
import re
from dataclasses import dataclass
from html import escape

import segno

# What CommonMark, GitHub, Pandoc or MyST read as a mark within a line.
MARKDOWN = re.compile(r"[\\`*_{}\[\]<>&~|$^@#!=:]")
LATEX = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{character: f"\\{character}" for character in "{}$&%#_"},
}
IN_LINKS = str.maketrans({character: f"\\{character}" for character in "%#&_"})  # in the address that \href has


@dataclass(frozen=True)
class Shared:
    """A view to hand out."""

    title: str  # of the view, in a line
    link_text: str  # what leads to it from below a frame
    url: str
    frame_url: str  # the same as a guest
    height: int  # of its frame, in CSS pixels


def html(shared: Shared, attributes: str = "") -> str:
    """A frame, with more attributes if any, and below it a link: what is left where the frame is refused or printed.

    >>> print(html(Shared("“a < b”", "Open", "https://x.org/?a=1&b=2", "https://x.org/embed?a=1", 800)))
    <iframe src="https://x.org/embed?a=1" title="“a &lt; b”" width="100%" height="800" loading="lazy" \
referrerpolicy="no-referrer" style="border: 0"></iframe>
    <p><a href="https://x.org/?a=1&amp;b=2">Open</a></p>
    """
    frame = (
        f'<iframe src="{escape(shared.frame_url)}" title="{escape(shared.title)}" width="100%" '
        f'height="{shared.height}" loading="lazy" referrerpolicy="no-referrer" style="border: 0"{attributes}></iframe>'
    )
    return f'{frame}\n<p><a href="{escape(shared.url)}">{escape(shared.link_text)}</a></p>'


def markdown(shared: Shared) -> str:
    r"""A link.

    >>> print(markdown(Shared("*a* [b]", "Open", "https://x.org/?a=1", "", 800)))
    [\*a\* \[b\]](https://x.org/?a=1)
    """
    title = MARKDOWN.sub(lambda match: f"\\{match[0]}", shared.title)
    return f"[{title}]({shared.url})"


def latex(shared: Shared) -> str:
    r"""A link, for a document that loads hyperref.

    >>> print(latex(Shared("50 % of a_b", "Open", "https://x.org/?a=%20", "", 800)))
    \href{https://x.org/?a=\%20}{50 \% of a\_b}
    """
    title = "".join(LATEX.get(character, character) for character in shared.title)
    return f"\\href{{{shared.url.translate(IN_LINKS)}}}{{{title}}}"


def quarto(shared: Shared) -> str:
    """The frame where the output is HTML, and a link where it is paper."""
    external = ' data-external="1"'  # or Pandoc puts a copy of the page into a self-contained file
    return "\n".join(
        [
            '::: {.content-visible when-format="html"}',
            "```{=html}",
            html(shared, external),
            "```",
            ":::",
            "",
            '::: {.content-visible unless-format="html"}',
            markdown(shared),
            ":::",
        ]
    )


def jupyter(shared: Shared) -> str:
    """A cell of Python."""
    url = json.dumps(shared.frame_url)
    return f'from IPython.display import IFrame\n\nIFrame({url}, width="100%", height={shared.height})'


def qr_code(url: str) -> str:
    """An address as a QR code, inline SVG, black on white as cameras expect; empty where it is too long for one.

    >>> qr_code("https://x.org/?sentence=a+b")[:30], qr_code("https://x.org/" + 3000 * "a")
    ('<svg viewBox="0 0 33 33" class', '')
    """
    try:
        code = segno.make(url, micro=False)
    except segno.DataOverflowError:
        return ""
    return code.svg_inline(omitsize=True, svgclass="qr", lineclass=None, light="#fff")
