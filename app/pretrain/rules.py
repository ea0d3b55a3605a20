"""A language model of hand-written rules: word classes, what follows what, endings. Nothing in it was counted.

It is a hidden Markov model (Rabiner 1989) whose numbers are all judgements, written down in grammar.toml. Before each
token it holds a belief about the last word's class; the rules say which classes may follow, and each class spreads its
share over its words. A listed word of rank r has the weight 1 / (r + 2), Zipf's law as Mandelbrot shifted it (1953);
what is kept for words in no list, the other tokens share evenly whose ending fits.

The tokens are the network's, and those were learnt from text: the rules borrow their spelling, and nothing else of it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.pretrain.grammar import book, classes, ending_of, guessed
from app.tokenizer import Tokenizer

Floats = NDArray[np.float64]
SHIFT = 2  # of Zipf's law
LONG = 5  # letters of a token from which on it may well be a whole word
FORMS = (" x", " X", "x", "X")  # how a word is written: with a space or none, small or with a capital
LETTERS, DIGITS = re.compile(r" ?[A-Za-z]+"), re.compile(r" ?[0-9]")
VOWEL = re.compile(r" ?[aeiouAEIOU]")


@dataclass(frozen=True)
class State:
    """What is known before a token."""

    prior: Floats  # (C,) the class that the last word was expected to be of
    belief: Floats  # (C,) and the one that it seems to be of
    form: str = "X"  # of FORMS: how the next word is written
    word: str = ""  # the last word, as far as it goes; empty after a sign
    going_on: float = 0.0  # the chance that it goes on
    n_words: int = 0  # since the sentence began
    is_asked: bool = False  # whether it began as questions do
    is_quoted: bool = False  # whether it stands in quotation marks


class Rules:
    """The model over a tokenizer's vocabulary, of V tokens and C classes."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.book, self.lists = book(), classes()
        self.texts = [tokenizer.text(token_id) for token_id in range(tokenizer.vocab_size)]
        self.ids = {text: token_id for token_id, text in enumerate(self.texts)}
        self.classes = [*self.lists, *self.book["signs"], "end"]
        self.listed = {word for words in self.lists.values() for word in words}
        self.follow = np.stack([self._followers(name) for name in self.classes])  # (C, C)
        self.words = {form: self._spread(form) for form in FORMS}  # (C, V)
        self.ends = {name: self._distribution(weights) for name, weights in self.book["ends"].items()}  # (V,)
        self.likelihood = np.max([*self.words.values()], axis=0).T  # (V, C), whatever the form
        self.likelihood[:, self.classes.index("end")] = np.max([*self.ends.values()], axis=0)
        self.endings, self.digits = self._endings(), self._shared(filter(re.compile("[0-9]").fullmatch, self.texts))
        self.sounds = np.array([bool(VOWEL.match(text)) for text in self.texts])  # (V,)
        by_sound = np.stack([self.sounds, ~self.sounds], axis=1)  # (V, 2)
        self.mass = {form: spread @ by_sound for form, spread in self.words.items()}  # (C, 2)
        anywhere = self.book["anywhere"]
        signs = np.array([float(anywhere.get(name, 0)) for name in self.classes])
        self.anywhere = signs / signs.sum()  # (C,)
        start = self._followers("start")
        self.start = State(start, self._only("new_line"))

    # --- The book, as arrays ----------------------------------------------------------------------------------------

    def _only(self, name: str) -> Floats:
        return np.array([float(each == name) for each in self.classes])

    def _followers(self, name: str) -> Floats:
        """(C,): what follows a class; where the book does not say, as after ends and new lines, a sentence begins."""
        rows = self.book["follow"]
        found = np.zeros(len(self.classes))
        for entry in (rows.get(name) or rows["start"]).split(","):
            follower, weight = entry.split()
            found[self.classes.index(follower)] = float(weight)
        return np.asarray(found / found.sum())

    def _distribution(self, weights: dict[str, float]) -> Floats:
        """(V,): tokens by weight, those left out that the vocabulary has not; all 0 where it has none of them."""
        found = np.zeros(len(self.texts))
        for text, weight in weights.items():
            if text in self.ids:
                found[self.ids[text]] = weight
        return found / (found.sum() or 1.0)

    def _shared(self, texts: Iterable[str]) -> Floats:
        """Tokens in no list: a letter less, and a token begins twice as many words, or ends them."""
        return self._distribution({text: 2.0 ** -min(len(text.strip()), LONG) for text in texts})

    def _spread(self, form: str) -> Floats:
        """(C, V): each class's distribution over its words, written in a form."""
        found = np.zeros((len(self.classes), len(self.texts)))
        unlisted = self._unlisted(form)
        for name, words in self.lists.items():
            ranked = {_written(word, form): 1 / (rank + SHIFT) for rank, word in enumerate(words, start=1)}
            share = self.book["unlisted"].get(name, 0.0)
            found[self.classes.index(name)] = (1 - share) * self._distribution(ranked) + share * self._shared(
                unlisted.get(name, ())
            )
        for name, signs in self.book["signs"].items():
            ranked = {sign: 1 / rank for rank, sign in enumerate(signs, start=1)}
            found[self.classes.index(name)] = self._distribution(ranked)
        return found

    def _unlisted(self, form: str) -> dict[str, list[str]]:
        """The tokens that stand in no list, by the classes that their endings suggest."""
        found: dict[str, list[str]] = {}
        for text in filter(LETTERS.fullmatch, self.texts):
            word = text.strip()
            # A name keeps its capital within a sentence, too.
            if (
                (text[0] == " ") == (form[0] == " ")
                and not self._is_listed(word)
                and (word[0].isupper() or form[-1] == "x")
            ):
                for name in guessed(word):
                    found.setdefault(name, []).append(text)
        return found

    def _is_listed(self, word: str) -> bool:
        return word in self.listed or word.lower() in self.listed

    def _endings(self) -> Floats:
        """(V,): how a word goes on."""
        rules = self.book["going_on"]
        listed = self._distribution({text: 1 / (rank + SHIFT) for rank, text in enumerate(rules["listed"].split(), 1)})
        others = self._shared(text for text in self.texts if re.fullmatch("[a-z]+", text))
        return np.asarray((1 - rules["unlisted"]) * listed + rules["unlisted"] * others)

    # --- What is expected -------------------------------------------------------------------------------------------

    def expected(self, state: State, tokens: slice | int = slice(None)) -> Floats:
        """(V,): the probability of every token that may come next; or only those of some tokens."""
        chances, following = self.book["chances"], self._following(state)
        end, sounds = following[self.classes.index("end")], self.sounds[tokens]
        ending = ("asked" if state.is_asked else "told") + ("_quoted" if state.is_quoted else "")
        found = following @ self.words[state.form][:, tokens] + end * self.ends[ending][tokens]
        vowels, others = following @ self.mass[state.form] + (0, end)
        if (article := state.word.lower()) in ("a", "an"):
            before_vowel = chances["right_article"] if article == "an" else 1 - chances["right_article"]
            found = found * np.where(sounds, before_vowel, 1 - before_vowel)
            vowels, others = vowels * before_vowel, others * (1 - before_vowel)
        # What classes kept for words that the vocabulary has not in this form, the others share.
        found = (1 - state.going_on) * found / (vowels + others)
        found = found + state.going_on * (self.endings if state.word else self.digits)[tokens]
        return np.asarray((1 - chances["anything"]) * found + chances["anything"] / len(self.texts))

    def _following(self, state: State) -> Floats:
        """(C,): the class of what comes next, where the last word does not go on."""
        chances = self.book["chances"]
        found = state.belief @ self.follow
        if state.word:
            found = (1 - chances["anywhere"]) * found + chances["anywhere"] * self.anywhere
        found[self.classes.index("end")] *= min(
            (state.n_words + chances["end_begins"]) / chances["end_full"], chances["end_most"]
        )
        return np.asarray(found / found.sum())

    # --- What is learnt from a token that came ----------------------------------------------------------------------

    def after(self, state: State, token_id: int) -> State:
        """What is known once a token has come."""
        text = self.texts[token_id]
        if LETTERS.fullmatch(text):
            return self._after_letters(state, token_id)
        following = self._following(state)
        belief = self._seen(following, self.likelihood[token_id])
        if DIGITS.fullmatch(text):
            going_on = self.book["going_on"]["after_digit"]
            return replace(state, prior=following, belief=self._only("digit"), form=" x", word="", going_on=going_on)
        state = replace(state, prior=following, belief=belief, form=" x", word="", going_on=0.0)
        kind = self.classes[int(belief.argmax())]
        if text == '"':
            kind = "quote_close" if state.is_quoted else "quote_open"
        if kind in ("quote_open", "new_line"):
            return replace(state, form="X", n_words=0, is_asked=False, is_quoted=kind == "quote_open")
        if kind == "quote_close":
            return replace(state, belief=self._only(kind), is_quoted=False)
        if kind == "hyphen":
            return replace(state, form="x")
        if kind != "end":
            return state
        is_quoted = state.is_quoted and '"' not in text
        if text in (',"', '?"', '!"'):  # the sentence around the quotation goes on
            return replace(state, belief=self._only("quote_close"), n_words=4, is_asked=False, is_quoted=False)
        return replace(state, form=" X", n_words=0, is_asked=False, is_quoted=is_quoted)

    def _after_letters(self, state: State, token_id: int) -> State:
        text = self.texts[token_id]
        if state.word and text[0] != " ":
            word, following, n_words, is_asked = state.word + text, state.prior, state.n_words, state.is_asked
            belief = self._seen(following, self._by_ending(word))
        else:
            word, following, n_words = text.strip(), self._following(state), state.n_words + 1
            is_asked = (
                state.is_asked if state.n_words else word.lower() in self.book["questions"]["first_words"].split()
            )
            likelihood = self.likelihood[token_id]
            belief = self._seen(following, likelihood if likelihood.any() else self._by_ending(word))
        going_on = self._going_on(word, is_first=word == text.strip())
        return State(following, belief, " x", word, going_on, n_words, is_asked, state.is_quoted)

    def _by_ending(self, word: str) -> Floats:
        names = guessed(word)
        return np.array([float(name in names) for name in self.classes])

    def _seen(self, following: Floats, likelihood: Floats) -> Floats:
        """Bayes' rule; where nothing of the kind was expected, the likelihood alone; without that, as after a comma."""
        for found in (following * likelihood, likelihood):
            if found.any():
                return np.asarray(found / found.sum())
        return self._only("comma")

    def _going_on(self, word: str, is_first: bool) -> float:
        rules, ending = self.book["going_on"], ending_of(word)
        if self._is_listed(word):
            kind = "after_listed_word"
        elif ending == "capital" and is_first:
            kind = "after_capital"
        elif ending and ending != "capital":
            kind = "after_ending"
        else:
            kind = "after_short" if len(word) <= 3 else "after_long"
        return float(rules[kind])

    def log_probs(self, pieces: Iterable[Sequence[int] | NDArray[np.uint16]]) -> Floats:
        """Log P(x_t | x_<t) for every token of every piece but each piece's first, in order."""
        found: list[float] = []
        for piece in pieces:
            state = self.after(self.start, int(piece[0]))
            for token_id in map(int, piece[1:]):
                found.append(float(self.expected(state, token_id)))
                state = self.after(state, token_id)
        return np.log(found)


def _written(word: str, form: str) -> str:
    """A word in a form; what is joined to the word before has but one.

    >>> _written("boat", " X"), _written("'s", " X")
    (' Boat', "'s")
    """
    if word[0] == "'":
        return word
    return form[:-1] + (word if form[-1] == "x" else word[0].upper() + word[1:])
