from collections import Counter

from app.finetune.labelled import load
from app.lesson.labelling import Labelling, chosen, cost


def test_the_texts_are_test_sentences_half_of_them_of_either_label_and_always_the_same() -> None:
    task = load("sentiment")
    examples = chosen(task)
    assert Counter(example.label for example in examples) == dict.fromkeys(task.labels, 4)
    assert set(examples) <= set(task.test)
    assert chosen(task) == examples


def test_agreement_counts_the_labels_given_so_far() -> None:
    examples = chosen(load("sentiment"))
    right = "".join(example.label[0] for example in examples)
    wrong = right.translate(str.maketrans("pn", "np"))
    assert (Labelling(examples, right[:3]).agreed, Labelling(examples, right[:3]).is_done) == (3, False)
    assert (Labelling(examples, wrong).agreed, Labelling(examples, wrong).is_done) == (0, True)


def test_the_cost_grows_with_labels_pace_and_wage() -> None:
    assert cost(3600, 2, 10).hours == 2
    assert cost(3600, 2, 10).money == 20
    assert cost(7200, 2, 20).money == 80
