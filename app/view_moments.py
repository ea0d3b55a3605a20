"""The sentence at moments of the model's training, as a row of links and a line that shows the loss fall."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from app.formatting import loss_text, short_count
from app.language import _
from app.predict import Analysis
from app.state import State

ROOM = 6  # percent of the drawing's height above the highest point and below the lowest


@dataclass(frozen=True)
class MomentView:
    """One moment of training, a stop of the slider."""

    tokens_seen: Annotated[int, "what it is known by in the URL"]
    text: Annotated[str, "the tokens seen, in short"]
    query: Annotated[str, "the URL's query for this moment"]
    is_shown: Annotated[bool, "whether the stage shows it"]
    spoken: Annotated[str, "the link in words, for a screen reader"]
    x: Annotated[str, "its place on the line, percent from the left"]
    y: Annotated[str, "the pair's loss then, percent from the top"]
    mean_y: Annotated[str, "the sentence's mean loss then, the same"]


@dataclass(frozen=True)
class MomentsView:
    """The panel: the stops, what the shown one is, and the two lines."""

    moments: Annotated[tuple[MomentView, ...], "from random weights to the finished model"]
    shown: Annotated[str, "the moment that the stage shows, in a sentence"]
    index: Annotated[int, "its place among them, from 0"]
    loss: Annotated[str, "the pair's loss at it"]
    mean_loss: Annotated[str, "the sentence's mean loss at it"]
    highest: Annotated[str, "the loss at the drawing's top"]


def moments_view(analyses: Mapping[int, Analysis], state: State) -> MomentsView:
    """The panel for a sentence's analyses by tokens seen, in order; state.seen must be one of them."""
    losses = [analysis.predictions[state.step - 1].loss for analysis in analyses.values()]
    means = [analysis.mean_loss for analysis in analyses.values()]
    # Of all pairs, so that the line that stays the same from step to step is drawn the same.
    highest = max(prediction.loss for analysis in analyses.values() for prediction in analysis.predictions)
    index = list(analyses).index(int(state.seen))
    last = len(analyses) - 1
    return MomentsView(
        moments=tuple(
            MomentView(
                tokens_seen=seen,
                text=short_count(seen),
                query=state.query(seen=str(seen)),
                is_shown=i == index,
                spoken=_("%(moment)s: loss %(loss)s")
                % {"moment": _moment(i, last, seen), "loss": loss_text(losses[i])},
                x=f"{100 * (i + 0.5) / len(analyses):.2f}",
                y=_height(losses[i], highest),
                mean_y=_height(means[i], highest),
            )
            for i, seen in enumerate(analyses)
        ),
        shown=_moment(index, last, int(state.seen)),
        index=index,
        loss=loss_text(losses[index]),
        mean_loss=loss_text(means[index]),
        highest=loss_text(highest),
    )


def _moment(index: int, last: int, seen: int) -> str:
    if index == 0:
        return _("Random weights, before any training")
    message = _("The finished model, after %(n)s tokens") if index == last else _("After %(n)s tokens")
    return message % {"n": short_count(seen)}


def _height(loss: float, highest: float) -> str:
    return f"{ROOM + (100 - 2 * ROOM) * (1 - loss / highest):.2f}"
