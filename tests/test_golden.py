"""The shipped model's numbers, as they were when it was shipped.

Where this fails and the model is the same, the code computes something else than before. Where the model was replaced,
`make golden` writes them anew.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from app import checkpoint
from app.checkpoint import Checkpoint
from app.predict import Predictor
from app.settings import CHECKPOINTS

GOLDEN = Path(__file__).parent / "golden"
SENTENCES = {
    "plain": "The little boat drifted across the quiet lake.",
    "typed": "who left the kitchen window open all night",
    "unicode": "Naïve cafés cost 12 € 😀.",
}


def numbers(predictor: Predictor, sentence: str) -> dict[str, Any]:
    analysis = predictor.analyze(sentence)
    return {
        "sentence": sentence,
        "ids": [token.id for token in analysis.tokens],
        "probabilities": [prediction.probability for prediction in analysis.predictions],
        "top": [prediction.top[0].probability for prediction in analysis.predictions],
        "mean_loss": analysis.mean_loss,
    }


@pytest.mark.parametrize("name", SENTENCES)
def test_the_shipped_model_gives_the_numbers_that_it_gave(shipped: Checkpoint, name: str) -> None:
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    found = numbers(Predictor(shipped), SENTENCES[name])
    remedy = "if the shipped model was replaced, run `make golden`"
    assert (found["sentence"], found["ids"]) == (golden["sentence"], golden["ids"]), remedy
    for key in ("probabilities", "top", "mean_loss"):
        assert found[key] == pytest.approx(golden[key], rel=1e-4), f"{key}: {remedy}"


def write() -> None:
    """Write the numbers of the checkpoint that is shipped now."""
    predictor = Predictor(checkpoint.load(CHECKPOINTS / "tiny"))
    for name, sentence in SENTENCES.items():
        content = json.dumps(numbers(predictor, sentence), indent=1, ensure_ascii=False)
        (GOLDEN / f"{name}.json").write_text(f"{content}\n", encoding="utf-8")


if __name__ == "__main__":
    write()
