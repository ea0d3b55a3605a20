import doctest
import importlib
import pkgutil

import app

MODULES = [
    name
    for _, name, _ in pkgutil.walk_packages(app.__path__, "app.")
    if name != "app.__main__"  # that one runs
]


def test_the_examples_in_docstrings_are_true() -> None:
    results = {name: doctest.testmod(importlib.import_module(name)) for name in MODULES}
    assert not {name: result.failed for name, result in results.items() if result.failed}
    with_examples = {name for name, result in results.items() if result.attempted}
    assert with_examples >= {"app.tokenizer", "app.pairs", "app.formatting", "app.pretrain.corpus"}
