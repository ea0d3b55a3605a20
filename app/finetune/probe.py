"""A head alone, fitted on all labels of a task: what it makes of any text costs one pass of the network.

The network's weights stay as pretraining left them, so that no further copy of them is needed. With one head and no
weights below it to change, the best fit can be computed: logistic regression on the last hidden states.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from app.checkpoint import Checkpoint
from app.finetune.classifier import last_states
from app.finetune.labelled import Task
from app.predict import check_length
from app.sentences import check_text, one_line_break

DECAY = 50.0  # how much large weights cost, found on a part of the training sentences (docs/experiments.md)
BATCH = 8  # texts in one pass
ROUNDS = 12  # of Newton's method, which doubles the right digits in each


class Probe:
    """A fitted head for one task, ready for any text."""

    def __init__(self, checkpoint: Checkpoint, task: Task) -> None:
        """Fit the head on all training sentences; takes about a second."""
        self.task, self._checkpoint = task, checkpoint
        labels = torch.tensor([float(example.label == task.labels[1]) for example in task.train]).double()  # (N,)
        states = self._states([example.text for example in task.train])  # (N, C)
        self._mean, self._deviation = states.mean(dim=0), states.std(dim=0)
        self._weights = fitted(self._scaled(states), labels)

    def probabilities(self, text: str) -> Mapping[str, float]:
        """P(label) of both labels; InputError where the text is none, or longer than the context."""
        text = one_line_break(text)
        check_text(text)
        check_length(max(2, len(self._checkpoint.tokens(text))), self._checkpoint.context_length)
        first, second = self.log_probabilities([text])[0].exp().tolist()
        return dict(zip(self.task.labels, (first, second), strict=True))

    def log_probabilities(self, texts: Sequence[str]) -> Tensor:
        """The ln P of both labels for each of N texts, (N, 2)."""
        scores = self._scaled(self._states(texts)) @ self._weights
        return torch.nn.functional.logsigmoid(torch.stack((-scores, scores), dim=1))

    @torch.inference_mode()
    def _states(self, texts: Sequence[str]) -> Tensor:
        """The last hidden state of each, (N, C)."""
        token_ids = [[token.id for token in self._checkpoint.tokens(text)] for text in texts]
        batches = (token_ids[at : at + BATCH] for at in range(0, len(token_ids), BATCH))
        return torch.cat([last_states(self._checkpoint.model, batch).double() for batch in batches])

    def _scaled(self, states: Tensor) -> Tensor:
        """(N, C) -> (N, C + 1): every channel of mean 0 and deviation 1 over the training sentences, and a 1."""
        return functional.pad((states - self._mean) / self._deviation, (0, 1), value=1.0)


def fitted(inputs: Tensor, labels: Tensor, decay: float = DECAY) -> Tensor:
    """Weights w (C,) of the least Σ −ln p(label) + decay / 2 · |w|², where p(1) = σ(inputs · w), by Newton's method.

    inputs (N, C) and labels (N,), each 0 or 1, in float64. Source: Bishop 2006, section 4.3.3.
    """
    weights = torch.zeros_like(inputs[0])
    for _ in range(ROUNDS):
        p = (inputs @ weights).sigmoid()
        gradient = inputs.T @ (p - labels) + decay * weights
        hessian = (inputs.T * (p * (1 - p))) @ inputs + decay * torch.eye(len(weights), dtype=inputs.dtype)
        weights = weights - torch.linalg.solve(hessian, gradient)
    return weights
