"""What one pass costs beside the same weights elsewhere, and beside its own matrix products alone."""

import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from app.bench import WORDS, Row, in_turns, scaled
from app.checkpoint import Checkpoint
from app.model import GPT
from app.predict import Predictor, log_probs

LENGTHS = (16, 32, 64)  # tokens; most sentences of the bank have about 14
SENTENCES = 48  # different ones, asked for side by side
STUDENTS = 16  # who ask for them


def rows(loaded: Checkpoint, folder: Path) -> Iterator[Row]:
    """A row for each opponent and length; needs the extra `bench`."""
    theirs = {"transformers": _transformers(folder), "ONNX Runtime": _onnx(loaded.model)}
    aims = {"transformers": "ratio ≤ 0.7", "ONNX Runtime": "ratio ≤ 1.2"}
    with torch.inference_mode():
        for length in LENGTHS:
            ids = [token.id for token in loaded.tokens(f"{WORDS} " * 10)[:length]]
            for name, other in theirs.items():
                beside = partial(_over_vocabulary, other, ids)
                taken = (scaled(side, 1e3) for side in in_turns(partial(log_probs, loaded, ids), beside))
                yield Row(f"pass, {length} tokens", "ms", next(taken), name, next(taken), aims[name])
            products = partial(_products, [p for p in loaded.model.parameters() if p.ndim == 2], length)
            taken = (scaled(side, 1e3) for side in in_turns(partial(loaded.logits, ids), products))
            yield Row(f"pass, {length} tokens", "ms", next(taken), "its matrix products", next(taken), "ratio ≤ 2")
        yield _side_by_side(loaded)


def _over_vocabulary(logits: Callable[[Sequence[int]], Tensor], token_ids: Sequence[int]) -> Tensor:
    """What `log_probs` does, with another's logits."""
    return logits(token_ids).double().log_softmax(dim=-1)


def _transformers(folder: Path) -> Callable[[Sequence[int]], Tensor]:
    from transformers import LlamaForCausalLM

    network: Any = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)  # in evaluation mode

    def logits(token_ids: Sequence[int]) -> Tensor:
        out: Tensor = network(input_ids=torch.tensor([token_ids]), use_cache=False).logits[0]
        return out

    return logits


def _onnx(model: GPT) -> Callable[[Sequence[int]], Tensor]:
    import onnxruntime

    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = f"{folder}/model.onnx"
        length = torch.export.Dim("T", max=model.config.context_length)
        shapes = {"token_ids": {1: length}}
        torch.onnx.export(model, (torch.zeros(1, 8, dtype=torch.long),), file, dynamic_shapes=shapes, verbose=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def logits(token_ids: Sequence[int]) -> Tensor:
        return torch.from_numpy(session.run(None, {name: torch.tensor([token_ids]).numpy()})[0][0])

    return logits


def _products(weights: Sequence[Tensor], length: int) -> None:
    """Every matrix of the network by a T × C of its width: the least that a pass can be made of."""
    inputs = {weight.shape[1]: torch.zeros(length, weight.shape[1]) for weight in weights}
    for weight in weights:
        functional.linear(inputs[weight.shape[1]], weight)


def _side_by_side(loaded: Checkpoint) -> Row:
    """The same number of new sentences, asked for by many at once and one after another."""
    numbers = random.Random(0)
    words = WORDS.split()

    def sentences() -> list[str]:
        return [" ".join(numbers.choices(words, k=12)) for _ in range(SENTENCES)]

    def together() -> None:
        with ThreadPoolExecutor(STUDENTS) as students:
            list(students.map(Predictor(loaded).analyze, sentences()))

    def one_by_one() -> None:
        list(map(Predictor(loaded).analyze, sentences()))

    ours, other = in_turns(together, one_by_one)
    what = f"a sentence of {SENTENCES} new ones, by {STUDENTS} at once"
    each = 1e3 / SENTENCES
    return Row(what, "ms", scaled(ours, each), "one by one", scaled(other, each), "ratio ≤ 1/3")
