from pathlib import Path

import pytest

from app.model import GPTConfig
from app.pretrain.race import race, table
from app.pretrain.shards import write_shards
from app.pretrain.sources import sources
from app.pretrain.train import TrainConfig
from app.tokenizer import Tokenizer

pytestmark = pytest.mark.usefixtures("plain_cpu")


def test_both_loops_get_the_same_time_and_are_measured_on_the_same_text(
    corpus: Path, tmp_path: Path, tokenizer: Tokenizer
) -> None:
    write_shards(sources(corpus), tmp_path / "shards", tokenizer, 32, lambda source, n: None)
    tokenizer.save(tmp_path / "shards" / "tokenizer.json")
    shape = GPTConfig(tokenizer.vocab_size, context_length=32, n_layer=1, n_head=2, n_embd=32, n_hidden=48)
    config = TrainConfig(tokens=10**9, minutes=0.05, rows=8, learning_rate=1e-2, warmup=3)
    seen: list[float] = []
    ours, plain = race(tmp_path / "shards", tmp_path, shape, config, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] >= 1
    assert 3 <= ours.seconds < 6
    assert plain.seconds == pytest.approx(ours.seconds, rel=0.5)
    assert plain.tokens % (8 * 32) == 0
    for end in (ours, plain):
        assert 0 < end.loss < 5.5  # both have learnt: guessing among 320 tokens costs 5.8
    assert str(list(table(ours, plain).columns[3].cells)[-1]) == f"{ours.speed / plain.speed:.2f}"
