"""Words instead of tokens: the same text and the same pass, counted as people count.

A word is a group of tokens, and its probability is by the chain rule the product over them: each token's, given the
context and the word's tokens before it. So the losses of a word's tokens add up to the word's.
"""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.language import _
from app.predict import Analysis, Prediction
from app.sentences import InputError
from app.tokenizer import Token

LARGEST_EXPONENT = 709  # of e, in a float


@dataclass(frozen=True)
class Word:
    """One word of a text: its characters [start, end) and its tokens x_first … x_last, from 1 as in the formulae."""

    text: str
    start: int
    end: int
    first: int
    last: int


def words(text: str, tokens: Sequence[Token]) -> list[Word]:
    """Group a text's tokens into words, which together are the text.

    A word begins with white space, or where the tokens part letters and digits, punctuation or symbols from each
    other: a comma stands alone, “don't” is one word if “'t” is one token. Bytes of one character, accents and joiners
    stay with what comes before them.

    >>> tokens = [Token(0, "It", 0, 2), Token(1, " dr", 2, 5), Token(2, "ifted", 5, 10), Token(3, ".", 10, 11)]
    >>> [(word.text, word.first, word.last) for word in words("It drifted.", tokens)]
    [('It', 1, 1), (' drifted', 2, 3), ('.', 4, 4)]
    """
    found: list[Word] = []
    end = 0
    for position, token in enumerate(tokens, start=1):
        # Some tokenizers keep no spaces: what lies between two tokens belongs to the second.
        start, end = end, len(text) if position == len(tokens) else max(end, token.end)
        piece = text[start:end]
        if found and (token.start < start or not _begins(found[-1].text, piece)):
            found[-1] = replace(found[-1], text=found[-1].text + piece, end=end, last=position)
        else:
            found.append(Word(piece, start, end, position, position))
    return found


def _begins(word: str, piece: str) -> bool:
    """Whether a piece of text begins a new word after the characters of another one."""
    if word.isspace() or not piece:
        return False
    if word[-1:].isspace() or piece[0].isspace():
        return True
    before, after = _kind(word), _kind(piece)
    return bool(before and after) and before != after


def _kind(text: str) -> str:
    """Letters or digits, punctuation or symbols, the first of them that it has; nothing for accents and joiners."""
    if any(character.isalnum() for character in text):
        return "letters"
    categories = {unicodedata.category(character)[0] for character in text}
    return "punctuation" if "P" in categories else "symbols" if "S" in categories else ""


def by_word(analysis: Analysis) -> Analysis:
    """The analysis of the same pass with n words for tokens, n − 1 pairs, and the loss and perplexity of a word.

    A word's `Token` has the id of its first. InputError where there are not two words.
    """
    found = words(analysis.sentence, analysis.tokens)
    if len(found) < 2:
        raise InputError(
            "too_few_words",
            _(
                "In words, there is no pair: this text is 1 word of %(n)s tokens, and a pair takes two. Add a word. "
                "Here it is in tokens."
            )
            % {"n": len(analysis.tokens)},
            limit=2,
            actual=1,
        )
    predictions = tuple(
        _prediction(step, word, analysis.predictions[word.first - 2 : word.last - 1])
        for step, word in enumerate(found[1:], start=1)
    )
    mean_loss = math.fsum(prediction.loss for prediction in predictions) / len(predictions)
    return Analysis(
        sentence=analysis.sentence,
        tokens=tuple(Token(analysis.tokens[word.first - 1].id, word.text, word.start, word.end) for word in found),
        predictions=predictions,
        mean_loss=mean_loss,
        perplexity=math.exp(mean_loss) if mean_loss < LARGEST_EXPONENT else math.inf,
        unit="word",
    )


def _prediction(step: int, word: Word, parts: tuple[Prediction, ...]) -> Prediction:
    loss = math.fsum(part.loss for part in parts)
    return replace(
        parts[0], step=step, position=step + 1, label=word.text, probability=math.exp(-loss), loss=loss, parts=parts
    )
