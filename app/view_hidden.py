"""The stage while someone guesses first: what follows the context, or the label once guessed, is not in it."""

from dataclasses import replace

from app.formatting import THIN, percent, segments
from app.language import _, number
from app.predict import Analysis, Candidate
from app.view import StageView, TokenView
from app.view_guess import GuessView
from app.view_pair import BarView, remainder_of, width

# What takes as much room as most ranks and percentages, and tells nothing of those to come.
ROOM_FOR_RANK, ROOM_FOR_PERCENT = "0,000", f"0.000{THIN}%"


def hidden(shown: StageView, guess: GuessView) -> StageView:
    """A stage without what is still to be guessed: no word of it, no number about it, no length of it."""
    known = shown.step + 1 if guess.verdict else shown.step  # tokens that may be seen
    # Nor does a token tell that the next goes on with its word.
    whole = (replace(token, part="whole") for token in shown.tokens)
    tokens = tuple(token if token.position <= known else _blank(token) for token in whole)
    is_guessed = guess.verdict is not None
    return replace(
        shown,
        title=_("Pair %(step)s of %(pairs)s: guess first · Free Labels") % {"step": shown.step, "pairs": shown.n_steps},
        tokens=tokens,
        # To go on without a guess is to skip it: no invitation, as Next is.
        links=shown.links
        if is_guessed
        else tuple(replace(link, text=_("Skip"), icon="over") if link.id == "next" else link for link in shown.links),
        pair=None,
        bars=shown.bars if is_guessed else (),
        label_bar=shown.label_bar if is_guessed else None,
        remainder=shown.remainder if is_guessed else None,
        longest_rank=ROOM_FOR_RANK,
        longest_percent=ROOM_FOR_PERCENT,
        rows=(),
        columns=(),
        fold=None,
        loss_formula="",
        so_far=(),
        so_far_room=(),
        mean_loss="",
        perplexity="",
        in_words="",
        guess=guess,
    )


def _blank(token: TokenView) -> TokenView:
    # The label's blank leads to its own step; a later one leads nowhere, since to go there would tell.
    query = token.query if token.kind == "label" else ""
    return replace(token, query=query, segments=(), surprise="none", loss="", numbers="")


def marked(shown: StageView, analysis: Analysis, token: Candidate, rank: int, vocab_size: int) -> StageView:
    """A stage whose bars mark a guess: its own one, taken out of the remainder, where it is not among them."""
    prediction = analysis.predictions[shown.step - 1]
    ids = [candidate.id for candidate in prediction.top]
    if shown.label_bar and token.id == prediction.label_id:
        return replace(shown, label_bar=replace(shown.label_bar, is_guess=True))
    if token.id in ids:
        bars = (replace(bar, is_guess=id_ == token.id) for id_, bar in zip(ids, shown.bars, strict=True))
        return replace(shown, bars=tuple(bars))
    p = token.probability
    rest = max(0.0, prediction.remainder - p - (prediction.probability if shown.label_bar else 0))
    others = vocab_size - len(ids) - 1 - (shown.label_bar is not None)
    return replace(
        shown,
        guess_bar=BarView(segments(token.text), percent(p), width(p), number(rank), is_label=False, is_guess=True),
        remainder=remainder_of(others, rest),
    )
