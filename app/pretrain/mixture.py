"""The corpus's sources: how often each is read, where it comes from, and under which licence.

Weights are passes over a source in one round of the corpus: everyday and narrative English first, some encyclopedic.
What people type is short and plain, so such texts are read more often; dated magazine fiction and bookings less.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One of the corpus's files."""

    weight: float = 1.0
    origin: str = ""
    licence: str = ""


MIXTURE = {
    "coco_captions": Source(1.5, "COCO, captions of the 2017 validation images", "CC BY 4.0"),
    "comve": Source(3.0, "SemEval-2020 task 4, statements and reasons of common sense", "CC BY-SA 4.0"),
    "enwiki_easy": Source(1.0, "English Wikipedia of 2015, sentences in everyday words", "CC BY-SA 3.0"),
    "enwiki_more": Source(1.0, "English Wikipedia of 2015, harder articles", "CC BY-SA 3.0"),
    "facts_templates": Source(6.0, "capitals, days and months in sentence frames", "CC BY-SA 3.0"),
    "kids_classics": Source(1.0, "children's classics in the public domain", "public domain"),
    "onestop_english": Source(4.0, "OneStopEnglish, news retold at three levels", "CC BY-SA 4.0"),
    "sgd_dialogues": Source(0.8, "Schema-Guided Dialogue, requests and bookings", "CC BY-SA 4.0"),
    "short_stories": Source(0.7, "magazine stories of Project Gutenberg", "public domain in the US"),
    "simple_sentences": Source(1.5, "simple sentences out of 455 novels before 1928", "public domain"),
    "storybooks": Source(4.0, "African Storybook and Pratham Books", "CC BY"),
    "tanaka": Source(4.0, "Tanaka Corpus, example sentences", "public domain, CC BY 2.0 FR"),
    "tatoeba": Source(4.0, "Tatoeba, everyday sentences", "CC BY 2.0 FR"),
    "tinystories": Source(3.0, "TinyStories, written by a larger model", "CDLA-Sharing 1.0"),
    "trivia_facts": Source(3.0, "OpenTriviaQA, questions and facts", "CC BY-SA 4.0"),
    "wiki_split": Source(1.5, "WikiSplit, pairs of sentences", "CC BY-SA 4.0"),
}


def described(name: str) -> Source:
    """What is known of a source; one that is not listed counts once."""
    return MIXTURE.get(name, Source())
