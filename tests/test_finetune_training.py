import math
from collections import Counter
from itertools import pairwise

import pytest
import torch

from app.checkpoint import Checkpoint
from app.finetune.classifier import Classifier, last_states
from app.finetune.labelled import TASKS, load
from app.finetune.training import (
    NETWORKS,
    Network,
    Progress,
    Run,
    beginning,
    compare,
    drawn,
    finetune,
    learn,
    share_of_peak,
)
from app.sentences import InputError


def ids(checkpoint: Checkpoint, *texts: str) -> list[list[int]]:
    return [[token.id for token in checkpoint.tokens(text)] for text in texts]


# --- What a run learns from ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("n_labels", [1, 5, 20, 200])
def test_the_sentences_drawn_are_training_ones_none_twice_and_of_either_label_alike(name: str, n_labels: int) -> None:
    task = load(name)
    examples = drawn(task, Run(name, n_labels, 3))
    assert len(set(examples)) == n_labels
    assert set(examples) <= set(task.train)
    counts = Counter(example.label for example in examples)
    assert abs(counts[task.labels[0]] - counts[task.labels[1]]) <= 1


def test_more_labels_add_to_fewer_and_another_seed_draws_others() -> None:
    task = load("place")
    few, more, other = (set(drawn(task, Run("place", n, seed))) for n, seed in ((10, 1), (50, 1), (10, 2)))
    assert few < more
    assert few != other


def test_shuffling_deals_the_same_labels_out_anew_among_the_same_sentences() -> None:
    task = load("place")
    plain, shuffled = (drawn(task, Run("place", 200, 1, is_shuffled)) for is_shuffled in (False, True))
    assert [example.text for example in shuffled] == [example.text for example in plain]
    assert Counter(example.label for example in shuffled) == Counter(example.label for example in plain)
    kept = sum(one == other for one, other in zip(plain, shuffled, strict=True))
    assert 70 <= kept <= 130  # about half of 200 find their own label again


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("tone", 5, 1), "There is no task “tone”. Choose one of these: sentiment, place."),
        (("place", 201, 1), "“labels” is “201”; it must be from 0 to 200."),
        (("place", -1, 1), "“labels” is “-1”; it must be from 0 to 200."),
        (("place", 5, 0), "“seed” is “0”; it must be from 1 to 20."),
    ],
)
def test_a_run_that_there_is_not_is_refused(asked: tuple[str, int, int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Run(*asked)


# --- The classifier ------------------------------------------------------------------------------------------------


def test_a_sentence_scores_the_same_alone_as_among_longer_ones(small: Checkpoint) -> None:
    classifier = beginning(small.model, "pretrained", 1)
    sentences = ids(small, "The cat sat.", "The little boat drifted across the quiet lake.", "the dog")
    together = classifier(sentences)
    alone = torch.cat([classifier([sentence]) for sentence in sentences])
    assert together.shape == (3, 2)
    assert (together - alone).abs().max() < 1e-5


def test_the_head_reads_the_state_that_scores_the_next_token(small: Checkpoint) -> None:
    [sentence] = ids(small, "The cat sat on the mat.")
    scores = small.model.score(last_states(small.model, [sentence]))[0]
    assert torch.allclose(scores, small.logits(sentence)[-1], atol=1e-5)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_classifier_begins_from_the_pretrained_weights_or_from_others_of_the_same_shapes(
    small: Checkpoint, network: Network
) -> None:
    begun = beginning(small.model, network, 1).network.state_dict()
    pretrained = small.model.state_dict()
    assert {name: weights.shape for name, weights in begun.items()} == {
        name: weights.shape for name, weights in pretrained.items()
    }
    same = [torch.equal(begun[name], pretrained[name]) for name in begun if "proj" in name or "embed" in name]
    assert set(same) == {network == "pretrained"}


# --- Training ------------------------------------------------------------------------------------------------------


def test_the_rate_rises_to_its_peak_and_falls_to_nearly_nothing() -> None:
    shares = [share_of_peak(step, 50) for step in range(1, 51)]
    top = shares.index(max(shares))
    assert shares[0] == pytest.approx(1 / 5)
    assert max(shares) == 1
    assert all(before < after for before, after in pairwise(shares[: top + 1]))
    assert all(before > after for before, after in pairwise(shares[top + 1 :]))
    assert 0 < shares[-1] < 0.03


@pytest.mark.parametrize("network", NETWORKS)
def test_all_weights_are_finetuned_and_the_checkpoint_keeps_its_own(
    small: Checkpoint, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[Classifier] = []

    def kept(*arguments: object) -> Classifier:
        trained.append(beginning(*arguments))  # type: ignore[arg-type]
        return trained[0]

    monkeypatch.setattr("app.finetune.training.beginning", kept)
    before = {name: weights.clone() for name, weights in small.model.state_dict().items()}
    list(finetune(small, Run("place", 5, 1), network, n_tests=0))
    begun = beginning(small.model, network, 1).state_dict()
    assert [name for name, weights in trained[0].state_dict().items() if torch.equal(weights, begun[name])] == []
    assert all(torch.equal(weights, before[name]) for name, weights in small.model.state_dict().items())
    assert not any(parameter.requires_grad for parameter in small.model.parameters())


def test_the_same_run_gives_the_same_numbers_and_another_seed_others(small: Checkpoint) -> None:
    one, again, other = (list(compare(small, Run("place", 5, seed))) for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_progress_is_told_before_the_first_step_and_after_each_and_tested_at_five(small: Checkpoint) -> None:
    run = Run("sentiment", 20, 1)
    told = list(finetune(small, run, "random"))
    assert [progress.step for progress in told] == list(range(run.n_steps + 1))
    assert [progress.loss is None for progress in told] == [step == 0 for step in range(run.n_steps + 1)]
    tested = [progress.step for progress in told if progress.accuracy is not None]
    assert tested == [progress.step for progress in told if progress.test_loss is not None] == [0, 4, 8, 12, 15]


def test_without_labels_nothing_is_learnt_and_the_new_head_guesses(small: Checkpoint) -> None:
    for network in NETWORKS:
        (only,) = finetune(small, Run("place", 0, 1), network)
        assert only.n_steps == 0
        assert only.accuracy is not None
        assert 0.3 < only.accuracy < 0.7


def test_a_count_of_words_learns_from_the_same_sentences_at_once(small: Checkpoint) -> None:
    *_, counted = compare(small, Run("place", 200, 1))
    assert (counted.network, counted.step, counted.n_steps, counted.loss) == ("words", 0, 0, None)
    assert counted.accuracy is not None
    assert counted.accuracy > 0.65
    (untaught,) = learn(small, Run("place", 0, 1), "words")
    assert untaught.test_loss == pytest.approx(math.log(2))


@pytest.mark.parametrize(("n_labels", "n_steps"), [(0, 0), (1, 15), (60, 15), (61, 16), (200, 50)])
def test_there_are_four_rounds_through_the_sentences_and_fifteen_steps_at_least(n_labels: int, n_steps: int) -> None:
    assert Run("place", n_labels, 1).n_steps == n_steps


def last(told: list[Progress]) -> tuple[float, float]:
    assert told[-1].accuracy is not None
    return told[-1].accuracy, sum(progress.loss or 0 for progress in told[-3:]) / 3


def test_the_shipped_model_learns_from_50_labels_what_random_weights_do_not(shipped: Checkpoint) -> None:
    run = Run("place", 50, 1)
    (pretrained, _), (random, _) = (last(list(finetune(shipped, run, network, n_tests=1))) for network in NETWORKS)
    assert pretrained > 0.7
    assert random < 0.65
