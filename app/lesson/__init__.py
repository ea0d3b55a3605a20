"""The lesson: steps and a coda, each with an instrument that computes on the reader's own input.

    state.py      a lesson's URL: the stage's state, and what the reader did at each instrument
    labelling.py  1, costly labels: a few texts labelled by hand, timed and extrapolated
    same_loss.py  3, the same loss: −ln p of a person's label and of a text's own, and both with labels shuffled
    by_hand.py    the labels of the third part: what a classifier gives to those that a person wrote
    finetuning.py 5, pretrain once, finetune cheaply: the runs that a reader asked for
    quiz.py       questions at the end of each step, some about the reader's own sentence
    view*.py      all of it as words, digits and lengths; whole.py puts it together

Step 2 is the stage itself, small.
"""
