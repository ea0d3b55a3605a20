"""A classifier: the network up to its last hidden state, and a small head that scores two labels by it.

It is the very state by which the language model scores the token that comes next.

Shapes in the comments: B sentences, T tokens of the longest, C channels.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from app.model import GPT


class Classifier(nn.Module):
    """The network, and a head in place of the scoring of the vocabulary."""

    def __init__(self, network: GPT) -> None:
        """The head is drawn afresh, by torch's random numbers."""
        super().__init__()
        self.network = network
        self.head = nn.Linear(network.config.n_embd, 2)
        nn.init.normal_(self.head.weight, std=0.02)  # as the network's own matrices begin
        nn.init.zeros_(self.head.bias)

    def forward(self, sentences: Sequence[Sequence[int]]) -> Tensor:
        """B lists of token ids -> logits of the two labels (B, 2)."""
        logits: Tensor = self.head(last_states(self.network, sentences))
        return logits


def last_states(network: GPT, sentences: Sequence[Sequence[int]]) -> Tensor:
    """B lists of token ids -> the hidden state of each one's last token (B, C), which has seen all of it."""
    longest = max(len(token_ids) for token_ids in sentences)
    # Padded at the end, where the causal mask keeps it from what is read out.
    padded = [[*token_ids, *[0] * (longest - len(token_ids))] for token_ids in sentences]  # (B, T)
    last = torch.tensor([len(token_ids) - 1 for token_ids in sentences])  # (B,)
    return network.hidden(torch.tensor(padded))[torch.arange(len(last)), last]
