import hashlib
import itertools
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from app.pretrain.corpus import as_typed, is_validation, sentences
from app.pretrain.loss import IGNORED
from app.pretrain.mixture import Ingredient
from app.pretrain.shards import FORMS, SPLITS, Batch, Pieces, Shards, write_shards
from app.pretrain.sources import sources
from app.tokenizer import Tokenizer

LONGEST = 64  # the context length that the pieces are cut for
Ids = tuple[int, ...]


def silent(source: str, n_documents: int) -> None:
    pass


@pytest.fixture
def folder(corpus: Path, tmp_path: Path, tokenizer: Tokenizer) -> Path:
    write_shards(sources(corpus), tmp_path / "shards", tokenizer, LONGEST, silent)
    return tmp_path / "shards"


def read(folder: Path, split: str, form: str) -> list[Ids]:
    """All pieces, source by source."""
    stems = sorted(path.with_suffix("") for path in folder.glob(f"*.{split}.{form}.idx"))
    opened = [Pieces.open(stem) for stem in stems]
    return [tuple(pieces[i].tolist()) for pieces in opened for i in range(len(pieces))]


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in folder.iterdir()}


# --- Writing --------------------------------------------------------------------------------------------------------


def test_the_manifest_counts_what_was_read_and_written(corpus: Path, folder: Path, tokenizer: Tokenizer) -> None:
    rows = {row["source"]: row for row in write_shards(sources(corpus), folder, tokenizer, LONGEST, silent)}
    for file in corpus.iterdir():
        row = rows.pop(file.stem)
        [source] = (source for source in sources(corpus) if source.name == file.stem)
        held_out = [is_validation(document) for document in source.documents()]
        assert (row["documents"], row["validation_documents"]) == (held_out.count(False), held_out.count(True))
        assert row["tokens"] == len(Pieces.open(folder / f"{file.stem}.train.written").tokens)
        assert row["pieces"] == len(Pieces.open(folder / f"{file.stem}.train.written"))
        assert row["repeated_documents"] == 0
        assert row["bytes"] == file.stat().st_size
        assert row["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert not rows


def test_shards_that_were_made_before_pieces_were_counted_stay_and_have_their_number(
    corpus: Path, folder: Path, tokenizer: Tokenizer
) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    counted = [row.pop("pieces") for row in manifest["sources"]]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    before = contents(folder)
    rows = write_shards(sources(corpus), folder, tokenizer, LONGEST, silent)
    assert [row["pieces"] for row in rows] == counted
    assert contents(folder) == before


def test_what_repeats_another_document_or_one_held_out_is_not_learnt_from(tokenizer: Tokenizer, tmp_path: Path) -> None:
    corpus, heldout = tmp_path / "corpus", tmp_path / "heldout"
    for folder in (corpus, heldout):
        folder.mkdir()
    (heldout / "a.txt").write_text("The fox ran.\n\nThe owl flew.")
    (corpus / "a.txt").write_text("The cat sat.\n\nthe owl flew\n\nThe dog lay.")
    (corpus / "b.txt").write_text("The cow ate.\n\nThe cat... sat!")
    rows = write_shards(sources(corpus), tmp_path / "shards", tokenizer, LONGEST, silent, sources(heldout))
    assert [row["repeated_documents"] for row in rows] == [1, 1]
    learnt = {tokenizer.decode(piece) for piece in read(tmp_path / "shards", "train", "written")}
    assert learnt == {"The cat sat.", "The dog lay.", "The cow ate."}


def test_every_piece_fits_the_context_and_begins_where_a_sentence_begins(
    corpus: Path, folder: Path, tokenizer: Tokenizer
) -> None:
    beginnings = set()
    for document in itertools.chain.from_iterable(source.documents() for source in sources(corpus)):
        parts = sentences(document)
        beginnings |= {"".join(parts[i:j]).strip() for i, j in itertools.combinations(range(len(parts) + 1), 2)}
    for split in SPLITS:
        for piece in read(folder, split, "written"):
            assert len(piece) <= LONGEST + 1
            assert tokenizer.decode(piece) in beginnings


def test_pieces_put_together_are_the_documents_of_their_split(corpus: Path, folder: Path, tokenizer: Tokenizer) -> None:
    """So no document is lost, none is read twice, and none that is held out is learnt from."""
    for split in SPLITS:
        words = [word for piece in read(folder, split, "written") for word in tokenizer.decode(piece).split()]
        own = [
            document
            for source in sources(corpus)
            for document in source.documents()
            if is_validation(document) == (split == "validation")
        ]
        assert own
        assert words == " ".join(own).split()


def test_each_piece_has_a_twin_as_typed(folder: Path, tokenizer: Tokenizer) -> None:
    written, typed = (read(folder, "train", form) for form in FORMS)
    assert [tokenizer.decode(piece) for piece in typed] == [as_typed(tokenizer.decode(piece)) for piece in written]


def test_pieces_come_in_all_lengths_up_to_the_context(tokenizer: Tokenizer, tmp_path: Path) -> None:
    """Documents are cut at a whole, a half or a quarter of the context, decided by their text."""
    (tmp_path / "a.txt").write_text("\n\n".join(f"The cat {i} sat. " * 40 for i in range(40)))
    write_shards(sources(tmp_path), tmp_path / "shards", tokenizer, LONGEST, silent)
    longest_of_piece = Counter(len(piece) for piece in read(tmp_path / "shards", "train", "written"))
    for share in (1, 2, 4):
        limit = LONGEST // share
        assert any(0.7 * limit < length <= limit + 1 for length in longest_of_piece)


def test_a_run_on_sentence_is_cut_so_that_every_token_but_the_first_is_a_label_once(
    tokenizer: Tokenizer, tmp_path: Path
) -> None:
    sentence = "and the cat sat on the mat " * 30
    (tmp_path / "a.txt").write_text(sentence)
    write_shards(sources(tmp_path), tmp_path / "shards", tokenizer, LONGEST, silent)
    pieces = read(tmp_path / "shards", "train", "written")
    ids = tokenizer.encode(sentence.strip())
    assert [label for piece in pieces for label in piece[1:]] == ids[1:]
    assert [len(piece) for piece in pieces[:-1]] == [LONGEST + 1] * (len(pieces) - 1)


def test_shards_that_are_complete_are_left_alone(corpus: Path, folder: Path, tokenizer: Tokenizer) -> None:
    before = contents(folder)
    write_shards(sources(corpus), folder, tokenizer, LONGEST, silent)
    assert contents(folder) == before


@pytest.mark.parametrize("change", ["corpus", "tokenizer", "longest"])
def test_shards_are_written_anew_when_what_they_are_made_from_changes(
    change: str, corpus: Path, folder: Path, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    if change == "corpus":
        (corpus / "cats.txt").unlink()
        (corpus / "dogs.txt").write_text("\n\n".join(f"A dog {i} barked." for i in range(300)))
    if change == "tokenizer":
        tokenizer = Tokenizer.train(["A dog barked."], vocab_size=260)
    longest = 16 if change == "longest" else LONGEST
    write_shards(sources(corpus), folder, tokenizer, longest, silent)
    write_shards(sources(corpus), tmp_path / "afresh", tokenizer, longest, silent)
    afresh = {name: content for name, (_, content) in contents(tmp_path / "afresh").items()}
    # Nothing stays behind either: evaluation reads all validation pieces that lie there.
    assert {name: content for name, (_, content) in contents(folder).items()} == afresh


def test_an_interrupted_rewriting_is_not_taken_for_the_shards_before_it(
    corpus: Path, folder: Path, tokenizer: Tokenizer
) -> None:
    whole = {name: content for name, (_, content) in contents(folder).items()}
    original = (corpus / "boats.txt").read_text()
    (corpus / "boats.txt").write_text(original.upper())

    def stop(source: str, n_documents: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_shards(sources(corpus), folder, tokenizer, LONGEST, stop)
    (corpus / "boats.txt").write_text(original)
    write_shards(sources(corpus), folder, tokenizer, LONGEST, silent)
    assert {name: content for name, (_, content) in contents(folder).items()} == whole


# --- Batches --------------------------------------------------------------------------------------------------------


def pieces_in(batch: Batch) -> list[Ids]:
    """The pieces of a batch, put together again from inputs and last label."""
    found: list[Ids] = []
    for inputs, labels, pieces in zip(batch.inputs, batch.labels, batch.pieces, strict=True):
        for number in range(pieces.max() + 1):
            own = pieces == number
            found.append((*inputs[own].tolist(), labels[own][-1].item()))
            assert found[-1][1:] == tuple(labels[own].tolist())  # a label is the next token of its own piece
            assert np.diff(np.flatnonzero(own)).max(initial=1) == 1  # a piece lies in one run of slots
    return found


def equal(one: Batch, other: Batch) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("inputs", "labels", "pieces"))


def test_every_slot_of_a_batch_is_a_pair_of_one_piece_or_empty(folder: Path) -> None:
    known = {form: set(read(folder, "train", form)) for form in FORMS}
    shards = Shards(folder, seed=1, rows=8, slots=LONGEST, typed_share=0.5)
    typed = 0
    for _, _, batch in itertools.islice(shards.batches(), 20):
        assert batch.inputs.shape == batch.labels.shape == batch.pieces.shape == (8, LONGEST)
        assert np.array_equal(batch.labels == IGNORED, batch.pieces == -1)
        found = pieces_in(batch)
        assert known["written"] | known["typed"] >= set(found)
        assert batch.n_pairs == sum(len(piece) - 1 for piece in found)
        typed += sum(piece in known["typed"] for piece in found)
    assert typed


def test_the_typed_share_is_the_share_of_pieces_as_typed(folder: Path) -> None:
    typed = set(read(folder, "train", "typed"))
    for share in (0.0, 0.25, 1.0):
        shards = Shards(folder, seed=1, rows=8, slots=LONGEST, typed_share=share)
        found = [piece for _, _, batch in itertools.islice(shards.batches(), 40) for piece in pieces_in(batch)]
        assert sum(piece in typed for piece in found) / len(found) == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize("n_blocks", [1, 3])
def test_every_training_piece_comes_once_before_any_comes_twice(
    n_blocks: int, tokenizer: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """150 pieces of two sources, drawn at once or in three blocks."""
    for name, count in (("cats", 90), ("dogs", 60)):
        texts = (f"{name} {i}" for i in itertools.count())
        learnt_from = itertools.islice((text for text in texts if not is_validation(text)), count)
        (tmp_path / f"{name}.txt").write_text("\n\n".join(learnt_from))
    write_shards(sources(tmp_path), tmp_path / "shards", tokenizer, LONGEST, silent)
    pieces = Counter(read(tmp_path / "shards", "train", "written"))
    monkeypatch.setattr(Shards, "PER_BLOCK", 150 // n_blocks)
    shards = Shards(tmp_path / "shards", seed=1, rows=1, slots=LONGEST, typed_share=0)
    rounds = [Counter[Ids](), Counter[Ids]()]
    for block, _, batch in itertools.takewhile(lambda item: item[0] < 2 * n_blocks, shards.batches()):
        rounds[block // n_blocks].update(pieces_in(batch))
    assert pieces.total() == 150
    assert rounds == [pieces, pieces]


def test_a_source_with_a_weight_is_read_that_much_more_often(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.pretrain.mixture.MIXTURE", {"cats": Ingredient(3.0)})
    sizes = {name: len(Pieces.open(folder / f"{name}.train.written")) for name in ("boats", "cats")}
    cats = Pieces.open(folder / "cats.train.written")
    of_cats = {tuple(cats[i].tolist()) for i in range(len(cats))}
    shards = Shards(folder, seed=1, rows=1, slots=LONGEST, typed_share=0)
    block = itertools.takewhile(lambda item: item[0] == 0, shards.batches())
    counts = Counter(piece in of_cats for _, _, batch in block for piece in pieces_in(batch))
    assert counts[True] / counts[False] == pytest.approx(3 * sizes["cats"] / sizes["boats"], rel=0.02)


def test_a_batch_is_the_same_by_its_number_after_a_restart(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shards, "PER_BLOCK", 300)
    stream = list(itertools.islice(Shards(folder, 5, 8, LONGEST, 0.3).batches(), 40))
    assert stream[-1][0] >= 2  # over several blocks
    for i in (0, 7, 20):
        block, index, _ = stream[i]
        again = Shards(folder, 5, 8, LONGEST, 0.3).batches(block, index)
        for before, after in zip(stream[i:], again, strict=False):
            assert before[:2] == after[:2]
            assert equal(before[2], after[2])


def test_another_seed_gives_another_order(folder: Path) -> None:
    one, other = (next(Shards(folder, seed, 8, LONGEST, 0.3).batches())[2] for seed in (1, 2))
    assert not equal(one, other)


def test_batches_are_filled_to_nine_tenths_and_more(folder: Path) -> None:
    shards = Shards(folder, seed=1, rows=8, slots=LONGEST, typed_share=0.3)
    block = [batch for _, _, batch in itertools.takewhile(lambda item: item[0] == 0, shards.batches())]
    assert sum(batch.n_pairs for batch in block) >= 0.9 * len(block) * 8 * LONGEST


@pytest.mark.parametrize("text", ["", "a", "a\n\nb\n\na\n\n"])
def test_a_corpus_without_a_pair_is_refused_and_not_searched_for_ever(
    text: str, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    (tmp_path / "tiny.txt").write_text(text)
    write_shards(sources(tmp_path), tmp_path / "shards", tokenizer, LONGEST, silent)
    with pytest.raises(ValueError, match=r"the corpus is too small: 0 rows of 64 tokens .* a batch takes 8; add"):
        next(Shards(tmp_path / "shards", seed=1, rows=8, slots=LONGEST, typed_share=0.3).batches())
