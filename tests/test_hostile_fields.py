"""Whatever a view model's field holds, a template makes text of it."""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from markupsafe import Markup as Safe
from starlette.testclient import TestClient

from app.lesson.view import PARTS
from app.settings import RESOURCES
from app.web import render
from tests.markup import Markup

HOSTILE = "\"'><hostile-tag>&lt;{{ 7 * 7 }}\" hostile-attribute=1 hostile='"
# Fields that hold markup of our own, which latex2mathml and our charts make of numbers and of text that they escape.
MARKUP = {
    name
    for template in (RESOURCES / "templates").rglob("*.html")
    for name in re.findall(r"(\w+)\|safe", template.read_text(encoding="utf-8"))
} | {"so_far", "so_far_room"}  # lists of such
PAGES = [
    "/?sentence=Hi+there,+you",
    "/?sentence=Hi+there&guess=on",
    "/?sentence=Hi+there&guess=on&step=1&pick=5&sure=60",
    "/?sentence=Hi+there,+you&unit=words&rows=folded&tint=surprise",
    "/?sentence=Hi+there&view=projector",
    "/?sentence=a",
    "/proof?sentence=Hi+there",
    "/lesson?sentence=Hi+there&labels=pnpnpnpn&seconds=20&quiz=a0b1c2d0e1f2g0h1i2j0k1",
    "/lesson/limits",
    "/model",
    "/docs",
    "/privacy",
    "/nowhere",
]


def fed(value: Any, name: str = "") -> Any:
    """A view model with every text in it made hostile, but for those that are markup."""
    if isinstance(value, Safe) or name in MARKUP or value in tuple(PARTS):  # a part's name is that of its template
        return value
    if isinstance(value, str):
        return value + HOSTILE
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{field.name: fed(getattr(value, field.name), field.name) for field in fields(value) if field.init}
        )
    if isinstance(value, tuple | list) and not hasattr(value, "_fields"):
        return [fed(item, name) for item in value]
    if isinstance(value, Mapping):
        return {key: fed(item, str(key)) for key, item in value.items()}
    return value


class Fed:
    """The app's templates, given hostile contexts."""

    def __init__(self, templates: Any) -> None:
        self.templates = templates
        self.n_fields = 0

    def get_template(self, name: str) -> Any:
        template = self.templates.get_template(name)

        class Hostile:
            def render(self, context: Mapping[str, Any]) -> str:
                rendered: str = template.render(fed(context))
                return rendered

        return Hostile()


@pytest.mark.parametrize("path", PAGES)
def test_no_field_of_any_page_can_become_markup(client: TestClient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    address = f"{path}{'&' if '?' in path else '?'}hostile=1"  # so that no kept page answers
    monkeypatch.setattr(render, "templates", Fed(render.templates))
    text = client.get(address).text
    assert text.count("hostile-tag") > 5
    page = Markup(text.replace("<!doctype html>", ""))
    assert [e.tag for e in page.elements if e.tag == "hostile-tag"] == []
    assert {name for e in page.elements for name in e.attributes if "hostile" in name} == set()
    assert "{{ 7 * 7 }}" in text
