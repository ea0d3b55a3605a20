"""What `from app import analyze` gives, and the notebook that shows it."""

import re
import subprocess
import sys
from typing import Any

import pytest

from app import analyze
from app.predict import Predictor
from app.sentences import InputError
from tests import notebook
from tests.markup import Markup

SENTENCE = "The cat sat on the mat."


def test_it_gives_the_apps_own_predictions(shipped: Any) -> None:
    pairs, analysis = analyze(SENTENCE), Predictor(shipped).analyze(SENTENCE)
    assert (pairs.tokens, pairs.predictions, pairs.mean_loss) == (
        analysis.tokens,
        analysis.predictions,
        analysis.mean_loss,
    )
    assert [pair.step for pair in pairs] == [1, 2, 3, 4, 5, 6]
    assert (len(pairs), pairs[-1].label) == (6, ".")


def test_a_notebook_shows_every_pair_and_takes_text_for_text() -> None:
    table = Markup(analyze('Tea & <b>"cake"</b> now.', top_k=3)._repr_html_())
    rows = [row.words for row in table.all("tr")[1:]]
    assert len(rows) == len(analyze('Tea & <b>"cake"</b> now.'))
    assert len(table.all("b")) == 2  # mean loss and perplexity
    assert rows[0].startswith("1T")


@pytest.mark.parametrize(("text", "top_k", "code"), [("", 8, "empty_text"), ("a b", 101, "invalid_top_k")])
def test_what_cannot_be_used_is_refused(text: str, top_k: int, code: str) -> None:
    with pytest.raises(InputError) as caught:
        analyze(text, top_k=top_k)
    assert caught.value.code == code


def test_importing_the_package_imports_nothing_large() -> None:
    program = (
        "import sys; from app import analyze; print([n for n in ('torch', 'numpy', 'fastapi') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_notebooks_cells_run_and_give_what_it_shows() -> None:
    """But for digits, which another machine may round otherwise; `python -m tests.notebook` writes them anew."""
    document = notebook.read()
    shown = [cell["outputs"] for cell in document["cells"] if cell["cell_type"] == "code"]
    for before, now in zip(shown, notebook.run(document), strict=True):
        assert [without_digits(output["data"]) for output in before] == [without_digits(each["data"]) for each in now]


def without_digits(data: Any) -> str:
    return re.sub(r"[\d.,]+", "", " ".join(line for kind in sorted(data) for line in data[kind]))
