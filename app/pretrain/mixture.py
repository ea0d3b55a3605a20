"""The corpus's sources: how often each is read, where it comes from, and under which licence.

Weights are passes over a source in one round of the corpus: everyday and narrative English first, some encyclopedic.
What people type is short and plain, so such texts are read more often; dated magazine fiction and bookings less.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ingredient:
    """One source of the corpus."""

    weight: float = 1.0
    origin: str = ""
    licence: str = ""


MIXTURE = {
    "coco_captions": Ingredient(1.5, "COCO, captions of the 2017 validation images", "CC BY 4.0"),
    "comve": Ingredient(3.0, "SemEval-2020 task 4, statements and reasons of common sense", "CC BY-SA 4.0"),
    "enwiki_easy": Ingredient(1.0, "English Wikipedia of 2015, sentences in everyday words", "CC BY-SA 3.0"),
    "enwiki_more": Ingredient(1.0, "English Wikipedia of 2015, harder articles", "CC BY-SA 3.0"),
    "facts_templates": Ingredient(6.0, "capitals, days and months in sentence frames", "CC BY-SA 3.0"),
    "kids_classics": Ingredient(1.0, "children's classics in the public domain", "public domain"),
    "onestop_english": Ingredient(4.0, "OneStopEnglish, news retold at three levels", "CC BY-SA 4.0"),
    "sgd_dialogues": Ingredient(0.8, "Schema-Guided Dialogue, requests and bookings", "CC BY-SA 4.0"),
    "short_stories": Ingredient(0.7, "magazine stories of Project Gutenberg", "public domain in the US"),
    "simple_sentences": Ingredient(1.5, "simple sentences out of 455 novels before 1928", "public domain"),
    "storybooks": Ingredient(4.0, "African Storybook and Pratham Books", "CC BY"),
    "tanaka": Ingredient(4.0, "Tanaka Corpus, example sentences", "public domain, CC BY 2.0 FR"),
    "tatoeba": Ingredient(4.0, "Tatoeba, everyday sentences", "CC BY 2.0 FR"),
    "tinystories": Ingredient(3.0, "TinyStories, written by a larger model", "CDLA-Sharing 1.0"),
    "trivia_facts": Ingredient(3.0, "OpenTriviaQA, questions and facts", "CC BY-SA 4.0"),
    "wiki_split": Ingredient(1.5, "WikiSplit, pairs of sentences", "CC BY-SA 4.0"),
}


def described(name: str) -> Ingredient:
    """What is known of a source; one that is not listed counts once."""
    return MIXTURE.get(name, Ingredient())
