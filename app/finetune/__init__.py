"""From the pretrained network to a classifier of sentences: θ_pre to θ_task, by a few labels that a person wrote.

labelled.py    the tasks: sentences with labels, in sentences/labelled/
classifier.py  the network with a small head, which gives a sentence's probability of each label
training.py    finetuning it for real, a step at a time, from pretrained or from random weights
probe.py       a head alone, fitted on all labels: what it makes of any text, at the cost of one pass
"""
