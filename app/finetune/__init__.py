"""From the pretrained network to a classifier of sentences: θ_pre to θ_task, by a few labels that a person wrote.

labelled.py    the tasks: sentences with labels, in sentences/labelled/
"""
