"""One causal pass over a sentence, and what the model expected at each of its pairs."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Condition
from typing import NamedTuple

import torch
from cachetools import LRUCache, cached
from torch import Tensor

from app.batching import Batches
from app.language import _
from app.language_model import LanguageModel
from app.pairs import training_pairs
from app.sentences import DEFAULT_TOP_K, InputError, check_text, one_line_break
from app.tokenizer import Token


class Candidate(NamedTuple):
    """A token the model expected, with its probability over the whole vocabulary."""

    id: int
    text: str
    probability: float


@dataclass(frozen=True)
class Prediction:
    """What the model expected at one pair.

    rank: 1 + the number of tokens more probable than the label. loss: −ln probability, in nats.
    top: the most probable tokens, best first. remainder: 1 − the sum of top.
    parts: of a word (`app.words`), the predictions of its tokens. Its probability and loss are then the whole word's;
    label_id, rank, top and remainder are those of its first token.
    """

    step: int
    position: int
    context: str
    label: str
    label_id: int
    probability: float
    rank: int
    loss: float
    top: tuple[Candidate, ...]
    remainder: float
    parts: tuple["Prediction", ...] = ()

    @property
    def first(self) -> "Prediction":
        """What the model expected right after the context: the label, or a word's first token."""
        return self.parts[0] if self.parts else self


@dataclass(frozen=True)
class Analysis:
    """A sentence, its T tokens and the T − 1 predictions.

    sentence is the text that was cut, each line break a single newline; the tokens' spans count its characters.
    mean_loss is the sentence's cross-entropy in nats per pair, perplexity its exponential. unit: “token”, or “word”
    where `app.words` has put words in their place.
    """

    sentence: str
    tokens: tuple[Token, ...]
    predictions: tuple[Prediction, ...]
    mean_loss: float
    perplexity: float
    unit: str = "token"


class Predictor:
    """A model ready to analyze sentences.

    The latest analyses are kept, in `max_bytes` at most. A sentence that several threads ask for is computed once, and
    different ones that they ask for side by side share a pass.
    """

    def __init__(self, model: LanguageModel, max_bytes: int = 30_000_000) -> None:
        self.model = model
        self._batches = Batches(model.batch_logits)
        self.kept: LRUCache[Hashable, Analysis] = LRUCache(max_bytes, getsizeof=_size)
        # The condition makes who comes second wait for who came first.
        self._once = cached(self.kept, condition=Condition())(self._analyze)
        self._row = lru_cache(50)(self._last_row)  # of 8 V bytes each

    def analyze(self, sentence: str, top_k: int = DEFAULT_TOP_K) -> Analysis:
        """Tokens, pairs and predictions of a sentence; InputError where it is no sentence to analyze."""
        sentence = one_line_break(sentence)
        # Long lists of candidates are for programs, which ask once, and would fill the memory.
        return self._once(sentence, top_k) if top_k == DEFAULT_TOP_K else self._analyze(sentence, top_k)

    def check(self, sentence: str) -> None:
        """Analyze a sentence without a look at what is kept; RuntimeError unless all its probabilities are numbers."""
        perplexity = self._analyze(sentence, DEFAULT_TOP_K).perplexity
        if not math.isfinite(perplexity):
            raise RuntimeError(f"the model's perplexity is {perplexity}")

    def ranked(self, analysis: Analysis, step: int, top_k: int) -> list[Candidate]:
        """The most probable tokens at one step, best first, as many as are asked for."""
        best = self._row(_context(analysis, step)).topk(min(top_k, self.model.vocab_size))
        return [
            Candidate(token_id, self.model.text(token_id), math.exp(log_prob))
            for token_id, log_prob in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        ]

    def candidate(self, analysis: Analysis, step: int, token_id: int) -> tuple[Candidate, int]:
        """Any token as a candidate at one step, and its rank there."""
        row = self._row(_context(analysis, step))
        rank = int((row > row[token_id]).sum()) + 1
        return Candidate(token_id, self.model.text(token_id), math.exp(float(row[token_id]))), rank

    def _last_row(self, context: tuple[int, ...]) -> Tensor:
        """Token ids -> ln P(next token) after all of them, (V,)."""
        return self._log_probs(context)[-1].clone()  # a view would keep all rows

    @torch.inference_mode()
    def _log_probs(self, token_ids: Sequence[int]) -> Tensor:
        """`log_probs`, by a pass that may be shared."""
        return _over_vocabulary(self._batches.logits(token_ids))

    def _analyze(self, sentence: str, top_k: int) -> Analysis:
        check_text(sentence)
        model = self.model
        tokens = tuple(model.tokens(sentence))
        check_length(len(tokens), model.context_length)
        ids = [token.id for token in tokens]
        rows = self._log_probs(ids[:-1])
        chosen, ranks = scored(rows, ids[1:])
        top = rows.topk(min(top_k, rows.shape[1]), dim=1)
        predictions = []
        for pair, log_prob, rank, best, best_ids in zip(
            training_pairs(ids),
            chosen,
            ranks,
            top.values.exp().tolist(),
            top.indices.tolist(),
            strict=True,
        ):
            candidates = tuple(
                Candidate(token_id, model.text(token_id), probability)
                for token_id, probability in zip(best_ids, best, strict=True)
            )
            predictions.append(
                Prediction(
                    step=pair.step,
                    position=pair.position,
                    context=model.decode(pair.context),
                    label=model.text(pair.label),
                    label_id=pair.label,
                    probability=math.exp(log_prob),
                    rank=rank,
                    loss=-log_prob,
                    top=candidates,
                    remainder=max(0.0, 1.0 - math.fsum(best)),  # rounding may reach just below 0
                )
            )
        mean_loss = math.fsum(prediction.loss for prediction in predictions) / len(predictions)
        return Analysis(sentence, tokens, tuple(predictions), mean_loss, math.exp(mean_loss))


def _context(analysis: Analysis, step: int) -> tuple[int, ...]:
    return tuple(token.id for token in analysis.tokens[:step])


def check_has_pair(n_tokens: int) -> None:
    """Raise InputError unless a text has a pair."""
    if n_tokens < 2:
        message = (
            _("The text is 1 token, and a pair takes two: a context and its label. Add a word.")
            if n_tokens
            else _("The text is no token, and a pair takes two: a context and its label. Add a word.")
        )
        raise InputError("too_few_tokens", message, limit=2, actual=n_tokens)


def check_length(n_tokens: int, context_length: int) -> None:
    """Raise InputError unless a text has a pair and fits the context."""
    check_has_pair(n_tokens)
    if n_tokens > context_length:
        raise InputError(
            "too_many_tokens",
            _("The text has %(actual)s tokens; the limit is %(limit)s. Shorten it.")
            % {"actual": n_tokens, "limit": context_length},
            limit=context_length,
            actual=n_tokens,
        )


@torch.inference_mode()
def log_probs(model: LanguageModel, token_ids: Sequence[int], first: int = 0) -> Tensor:
    """One forward pass: T − 1 inputs -> ln P(next token) at each, over the whole vocabulary, (T − 1, V) in float64.

    first: how many rows are left out at the beginning.
    """
    return _over_vocabulary(model.logits(token_ids)[first:])


def scored(rows: Tensor, labels: Sequence[int]) -> tuple[list[float], list[int]]:
    """Log-probabilities (n, V) and n labels -> ln P(label) of each, and its rank."""
    chosen = rows.gather(1, torch.tensor(labels)[:, None])  # (n, 1)
    ranks = (rows > chosen).sum(dim=1) + 1
    return chosen.flatten().tolist(), ranks.tolist()


def _over_vocabulary(logits: Tensor) -> Tensor:
    """The softmax is taken in float64, so that a row's probabilities add up to 1 as far as anyone can see."""
    return logits.double().log_softmax(dim=-1)


def _size(analysis: Analysis) -> int:
    """About its bytes in memory: a pair holds its context, its numbers and its candidates."""
    return 1_000 + sum(2_000 + 2 * len(prediction.context) for prediction in analysis.predictions)
