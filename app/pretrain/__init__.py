"""From a corpus to a checkpoint, a file a stage.

    sources.py      where documents come from: text files, or
    dataset.py      a Hugging Face dataset, streamed
    corpus.py       documents mended and cut to sentences, and which of them are held out
    duplicates.py   which documents repeat others, and are left out
    mixture.py      how often each source is read, its origin and licence
    shards.py       documents to memory-mapped pieces of token ids, pieces to packed batches
    loss.py         the cross-entropy, a chunk at a time
    distributed.py  the processes that train together under torchrun, or the one that trains alone
    train.py        the loop: batches to a trained network, interruptible at any step
    race.py         how much the loop gains over a plain one
    ngram.py        the baselines: unigram and Kneser-Ney n-gram models
    rules.py        a model of hand-written rules; grammar.py and grammar.toml hold what they are
    evaluate.py     what a model is worth on text it never learnt from; tables.py prints it
    bitter.py       rules, counting and the network on growing amounts of the same text
    card.py         the model card: what was read, how long, how good

command.py is `python -m app pretrain`: all of these, in this order.
"""
