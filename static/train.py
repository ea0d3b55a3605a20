import json

import torch

pairs = [json.loads(line) for line in open("pairs.jsonl", encoding="utf-8")]
V = 1 + max(max(pair["context_ids"] + [pair["label_id"]]) for pair in pairs)
contexts = torch.nn.utils.rnn.pad_sequence([torch.tensor(pair["context_ids"]) for pair in pairs], True, V)
labels = torch.tensor([pair["label_id"] for pair in pairs])
model = torch.nn.Sequential(torch.nn.EmbeddingBag(V + 1, 64, padding_idx=V), torch.nn.Linear(64, V))
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
for step in range(100):
    loss = torch.nn.functional.cross_entropy(model(contexts), labels)
    print(step, loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
