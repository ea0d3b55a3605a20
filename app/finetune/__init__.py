"""From the pretrained network to a classifier of sentences: θ_pre to θ_task, by a few labels that a person wrote.

labelled.py    the tasks: sentences with labels, in sentences/labelled/
classifier.py  the network with a small head, which gives a sentence's probability of each label
training.py    finetuning it for real, a step at a time, from pretrained or from random weights
bayes.py       counting words instead, without any network: what both are measured against
rates.py       which learning rates suit, found on a part of the training sentences
curve.py       test accuracy against the number of labels, over several seeds, kept with the checkpoint
probe.py       a head alone, fitted on all labels: what it makes of any text, at the cost of one pass
worker.py      a process that finetunes for a server, told what by lines of JSON

`python -m app finetune-curve` measures the whole curve; app.web.runs queues what visitors ask for.
"""
