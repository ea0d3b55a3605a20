"""`python -m app count`: files and folders of any size, counted on all cores.

A large plain file is shared out: it is cut where a document ends, and each span of it is counted like a file.
"""

import mmap
import os
import re
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import NamedTuple

from rich.table import Table

from app.count import Count, Counter, Vocabulary, check_not_empty
from app.decoding import STEP
from app.documents import Reader, kind
from app.sentences import InputError
from app.tokenizer import Tokenizer

SPAN = 4 << 20  # bytes of a file that are counted as one task, at least
WAITING = 1_000  # tasks handed out ahead of the results
UNPACKED = 200  # times its size, and a megabyte, is more than a packed text unpacks to; a bomb does
ENDS = {".txt": re.compile(rb"\n\r?\n"), ".jsonl": re.compile(rb"\n")}  # after these, a document has ended
MOST_ROWS = 40  # of the table


class Span(NamedTuple):
    """Some bytes of a file, which begin and end between two documents."""

    path: Path
    start: int
    end: int
    whole: bool  # whether a .txt is one document


@dataclass(frozen=True)
class FileCount:
    """What a file, or a part of one, holds, or why it can't be counted."""

    path: Path
    bytes: int
    count: Count
    error: str = ""

    def __add__(self, other: "FileCount") -> "FileCount":
        """The same file, with one more part."""
        return replace(
            self, bytes=self.bytes + other.bytes, count=self.count + other.count, error=self.error or other.error
        )


# --- What there is to count ----------------------------------------------------------------------------------------


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, and of folders all whose type is one to count; InputError for a path that can't be used."""
    for path in paths:
        if path.is_dir():
            for folder, folders, names in os.walk(path):
                folders.sort()
                yield from (Path(folder, name) for name in sorted(names) if _is_text(name))
        elif path.is_file():
            kind(path.name)
            yield path
        else:
            raise InputError("no_such_file", f"{path} is no file or folder: name one that is there.")


def _is_text(name: str) -> bool:
    try:
        return bool(kind(name))
    except InputError:
        return False


def spans(path: Path, whole: bool) -> Iterator[Span]:
    """A file's spans, in order."""
    start, size = 0, path.stat().st_size
    suffix, is_packed = kind(path.name)
    if size > SPAN and suffix in ENDS and not is_packed and not whole:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            while ended := ENDS[suffix].search(data, start + SPAN):
                yield Span(path, start, ended.end(), whole)
                start = ended.end()
    if start < size or size == 0:
        yield Span(path, start, size, whole)


# --- A task, in a process of its own -------------------------------------------------------------------------------


class _Task:
    """What every task of a process works with; set by `_begin`."""

    tokenizer: Tokenizer
    read: "Synchronized[int]"  # bytes, by all processes
    stop: Event


def _begin(tokenizer: Tokenizer, read: "Synchronized[int]", stop: Event) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process says when to stop
    _Task.tokenizer, _Task.read, _Task.stop = tokenizer, read, stop


def _count(span: Span) -> FileCount:
    path, size = span.path, span.end - span.start
    try:
        try:
            return FileCount(path, size, _counted(span, line=1))
        except InputError:
            if not span.start:
                raise
            # Only a complaint needs the number of the span's first line, so only now are the lines before it counted.
            return FileCount(path, size, _counted(span, line=1 + _n_lines(path, span.start)))
    except InputError as error:
        return FileCount(path, size, Count(), error.message)
    except OSError as error:
        return FileCount(path, size, Count(), f"{path} can't be read ({error.strerror}): allow it, or leave it out.")


def _counted(span: Span, line: int) -> Count:
    name = str(span.path)
    reader = Reader(name, span.whole, UNPACKED * span.end + (1 << 20), span.start, line)
    counter = Counter(_Task.tokenizer, name, reader)
    for data in _chunks(span.path, span.start, span.end):
        for _ in counter.feed(data):
            pass
        with _Task.read:
            _Task.read.value += len(data)
        if _Task.stop.is_set():
            return Count()
    for _ in counter.end():
        pass
    return counter.total


def _n_lines(path: Path, end: int) -> int:
    return sum(data.count(b"\n") for data in _chunks(path, 0, end))


def _chunks(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while data := file.read(min(STEP, end - file.tell())):
            yield data


# --- All tasks -----------------------------------------------------------------------------------------------------


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def count_files(
    found: Iterable[Path], whole: bool, tokenizer: Tokenizer, workers: int, progress: Callable[[int], None]
) -> Iterator[FileCount]:
    """Count files with so many processes; yields each file in turn.

    `progress(bytes)` is called every so often with what all processes have read until then.
    """
    context = get_context("spawn")  # a fork would copy locks, but not the threads that hold them
    read: Synchronized[int] = context.Value("q", 0)
    stop = context.Event()
    pool = ProcessPoolExecutor(workers, context, _begin, (tokenizer, read, stop))
    tasks = ((span, pool.submit(_count, span)) for path in found for span in spans(path, whole))
    waiting = deque(islice(tasks, WAITING))
    total: FileCount | None = None
    try:
        while waiting:
            span, future = waiting.popleft()
            waiting.extend(islice(tasks, 1))
            part = _result(future, lambda: progress(read.value))
            if total and total.path == span.path and span.start:
                total += part
                continue
            if total:
                yield _checked(total)
            total = part
        if total:
            yield _checked(total)
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


def _result(future: "Future[FileCount]", tick: Callable[[], None]) -> FileCount:
    while True:
        try:
            return future.result(timeout=0.1)
        except TimeoutError:
            tick()


def _checked(file: FileCount) -> FileCount:
    """A file without text is none that can be counted; of one with a fault, nothing is."""
    try:
        if not file.error:
            check_not_empty(str(file.path), file.count)
    except InputError as error:
        return replace(file, error=error.message)
    return replace(file, count=Count()) if file.error else file


# --- What was found ------------------------------------------------------------------------------------------------


def as_json(found: list[FileCount], by: Vocabulary) -> dict[str, object]:
    """Every file and all of them, for programs."""
    return {
        "tokenizer": {"name": by.name, "vocab_size": by.tokenizer.vocab_size},
        "files": [{"path": str(file.path), **_numbers(file)} for file in found if not file.error],
        "refused": [{"path": str(file.path), "message": file.error} for file in found if file.error],
        "all": _numbers(_all(found)),
    }


def table(found: list[FileCount], by: Vocabulary) -> Table:
    """A row a file, the last of very many together, and one for all."""
    shown = Table()
    shown.add_column("file", overflow="fold")
    for name in ("bytes", "documents", "tokens", "pairs", "as one stream"):
        shown.add_column(name, justify="right")
    shown.caption = (
        f"By the {by.tokenizer.vocab_size:,} tokens of the model “{by.name}”. A document of T tokens has T − 1 pairs; "
        "as one stream, all the tokens would have one more at each boundary."
    )
    counted = [file for file in found if not file.error]
    rows = [(str(file.path), file) for file in counted]
    if len(rows) > MOST_ROWS:
        rest = counted[MOST_ROWS - 1 :]
        rows[MOST_ROWS - 1 :] = [(f"{len(rest):,} more", _all(rest))]
    if rows:
        rows.append(("all", _all(counted)))
    for i, (name, file) in enumerate(rows, start=1):
        shown.add_row(name, *(f"{number:,}" for number in _numbers(file).values()), end_section=i == len(rows) - 1)
    return shown


def _all(found: list[FileCount]) -> FileCount:
    return sum((file for file in found if not file.error), FileCount(Path(), 0, Count()))


def _numbers(file: FileCount) -> dict[str, int]:
    count = file.count
    return {
        "bytes": file.bytes,
        "documents": count.documents,
        "tokens": count.tokens,
        "pairs": count.pairs,
        "stream_pairs": count.stream_pairs,
    }
