"""`from app import analyze`: the stage's numbers in a notebook, with its pairs as a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup

from app import language_model
from app.formatting import loss_text, percent, perplexity_text, visible
from app.predict import Analysis, Prediction, Predictor
from app.sentences import DEFAULT_TOP_K, check_top_k
from app.settings import Settings

# A notebook has its own colours, light or dark: context and label differ by form.
CONTEXT = "border-bottom: 2px solid"
LABEL = "border: 1.5px dashed; border-radius: 4px; padding: 0 .25em; font-weight: 600"
CELL = "text-align: left; padding: .15em .75em .15em 0; white-space: pre-wrap"
NUMBER = "text-align: right; padding: .15em .75em; white-space: nowrap; font-variant-numeric: tabular-nums"
TABLE = Markup(
    "<div><p>{n_tokens} tokens, {n_pairs} training pairs. Mean loss <b>{mean_loss}</b> nats, perplexity "
    "<b>{perplexity}</b>.</p>\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>"
)
ROW = Markup(  # noqa: S704 - of constants
    f'<tr><th style="{NUMBER}">{{step}}</th><td style="{CELL}"><span style="{CONTEXT}">{{context}}</span></td>'
    f'<td style="{CELL}"><span style="{LABEL}">{{label}}</span></td><td style="{NUMBER}">{{probability}}</td>'
    f'<td style="{NUMBER}">{{rank}}</td><td style="{NUMBER}">{{loss}}</td><td style="{CELL}">{{top}}</td></tr>\n'
)
COLUMNS = {
    "Step": NUMBER,
    "Context": CELL,
    "Label": CELL,
    "Probability": NUMBER,
    "Rank": NUMBER,
    "Loss": NUMBER,
    "The model expected": CELL,
}


@dataclass(frozen=True, repr=False)
class Pairs(Analysis):
    """A text's tokens and predictions; to iterate over it is to go through the predictions, step by step."""

    def __iter__(self) -> Iterator[Prediction]:
        return iter(self.predictions)

    def __len__(self) -> int:
        """T − 1."""
        return len(self.predictions)

    def __getitem__(self, index: int) -> Prediction:
        return self.predictions[index]

    def __repr__(self) -> str:
        """In short, where only text is shown."""
        means = f"mean loss {loss_text(self.mean_loss)} nats"
        return f"<Pairs: {len(self.tokens)} tokens, {len(self)} training pairs, {means}>"

    def _repr_html_(self) -> str:
        """What a notebook shows (IPython's protocol)."""
        head = Markup().join(Markup('<th style="{}">{}</th>').format(style, name) for name, style in COLUMNS.items())
        return TABLE.format(
            n_tokens=len(self.tokens),
            n_pairs=len(self),
            mean_loss=loss_text(self.mean_loss),
            perplexity=perplexity_text(self.perplexity, self.mean_loss),
            head=head,
            rows=Markup().join(map(_row, self)),
        )


def _row(pair: Prediction) -> Markup:
    return ROW.format(
        step=pair.step,
        context=pair.context,
        label=visible(pair.label),
        probability=percent(pair.probability, pair.loss),
        rank=f"{pair.rank:,}",
        loss=loss_text(pair.loss),
        top=" · ".join(f"{visible(each.text)} {percent(each.probability)}" for each in pair.top[:3]),
    )


@cache
def _predictor(model: str) -> Predictor:
    return Predictor(language_model.load(Settings(model=model)))


def analyze(text: str, model: str = "tiny", top_k: int = DEFAULT_TOP_K) -> Pairs:
    """See `app.analyze`."""
    check_top_k(top_k)
    return Pairs(**vars(_predictor(model).analyze(text, top_k)))
