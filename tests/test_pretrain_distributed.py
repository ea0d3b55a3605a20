import itertools
import json
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from torch import distributed, nn

from app.pretrain.distributed import World, joined
from tests.server import environment

TOKENS = 6_000  # 20 steps and more


def trained(corpus: Path, folder: Path, *arguments: object, processes: int = 1) -> subprocess.CompletedProcess[str]:
    """`pretrain` in so many real processes; one is started as ever, more by torchrun on a port of its own choice."""
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    return subprocess.run(
        [
            sys.executable,
            *(torchrun if processes > 1 else []),
            *("-m", "tests.small_pretraining", str(corpus), str(folder), *map(str, arguments)),
        ],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=environment(),
        timeout=300,
    )


def card(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "model" / "card.json").read_text(encoding="utf-8"))
    return found


def losses(folder: Path) -> list[float]:
    """Every step's training loss."""
    return [point["train_loss"] for point in card(folder)["curve"]]


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus whose batches fall into unequal shares: a row holds 18 words in a guessable order, or 30 in none."""
    random, words = Random(1), ["".join(letters) for letters in itertools.product("bdgk", "aeiou", "lmr")]
    folder = tmp_path_factory.mktemp("uneven")
    ordered = [words[start : start + 18] for start in range(40)]
    documents = [[*random.choice(ordered), str(i)] if i % 2 else random.choices(words, k=29) for i in range(600)]
    (folder / "words.txt").write_text("\n\n".join(map(" ".join, documents)), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def alone(uneven: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that one process has trained."""
    folder = tmp_path_factory.mktemp("alone")
    result = trained(uneven, folder, TOKENS)
    assert result.returncode == 0, result.stderr
    return folder


def test_two_processes_have_every_loss_of_one(uneven: Path, alone: Path, tmp_path: Path) -> None:
    together = tmp_path / "together"
    result = trained(uneven, together, TOKENS, processes=2)
    assert result.returncode == 0, result.stderr
    assert len(losses(alone)) >= 20
    assert losses(together) == pytest.approx(losses(alone), abs=1e-3)
    assert losses(together)[-1] < losses(together)[0] - 1
    assert card(together)["validation"]["loss"] == pytest.approx(card(alone)["validation"]["loss"], abs=1e-3)
    assert card(together)["tokens_seen"] == card(alone)["tokens_seen"]
    assert (card(together)["processes"], card(alone)["processes"]) == (2, 1)
    assert "minutes on 2 × cpu, 1 thread(s)" in (together / "model" / "README.md").read_text(encoding="utf-8")
    assert "Warning" not in result.stderr
    assert result.stdout.count("validation loss") == 1  # one of them speaks for all


@pytest.mark.parametrize(("before", "after"), [(2, 1)])
def test_an_interrupt_of_one_process_stops_all_and_any_number_goes_on(
    before: int, after: int, uneven: Path, alone: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "parts"
    stopped = trained(uneven, folder, TOKENS, 7, processes=before)
    assert stopped.returncode == 0, stopped.stderr
    assert stopped.stdout.count("interrupted at step 7; the same command goes on from here") == 1
    assert not (folder / "model").exists()
    resumed = trained(uneven, folder, TOKENS, processes=after)
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout.count("going on at step 7, ") == 1
    assert losses(folder) == pytest.approx(losses(alone), abs=1e-3)


def test_what_is_wrong_is_said_once_and_ends_all_processes(tmp_path: Path) -> None:
    """Rank 0 alone finds that there is no corpus, while the other waits for it."""
    result = trained(tmp_path, tmp_path / "run", TOKENS, processes=2)
    assert result.returncode != 0
    assert result.stderr.count("Error: no .txt file in") == 1


@pytest.mark.parametrize("size", [1, 2, 4])
def test_the_shares_of_all_processes_are_the_batch(size: int) -> None:
    batch = np.arange(8)
    shares = [batch[World(rank, size).share(8)] for rank in range(size)]
    assert {len(share) for share in shares} == {8 // size}
    assert np.concatenate(shares).tolist() == batch.tolist()


def test_rows_that_the_processes_cannot_share_equally_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"8 rows cannot be shared equally by 3 processes; start a number .* divides 8"
    ):
        World(0, 3).share(8)


def test_a_process_alone_forms_no_group_and_answers_itself(tmp_path: Path) -> None:
    with joined() as world:
        assert not distributed.is_initialized()
        assert (world.rank, world.size) == (0, 1)
        assert world.total(3.5) == 3.5
        assert world.first(lambda: "made") == "made"
        assert world.see(tmp_path)
        assert not world.see(tmp_path / "absent")
        module = nn.Linear(1, 1)
        assert world.replicated(module) is module
