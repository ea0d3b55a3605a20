"""`python -m app pretrain`: corpus to tokenizer to shards to a trained checkpoint with its card."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from safetensors.torch import load_file

from app import checkpoint, snapshots
from app.model import GPTConfig
from app.pretrain.card import card_of, write_card
from app.pretrain.corpus import as_typed, is_validation
from app.pretrain.distributed import joined
from app.pretrain.evaluate import measured, validation_pieces
from app.pretrain.shards import write_shards
from app.pretrain.sources import Source, sources
from app.pretrain.train import Run, TrainConfig
from app.tokenizer import Tokenizer

SNAPSHOTS = (
    6  # shipped with a checkpoint, beside its beginning and its end, which need no file: 22 MB of the default shape
)


def pretrain(
    corpus: str | Path,
    shards: Path,
    folder: Path,
    out: Path,
    console: Console,
    threads: int,
    heldout: str | Path | None = None,
    most: int | None = None,
    start: Path | None = None,
    **options: Any,
) -> None:
    """Run every stage that is not done yet; ValueError where the corpus cannot be used.

    Of each source of the corpus (see `sources`), the first `most` documents are read. A finished checkpoint `start`
    gives its vocabulary, shape and weights to begin with.
    Under `torchrun` all its processes train together; all else is the first one's work, which the others wait for.
    """
    if threads:
        torch.set_num_threads(threads)
    config = TrainConfig(**options)
    with joined() as world:
        console.quiet = world.rank > 0
        world.share(config.rows)  # refused at once, not after an hour of tokenizing
        manifest = world.first(lambda: _prepared(corpus, shards, console, heldout, most, start))
        world.see(shards / "manifest.json")  # the shards are made once, and read by all
        folder.mkdir(parents=True, exist_ok=True)
        tokenizer = Tokenizer.load(shards / "tokenizer.json")
        shape = replace(GPTConfig(), vocab_size=tokenizer.vocab_size)  # a small corpus has fewer merges to learn
        run = Run(folder, shards, shape, config, tokenizer, world)
        if run.resume():
            console.print(f"going on at step {run.progress.step:,}, {run.progress.tokens:,} tokens")
        elif start:
            run.begin_at(start)
        if _advance(run, console):
            world.first(lambda: _finish(run, shards, out, manifest, console))
        else:
            console.print(f"interrupted at step {run.progress.step:,}; the same command goes on from here")


def _prepared(
    corpus: str | Path,
    shards: Path,
    console: Console,
    heldout: str | Path | None,
    most: int | None,
    start: Path | None,
) -> list[dict[str, int | str]]:
    """Make the tokenizer and the shards; returns the manifest."""
    read, reserved = sources(corpus, most), sources(heldout) if heldout else []
    shards.mkdir(parents=True, exist_ok=True)
    shape = GPTConfig()
    if start and not (shards / "tokenizer.json").exists():
        checkpoint.load(start).tokenizer.save(shards / "tokenizer.json")
    tokenizer = _tokenizer(read, shards / "tokenizer.json", shape.vocab_size, console)
    with _bar("tokenizing", console) as bar:
        task = bar.add_task("", total=None)
        manifest = write_shards(
            read,
            shards,
            tokenizer,
            shape.context_length,
            lambda source, n: bar.update(task, advance=n, description=source),
            reserved,
        )
    if not any(row["validation_documents"] for row in manifest):
        raise ValueError(f"no document of {corpus} is held out for validation, about one in 200 is; add documents")
    return manifest


def _advance(run: Run, console: Console) -> bool:
    """Train with a progress bar; False when interrupted."""
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

        return run.advance(report)


def _finish(run: Run, shards: Path, out: Path, manifest: list[dict[str, int | str]], console: Console) -> None:
    """Measure the trained model, and write it with its card."""
    found = measured(run.model, run.tokenizer, validation_pieces(shards))
    checkpoint.save(out, run.model.cpu(), run.tokenizer)
    kept = snapshots.moments(run.folder / "snapshots")
    for tokens in snapshots.chosen(list(kept), SNAPSHOTS):
        snapshots.save(out / "snapshots" / kept[tokens].name, load_file(kept[tokens]))
    write_card(out, card_of(run, out.name, manifest, found))
    console.print(f"{out}: validation loss {found.loss:.3f} nats a token, {found.bits_per_byte:.3f} bits a byte")


def _bar(title: str, console: Console) -> Progress:
    text = TextColumn("{task.description}")
    return Progress(SpinnerColumn(), title, BarColumn(), text, TimeElapsedColumn(), console=console)


def _tokenizer(corpus: list[Source], path: Path, vocab_size: int, console: Console) -> Tokenizer:
    if not path.exists():
        with console.status("learning the vocabulary"):
            Tokenizer.train(_vocabulary_texts(corpus), vocab_size).save(path)
    return Tokenizer.load(path)


def _vocabulary_texts(corpus: list[Source]) -> Iterator[str]:
    """All training documents, and half of them again as typed, since that is how visitors write names."""
    for source in corpus:
        for document in source.documents():
            if not is_validation(document):
                yield document
                if zlib.crc32(document.encode()) % 2:
                    yield as_typed(document)
