"""A model card that holds everything: the shipped one, with an evaluation as `python -m app evaluate` adds it."""

import json
from typing import Any

from app.pretrain.evaluate import Agreement, Baselines, Calibration, Report, SourceRow
from app.settings import CHECKPOINTS

SHIPPED: dict[str, Any] = json.loads((CHECKPOINTS / "tiny" / "card.json").read_text(encoding="utf-8"))


def report() -> Report:
    """A row a source of the shipped card; the numbers are made up."""
    rows = [
        SourceRow(source["source"], 20 + 37 * i, 9_000 + 4_321 * i, 2.3 + i / 50, 1.8 + i / 40, 1.4 + i / 30)
        for i, source in enumerate(SHIPPED["corpus"])
    ]
    overall = SourceRow("all", 4_760, 663_000, 2.431, 1.962, 1.588)
    bins = [(i / 15 + 1 / 30, min(1.0, i / 14 * 0.96 + 0.02), 0.3 * 0.75**i) for i in range(15)]
    return Report(
        rows,
        overall,
        Baselines(23_374_112, 14_902_331, 512.4, 3_104.0),
        {"top 1": 0.38, "top 5": 0.655, "top 10": 0.7425},
        {"as written": 1.7421, "in lower case": 1.8103, "without the final stop": 1.7689},
        Calibration(0.0214, bins),
        Agreement(1_900, 0.8314, 0.7942),
    )


def evaluated() -> dict[str, Any]:
    """The card, through JSON as it is kept."""
    card: dict[str, Any] = SHIPPED | {"evaluation": json.loads(json.dumps(report().as_json()))}
    return card
