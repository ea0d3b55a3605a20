"""How much text there is, from a sentence to the web: our own counts, and others' estimates with their sources."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.count import Count
from app.language import N_


@dataclass(frozen=True)
class Source:
    """Where an estimate comes from."""

    authors: str
    title: str
    year: int
    place: str  # in the publication
    url: str


@dataclass(frozen=True)
class Mark:
    """A point of the ruler."""

    name: str
    number: int
    unit: str  # of the number: pairs, tokens or words
    source: Source | None = None  # None: counted by us


BOOKS = Source(
    "Zhu et al.",
    "Aligning Books and Movies: Towards Story-like Visual Explanations by Watching Movies and Reading Books",
    2015,
    "table 2: 984,846,357 words in 11,038 books, 89,223 in each",
    "https://arxiv.org/abs/1506.06724",
)
CHILD = Source(
    "Warstadt et al.",
    "Findings of the BabyLM Challenge: Sample-Efficient Pretraining on Developmentally Plausible Corpora",
    2023,
    "section 1: fewer than 100 million words by the age of 13",
    "https://aclanthology.org/2023.conll-babylm.1/",
)
GPT_3 = "Language Models are Few-Shot Learners"
WIKIPEDIA = Source("Brown et al.", GPT_3, 2020, "table 2.2: 3 billion tokens", "https://arxiv.org/abs/2005.14165")
GPT_3_READ = Source("Brown et al.", GPT_3, 2020, "table 2.1: 300 billion tokens", "https://arxiv.org/abs/2005.14165")
FINEWEB = Source(
    "Penedo et al.",
    "The FineWeb Datasets: Decanting the Web for the Finest Text Data at Scale",
    2024,
    "abstract: 15 trillion tokens from 96 snapshots of Common Crawl",
    "https://arxiv.org/abs/2406.17557",
)
LLAMA_3_READ = Source(
    "Llama team",
    "The Llama 3 Herd of Models",
    2024,
    "section 1: 15.6 trillion tokens",
    "https://arxiv.org/abs/2407.21783",
)
WEB = Source(
    "Villalobos et al.",
    "Will we run out of data? Limits of LLM scaling based on human-generated data",
    2024,
    "table 1: 510 trillion tokens, by 95 % between 130 and 2,100 trillion, good and bad text alike",
    "https://arxiv.org/abs/2211.04325",
)

# A pair fewer than tokens in each document: on this scale, tokens and pairs are the same.
ESTIMATES = (
    Mark(N_("a book, on average"), 89_000, "words", BOOKS),
    Mark(N_("what a child hears by 13"), 100_000_000, "words", CHILD),
    Mark(N_("English Wikipedia"), 3_000_000_000, "tokens", WIKIPEDIA),
    Mark(N_("what GPT-3 read"), 300_000_000_000, "tokens", GPT_3_READ),
    Mark(N_("FineWeb, a cleaned web"), 15_000_000_000_000, "tokens", FINEWEB),
    Mark(N_("what Llama 3 read"), 15_600_000_000_000, "tokens", LLAMA_3_READ),
    Mark(N_("the indexed web, 2024"), 510_000_000_000_000, "tokens", WEB),
)


def marks(counted: Sequence[tuple[str, Count]]) -> list[Mark]:
    """Our own counts, each by its name, and the estimates, in order; what has no pair is no point of a ruler."""
    own = [Mark(name, count.pairs, "pairs") for name, count in counted if count.pairs > 0]
    return sorted([*own, *ESTIMATES], key=lambda mark: mark.number)
