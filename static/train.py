import json

import torch

rows = [torch.tensor([pair["label_id"], *pair["context_ids"]]) for pair in map(json.loads, open("pairs.jsonl", "rb"))]
tokens, ids = torch.nn.utils.rnn.pad_sequence(rows, True, -1).unique(return_inverse=True)  # the padding, -1, becomes 0
model = torch.nn.Sequential(torch.nn.EmbeddingBag(len(tokens), 64, padding_idx=0), torch.nn.Linear(64, len(tokens)))
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
for step in range(100):
    loss = torch.nn.functional.cross_entropy(model(ids[:, 1:]), ids[:, 0])
    print(step, loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
