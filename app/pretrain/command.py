"""`python -m app pretrain`: corpus to tokenizer to shards to a trained checkpoint with its card."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from app import checkpoint
from app.model import GPTConfig
from app.pretrain.card import card_of, write_card
from app.pretrain.corpus import as_typed, documents, is_validation, sources
from app.pretrain.evaluate import measured, validation_pieces
from app.pretrain.shards import write_shards
from app.pretrain.train import Run, TrainConfig
from app.tokenizer import Tokenizer


def pretrain(
    corpus: Path,
    shards: Path,
    folder: Path,
    out: Path,
    console: Console,
    threads: int,
    heldout: Path | None = None,
    **options: Any,
) -> None:
    """Run every stage that is not done yet; ValueError where the corpus cannot be used."""
    if threads:
        torch.set_num_threads(threads)
    for needed in (shards, folder):
        needed.mkdir(parents=True, exist_ok=True)
    shape, config = GPTConfig(), TrainConfig(**options)
    tokenizer = _tokenizer(corpus, shards / "tokenizer.json", shape.vocab_size, console)
    shape = replace(shape, vocab_size=tokenizer.vocab_size)  # a small corpus has fewer merges to learn
    with _bar("tokenizing", console) as bar:
        task = bar.add_task("", total=None)
        manifest = write_shards(
            corpus,
            shards,
            tokenizer,
            shape.context_length,
            lambda source, n: bar.update(task, advance=n, description=source),
            heldout,
        )
    if not any(row["validation_documents"] for row in manifest):
        raise ValueError(f"no document of {corpus} is held out for validation, about one in 200 is; add documents")
    run = Run(folder, shards, shape, config, tokenizer)
    if run.resume():
        console.print(f"going on at step {run.progress.step:,}, {run.progress.tokens:,} tokens")
    with _bar("training", console) as bar:
        task = bar.add_task("", total=1.0)

        def report(run: Run, loss: float) -> None:
            done = run.progress
            speed = done.tokens / done.seconds
            last = f", validation {done.curve[-1]['loss']:.3f}" if done.curve else ""
            bar.update(
                task,
                completed=run.spent,
                description=f"step {done.step:,}, {done.tokens:,} tokens, {speed:,.0f}/s, loss {loss:.3f}{last}",
            )

        finished = run.advance(report)
    if not finished:
        console.print(f"interrupted at step {run.progress.step:,}; the same command goes on from here")
        return
    found = measured(run.model, tokenizer, validation_pieces(shards))
    checkpoint.save(out, run.model.cpu(), tokenizer)
    write_card(out, card_of(run, out.name, manifest, found))
    console.print(f"{out}: validation loss {found.loss:.3f} nats a token, {found.bits_per_byte:.3f} bits a byte")


def _bar(title: str, console: Console) -> Progress:
    text = TextColumn("{task.description}")
    return Progress(SpinnerColumn(), title, BarColumn(), text, TimeElapsedColumn(), console=console)


def _tokenizer(corpus: Path, path: Path, vocab_size: int, console: Console) -> Tokenizer:
    if not path.exists():
        with console.status("learning the vocabulary"):
            Tokenizer.train(_vocabulary_texts(corpus), vocab_size).save(path)
    return Tokenizer.load(path)


def _vocabulary_texts(corpus: Path) -> Iterator[str]:
    """All training documents, and half of them again as typed, since that is how visitors write names."""
    for file in sources(corpus):
        for document in documents(file):
            if not is_validation(document):
                yield document
                if zlib.crc32(document.encode()) % 2:
                    yield as_typed(document)
