"""What templates ask of the view models, and what these offer."""

from dataclasses import fields, is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from jinja2 import UndefinedError, nodes
from starlette.testclient import TestClient

from app import (
    view,
    view_bitter,
    view_card,
    view_examples,
    view_export,
    view_guess,
    view_moments,
    view_options,
    view_pair,
    view_preview,
    view_proof,
    view_ruler,
    view_share,
    view_staircase,
    view_words,
    view_worksheet,
)
from app.checkpoint import Checkpoint
from app.lesson import view as lesson_view
from app.lesson import view_finetune, view_labelling, view_loss, view_run, view_scale
from app.predict import Predictor
from app.sentences import InputError
from app.settings import RESOURCES
from app.state import State
from app.view import empty_stage
from app.web import docs
from app.web.render import Page, templates
from app.words import by_word
from tests.markup import FRAME, Markup
from tests.test_view import at, handmade
from tests.test_view_words import split

VIEW_MODELS = [
    model
    for module in (
        view,
        view_guess,
        view_pair,
        view_preview,
        view_staircase,
        view_words,
        view_moments,
        view_options,
        view_proof,
        view_card,
        view_examples,
        view_export,
        view_ruler,
        view_share,
        view_worksheet,
        view_bitter,
        docs,
        view_labelling,
        view_loss,
        view_scale,
        view_finetune,
        view_run,
        lesson_view,
    )
    for model in vars(module).values()
    if isinstance(model, type) and is_dataclass(model) and model.__module__ == module.__name__
]


@pytest.mark.parametrize("model", VIEW_MODELS, ids=lambda model: model.__name__)
def test_every_field_of_a_view_model_says_what_it_is(model: type[Any]) -> None:
    for name, hint in get_type_hints(model, include_extras=True).items():
        assert get_origin(hint) is Annotated, name
        (words,) = get_args(hint)[1:]
        assert isinstance(words, str), name
        assert words, name


def test_templates_use_every_field_of_the_view_models_and_no_other() -> None:
    sources = [file.read_text(encoding="utf-8") for file in (RESOURCES / "templates").rglob("*.*")]
    used = {node.attr for source in sources for node in templates.parse(source).find_all(nodes.Getattr)}
    declared = {field.name for model in VIEW_MODELS for field in fields(model)}
    elsewhere = {"index0", "last", "nextitem", "previtem", "unescape"}  # of a loop, of a block
    assert declared - used == set()
    assert used - declared - elsewhere == set()


@pytest.mark.parametrize(
    "kind", ["top", "own", "last", "wrong step", "no remainder", "empty", "folded", "tinted", "compact", "words"]
)
def test_every_kind_of_stage_renders(kind: str, shipped: Checkpoint) -> None:
    """StrictUndefined: a name that a view model lacks would fail here."""
    shown = {
        "top": lambda: at(handmade(), 1, 10),
        "own": lambda: at(handmade(), 2, 10),
        "last": lambda: at(handmade(), 3, 10),
        "wrong step": lambda: at(handmade(), 1, 10, error="There is no step 9."),
        "no remainder": lambda: at(handmade(), 1, 2),
        "empty": lambda: empty_stage(State(""), InputError("empty_text", "There is no text yet."), "Hi there."),
        "folded": lambda: at(handmade(), 2, 10, rows="folded"),
        "tinted": lambda: at(handmade(), 2, 10, tint="surprise"),
        "words": lambda: at(by_word(split()), 2, 10, unit="words"),
        "compact": lambda: at(Predictor(shipped).analyze("one" * 100), 1, 8192),
    }[kind]()
    model = view_card.model_view(shipped, True)
    markup = Markup(Page.of("stage.html", stage=shown, model=model, **FRAME).body.decode())
    assert markup.one("sentence")["value"] == shown.sentence
    assert markup.one("sentence-error").text == shown.error
    assert ("aria-invalid" in markup.one("sentence").attributes) == (kind == "empty")
    assert [e.text for e in markup.all("title")] == [shown.title]
    assert len(markup.all("a", "next")) == (kind != "empty")
    assert len(markup.all("tr", "is-current")) == (kind not in ("empty", "folded"))
    ids = [element["id"] for element in markup.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))


def test_a_template_that_names_something_unknown_fails_loudly() -> None:
    with pytest.raises(UndefinedError, match="message"):
        Page.of("error.html", status_code=404, **FRAME)


def test_every_page_has_a_title_and_a_description_of_its_own(client: TestClient) -> None:
    pages = [
        Markup(client.get(path).text)
        for path in ("/", "/model", "/docs", "/proof?sentence=a+b", "/export", "/worksheet")
    ]
    titles = {page.all("title")[0].text for page in pages}
    descriptions = {
        meta["content"] for page in pages for meta in page.all("meta") if meta.attributes.get("name") == "description"
    }
    assert len(titles) == len(descriptions) == len(pages)
