"""The notebook in docs/: `python -m tests.notebook` runs it and writes its outputs anew."""

import ast
import json
from typing import Any

from app.settings import RESOURCES

FILE = RESOURCES / "docs" / "pairs.ipynb"


def read() -> Any:
    return json.loads(FILE.read_text(encoding="utf-8"))


def run(notebook: Any) -> list[list[dict[str, Any]]]:
    """Each code cell's outputs: what its last line gives, as a notebook would show it."""
    names: dict[str, Any] = {}
    return [_outputs("".join(cell["source"]), names) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _outputs(source: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    *before, last = ast.parse(source).body
    exec(compile(ast.Module(before, []), FILE.name, "exec"), names)  # noqa: S102 - our own
    if not isinstance(last, ast.Expr):
        exec(compile(ast.Module([last], []), FILE.name, "exec"), names)  # noqa: S102
        return []
    value = eval(compile(ast.Expression(last.value), FILE.name, "eval"), names)  # noqa: S307
    html = {"text/html": value._repr_html_().splitlines(keepends=True)} if hasattr(value, "_repr_html_") else {}
    plain = {"text/plain": [repr(value)]}
    return [{"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": html | plain}]


def write(notebook: Any) -> None:
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for count, (cell, outputs) in enumerate(zip(cells, run(notebook), strict=True), start=1):
        cell["execution_count"] = count
        cell["outputs"] = [output | {"execution_count": count} for output in outputs]
    FILE.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(read())
