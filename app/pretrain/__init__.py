"""From a corpus to a checkpoint.

corpus.py     files to documents, documents to sentences, and which of them are held out
shards.py     documents to memory-mapped pieces of token ids, pieces to packed batches
loss.py       the cross-entropy, a chunk at a time
train.py      the loop: batches to a trained network, interruptible at any step
evaluate.py   loss and bits per byte on validation documents
card.py       the model card: what was read, how long, how good
command.py    `python -m app pretrain`: all of these, in this order
"""
