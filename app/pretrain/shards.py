"""Token shards: the corpus as pieces of 16-bit token ids in memory-mapped files, and batches packed from them.

A piece begins where a document or one of its sentences begins, so that contexts from a single token on are what the
model learns from, and comes in two forms: as written, and as visitors type it (see `as_typed`).
A batch is packed without padding: several pieces share a row, each blind to the others.
"""

import hashlib
import itertools
import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.pretrain.corpus import as_typed, is_validation, sentences
from app.pretrain.duplicates import repeated
from app.pretrain.loss import IGNORED
from app.pretrain.mixture import described
from app.pretrain.sources import Source
from app.tokenizer import Tokenizer

FORMS = ("written", "typed")
SPLITS = ("train", "validation")
BATCH_OF_DOCUMENTS = 2_000  # tokenized together, on all cores


@dataclass(frozen=True)
class Pieces:
    """One source's pieces of one split and form: piece i is tokens[offsets[i] : offsets[i + 1]]."""

    tokens: NDArray[np.uint16]
    offsets: NDArray[np.int64]

    @classmethod
    def open(cls, stem: Path) -> "Pieces":
        """Map STEM.bin (token ids) and STEM.idx (offsets) into memory without reading them."""
        offsets = np.memmap(f"{stem}.idx", dtype=np.int64, mode="r")
        # An empty file cannot be mapped. Plain views: a slice of a memmap costs many times that of an array.
        tokens = np.memmap(f"{stem}.bin", dtype=np.uint16, mode="r") if offsets[-1] else np.zeros(0, np.uint16)
        return cls(tokens.view(np.ndarray), offsets.view(np.ndarray))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> NDArray[np.uint16]:
        return self.tokens[self.offsets[index] : self.offsets[index + 1]]


class _Writer:
    """Appends pieces to STEM.bin and STEM.idx; closed with the stack it is given."""

    def __init__(self, stem: Path, stack: ExitStack) -> None:
        self.tokens, self.offsets = (
            stack.enter_context(stem.with_name(f"{stem.name}.{kind}").open("wb")) for kind in ("bin", "idx")
        )
        self.total = self.n_pieces = 0
        self.offsets.write(np.int64(0).tobytes())

    def write(self, token_ids: list[int]) -> None:
        self.total += len(token_ids)
        self.n_pieces += 1
        self.tokens.write(np.array(token_ids, np.uint16).tobytes())
        self.offsets.write(np.int64(self.total).tobytes())


def groups(document_sentences: list[str], lengths: list[int], limit: int) -> Iterator[str]:
    """Join whole sentences into pieces of at most `limit` tokens (one long sentence may be longer)."""
    piece, total = "", 0
    for sentence, length in zip(document_sentences, lengths, strict=True):
        if piece and total + length > limit:
            yield piece.strip()
            piece, total = "", 0
        piece += sentence
        total += length
    if piece.strip():
        yield piece.strip()


def chunks(longest: int, written: list[int], *others: list[int]) -> Iterator[tuple[list[int], ...]]:
    """Cut a run-on sentence, and its other forms at the same places, to `longest` pairs each.

    One token overlaps, since the last of a piece is label only.
    """
    for start in range(0, max(len(written) - 1, 1), longest):
        yield tuple(ids[start : start + longest + 1] for ids in (written, *others))


def _piece_limit(document: str, longest: int) -> int:
    """A document's piece length: a quarter, a half or the whole of the context, so that all lengths are learnt from."""
    return longest >> (hashlib.sha256(document.encode()).digest()[-1] % 3)


def write_shards(
    corpus: list[Source],
    out: Path,
    tokenizer: Tokenizer,
    longest: int,
    progress: Callable[[str, int], None],
    heldout: Sequence[Source] = (),
) -> list[dict[str, int | str]]:
    """Tokenize a corpus into `out`; returns and stores the manifest, a row a source.

    Documents that repeat others are left out (see `repeated`), and so are those that repeat one of `heldout`, sources
    that are kept for reporting: what nearly stands in both would be learnt by heart, not predicted.
    `progress(source, documents)` is called after every few thousand documents. Shards that are complete and were made
    from the same sources by the same tokenizer are left as they are.
    """
    made_from: dict[str, object] = {
        "tokenizer": tokenizer.fingerprint,
        "longest": longest,
        "files": dict(source.fingerprint() for source in corpus),
        "heldout": dict(source.fingerprint() for source in heldout),
    }
    stored = out / "manifest.json"
    if stored.exists() and json.loads(stored.read_text())["made_from"] == made_from:
        return manifest_rows(out)
    out.mkdir(parents=True, exist_ok=True)
    # The manifest goes first and comes last: where it stands, the shards beside it are whole, and all there are.
    for old in (stored, *out.glob("*.bin"), *out.glob("*.idx")):
        old.unlink(missing_ok=True)
    n_heldout = sum(1 for source in heldout for _ in source.documents())
    left_out = iter(repeated(_compared([*heldout, *corpus], progress))[n_heldout:])
    rows = [_write_source(source, out, tokenizer, longest, progress, left_out) for source in corpus]
    stored.write_text(json.dumps({"made_from": made_from, "sources": rows}, indent=2))
    return rows


def _compared(sources: list[Source], progress: Callable[[str, int], None]) -> Iterator[str]:
    """Every document of the sources, in order."""
    for source in sources:
        yield from source.documents()
        progress(f"comparing {source.name}", 0)


def _write_source(
    source: Source,
    out: Path,
    tokenizer: Tokenizer,
    longest: int,
    progress: Callable[[str, int], None],
    left_out: Iterator[np.bool_],
) -> dict[str, int | str]:
    """Write one source's pieces; `left_out` says of each document in turn whether to leave it out."""
    counts = dict.fromkeys((*SPLITS, "repeated"), 0)
    stream = source.documents()
    with ExitStack() as stack:
        writers = {
            (split, form): _Writer(out / f"{source.name}.{split}.{form}", stack) for split in SPLITS for form in FORMS
        }
        while read := list(itertools.islice(stream, BATCH_OF_DOCUMENTS)):
            batch = [document for document in read if not next(left_out)]
            counts["repeated"] += len(read) - len(batch)
            cut = [sentences(document) for document in batch]
            lengths = iter(map(len, tokenizer.encode_batch([sentence for part in cut for sentence in part])))
            for document, part in zip(batch, cut, strict=True):
                split = "validation" if is_validation(document) else "train"
                counts[split] += 1
                limit = _piece_limit(document, longest)
                pieces = list(groups(part, list(itertools.islice(lengths, len(part))), limit))
                typed_pieces = tokenizer.encode_batch([as_typed(piece) for piece in pieces])
                for written, typed in zip(tokenizer.encode_batch(pieces), typed_pieces, strict=True):
                    for part_written, part_typed in chunks(longest, written, typed):
                        writers[split, "written"].write(part_written)
                        writers[split, "typed"].write(part_typed)
            progress(source.name, len(read))
    return {
        "source": source.name,
        **source.record(),
        "documents": counts["train"],
        "validation_documents": counts["validation"],
        "repeated_documents": counts["repeated"],
        "tokens": writers["train", "written"].total,
        "pieces": writers["train", "written"].n_pieces,
    }


def manifest_rows(shards: Path) -> list[dict[str, int | str]]:
    """A row a source. Its training pairs are its tokens less its pieces, of which each has a first token."""
    manifest = json.loads((shards / "manifest.json").read_text(encoding="utf-8"))
    return [
        # Earlier manifests did not count the pieces, but their offsets do.
        {**row, "pieces": row.get("pieces") or len(Pieces.open(shards / f"{row['source']}.train.written"))}
        for row in manifest["sources"]
    ]


def source_names(shards: Path) -> list[str]:
    """The sources that a folder of shards holds, in the manifest's order."""
    return [str(row["source"]) for row in manifest_rows(shards)]


@dataclass(frozen=True)
class Batch:
    """B rows of T slots. Slot t of a row holds a pair's last input and its label.

    inputs (B, T), labels (B, T) with `IGNORED` where a slot is empty, pieces (B, T): which piece of the row a slot
    belongs to; a slot sees only earlier slots of its own piece.
    """

    inputs: NDArray[np.int64]
    labels: NDArray[np.int64]
    pieces: NDArray[np.int64]

    @property
    def n_pairs(self) -> int:
        """How many training pairs the batch holds."""
        return int((self.labels != IGNORED).sum())


class Shards:
    """A folder of shards as an endless, seeded sequence of packed batches, any of which can be had by its number."""

    PER_BLOCK = 16_384  # pieces drawn and packed together; bounds memory whatever the corpus's size

    def __init__(self, folder: Path, seed: int, rows: int, slots: int, typed_share: float) -> None:
        self.seed, self.rows, self.slots, self.typed_share = seed, rows, slots, typed_share
        names = source_names(folder)
        self.train = [{form: Pieces.open(folder / f"{name}.train.{form}") for form in FORMS} for name in names]
        sizes = np.array([len(source["written"]) for source in self.train])
        weighted = sizes * np.array([described(name).weight for name in names])
        self.per_block = np.floor(self.PER_BLOCK * weighted / (weighted.sum() or 1)).astype(int)

    def batches(self, skip_blocks: int = 0, skip_batches: int = 0) -> Iterator[tuple[int, int, Batch]]:
        """Endless (block, index within the block, batch), from the given place on.

        ValueError where the corpus is so small that a block of its pieces does not fill one batch.
        """
        for block in itertools.count(skip_blocks):
            rows = self._packed(block)
            if len(rows) < self.rows:
                raise ValueError(
                    f"the corpus is too small: {len(rows)} rows of {self.slots} tokens can be filled from it, "
                    f"and a batch takes {self.rows}; add documents of some sentences"
                )
            for index in range(skip_batches, len(rows) // self.rows):
                yield block, index, self._batch(rows[index * self.rows : (index + 1) * self.rows])
            skip_batches = 0

    def _draw(self, block: int) -> Iterator[tuple[int, int]]:
        """(source, piece) for every piece of a block.

        Each source is walked in a fixed shuffle, on and on: a stride coprime to its size visits every piece once
        before any comes twice, and the place in the walk follows from the block's number alone.
        """
        for source, count in enumerate(self.per_block):
            size = len(self.train[source]["written"])
            stride = int(size * 0.6180339887) | 1
            while size and math.gcd(stride, size) > 1:
                stride += 2
            for place in range(block * count, (block + 1) * count):
                yield source, (place * stride + place // size) % size

    def _packed(self, block: int) -> list[list[NDArray[np.uint16]]]:
        """A block's pieces packed into rows of at most `slots` pairs, best fit first, in random order."""
        random = np.random.default_rng([self.seed, block])
        by_size: list[list[NDArray[np.uint16]]] = [[] for _ in range(self.slots + 1)]
        for source, index in self._draw(block):
            form = "typed" if random.random() < self.typed_share else "written"
            piece = self.train[source][form][index][: self.slots + 1]
            if len(piece) > 1:
                by_size[len(piece) - 1].append(piece)
        for same_size in by_size:
            random.shuffle(same_size)
        rows: list[list[NDArray[np.uint16]]] = []
        while any(by_size):
            row: list[NDArray[np.uint16]] = []
            room = self.slots
            # The first piece is drawn over all, so that long and short ones mix; the rest fill what room is left.
            size = int(random.choice([n for n, same_size in enumerate(by_size) if same_size]))
            while size:
                row.append(by_size[size].pop())
                room -= size
                size = next((n for n in range(room, 0, -1) if by_size[n]), 0)
            rows.append(row)
        random.shuffle(rows)
        return rows

    def _batch(self, rows: list[list[NDArray[np.uint16]]]) -> Batch:
        shape = (len(rows), self.slots)
        batch = Batch(np.zeros(shape, np.int64), np.full(shape, IGNORED, np.int64), np.full(shape, -1, np.int64))
        for i, row in enumerate(rows):
            start = 0
            for j, piece in enumerate(row):
                end = start + len(piece) - 1
                batch.inputs[i, start:end], batch.labels[i, start:end] = piece[:-1], piece[1:]
                batch.pieces[i, start:end] = j
                start = end
        return batch
