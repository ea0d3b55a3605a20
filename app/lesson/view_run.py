"""A run of finetuning as it goes: its place in line, then each network's steps, loss and accuracy."""

from dataclasses import dataclass, replace
from typing import Annotated

from app.finetune.training import LEARNERS, Learner, Progress
from app.formatting import loss_text
from app.language import _, number
from app.lesson.finetuning import Ends
from app.lesson.view_finetune import NAMES, accuracy_text


@dataclass(frozen=True)
class LineView:
    """One of the networks as it learns, or the count of words."""

    name: Annotated[str, "which one"]
    width: Annotated[str, "how far it is, in percent of the track, for SVG"]
    step: Annotated[str, "its step, of how many; empty before the first, and where it takes none"]
    loss: Annotated[str, "the loss of its last batch; empty before the first"]
    accuracy: Annotated[str, "on the test sentences, when last tested; empty before"]


@dataclass(frozen=True)
class LiveView:
    """A run as it goes, why it does not, or that it is over."""

    place: Annotated[str, "its place in line, or that it begins; empty once something of it is known"] = ""
    lines: Annotated[tuple[LineView, ...], "each of them; empty before the run has begun"] = ()
    said: Annotated[str, "which of them learns, for those who hear it"] = ""
    error: Annotated[str, "why it broke off; empty where it did not"] = ""
    runs: Annotated[str, "once it is over, the lesson's runs with this one; else empty"] = ""


def live_view(heard: Ends, position: int = 0) -> LiveView:
    """heard: each one's latest progress, with the accuracy that was found last; position: in line, 0 once begun."""
    if position:
        return LiveView(_("Next in line.") if position == 1 else _("Number %(n)s in line.") % {"n": number(position)})
    if not heard:
        return LiveView(_("The run begins; its first step comes in a few seconds."))
    learning = list(heard)[-1]
    return LiveView(
        lines=tuple(_line(learner, heard.get(learner)) for learner in LEARNERS),
        said=_("Learning: %(name)s") % {"name": _(NAMES[learning])},
    )


def later(heard: Ends, event: Progress) -> Ends:
    """What was heard so far, and the next progress, which keeps the accuracy that was found last."""
    known = heard.get(event.network)
    if event.accuracy is None and known:
        event = replace(event, accuracy=known.accuracy)
    return {**heard, event.network: event}


def _line(learner: Learner, progress: Progress | None) -> LineView:
    name = _(NAMES[learner])
    if progress is None:
        return LineView(name, "0", "", "", "")
    steps = {"n": number(progress.step), "all": number(progress.n_steps)}
    done = 100 * progress.step / progress.n_steps if progress.n_steps else 100
    return LineView(
        name,
        f"{done:.0f}",
        _("%(n)s of %(all)s") % steps if progress.n_steps else "",
        loss_text(progress.loss) if progress.loss is not None else "",
        accuracy_text(progress.accuracy) if progress.accuracy is not None else "",
    )
