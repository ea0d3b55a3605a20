"""A view to hand out, of the stage or of a part of the lesson: its link, what to paste where, and what to leave out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from app.embedding import HIDEABLE, ON_PART, ON_STAGE, ON_TEXT
from app.language import N_, _
from app.lesson.view import PARTS
from app.share import Shared, html, jupyter, latex, markdown, qr_code, quarto
from app.state import State
from app.view import full_query

LOWEST, HEIGHT, HIGHEST = 100, 900, 10_000  # of a frame, in CSS pixels
IN_FRAMES: dict[str, tuple[str, Callable[[Shared], str]]] = {
    "html": (N_("HTML, for Moodle, Canvas, WordPress and any page"), html),
    "quarto": (N_("Quarto, and slides made with it"), quarto),
    "jupyter": (N_("Jupyter, as a cell"), jupyter),
}
AS_LINKS: dict[str, tuple[str, Callable[[Shared], str]]] = {
    "markdown": (N_("Markdown"), markdown),
    "latex": (N_("LaTeX, with hyperref"), latex),
}
WISHES = ("hide", "start", "end")  # of a page that embeds another: the panel's own fields


@dataclass(frozen=True)
class SnippetView:
    """A text to copy."""

    id: Annotated[str, "stable name"]
    name: Annotated[str, "where it belongs"]
    text: Annotated[str, "the text"]


@dataclass(frozen=True)
class BoxView:
    """A control that a frame can leave out."""

    name: Annotated[str, "as the URL names it"]
    title: Annotated[str, "as people name it"]
    is_ticked: Annotated[bool, "whether it is left out"]


@dataclass(frozen=True)
class ShareView:
    """Everything to hand out one view of the stage, or of a part of the lesson."""

    title: Annotated[str, "what the view is, in a line"]
    error: Annotated[str, "what is wrong with the input; empty where nothing is"]
    links: Annotated[tuple[SnippetView, ...], "the link, plain and as other kinds of text have it"]
    qr: Annotated[str, "the link as a QR code, SVG; empty where it is too long"]
    frames: Annotated[tuple[SnippetView, ...], "texts that bring a frame; empty where no page may frame the app"]
    boxes: Annotated[tuple[BoxView, ...], "what frames can leave out"]
    range: Annotated[tuple[int, int] | None, "the first step that the frames keep to, and the last; None without steps"]
    n_steps: Annotated[int, "T − 1"]
    height: Annotated[int, "of the frames, in CSS pixels"]
    bounds: Annotated[tuple[int, int], "the least height, and the greatest"]
    hidden: Annotated[tuple[tuple[str, str], ...], "names and values that the form keeps"]
    path: Annotated[str, "the part's, from the app's root; empty for the stage"]
    preview: Annotated[str, "the URL's query of the frame to look at"]
    query: Annotated[str, "the URL's query of the page itself, to go back to it"]


def share_view(
    state: State,
    part: str,
    n_steps: int,
    height: int,
    address: Callable[[str], str],
    error: str = "",
    *,
    is_framed: bool = True,
) -> ShareView:
    """What to hand out of a state with the wishes of the frames; address: the full address of a path of the app's.

    part: the lesson's that shows it; empty for the stage. is_framed: whether the operator lets any page frame the app.
    """
    path = f"/lesson/{part}" if part else ""
    full = full_query(state)
    title = _title(state, part)
    frame_url = address(f"/embed{path}?{state.query()}")
    shared = Shared(title, _("Open the full page"), address(f"{path or '/'}?{full}"), frame_url, height)
    names = ON_TEXT if part == "text" else ON_PART if part else ON_STAGE
    return ShareView(
        title=title,
        error=error,
        links=(SnippetView("link", _("Link"), shared.url), *_snippets(AS_LINKS, shared)),
        qr=qr_code(shared.url),
        frames=_snippets(IN_FRAMES, shared) if is_framed else (),
        boxes=tuple(BoxView(name, _(text), name in state.hide) for name, text in HIDEABLE.items() if name in names),
        range=(state.start, state.end or n_steps) if "stepper" in names else None,
        n_steps=n_steps,
        height=height,
        bounds=(LOWEST, HIGHEST),
        hidden=tuple((name, value) for name, value in state.parameters.items() if name not in WISHES),
        path=path,
        preview=state.query(),
        query=full,
    )


def _title(state: State, part: str) -> str:
    if part:
        return f"{_(PARTS[part])} · Free Labels"
    sentence = " ".join(state.sentence.split())
    return _("Pair %(step)s of “%(sentence)s” · Free Labels") % {"step": state.step, "sentence": sentence}


def _snippets(kinds: dict[str, tuple[str, Callable[[Shared], str]]], shared: Shared) -> tuple[SnippetView, ...]:
    return tuple(SnippetView(id_, _(name), make(shared)) for id_, (name, make) in kinds.items())
