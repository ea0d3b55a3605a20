"""/docs: the API's description for people, made from the OpenAPI document, without a script."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.language import N_, _
from app.web.language import check_language
from app.web.render import Page, frame
from app.web.services import services

VERSIONS = N_(
    "The version is the app’s. Addresses, parameters and fields may be added at any time, so read answers by their "
    "fields’ names. None goes or changes its meaning without a new major version, or before 1.0 a new minor one; the "
    "changelog names what will go one release before, and it is marked here as deprecated. An error is always an "
    "object “error” with a code, a message and, where they help, the limit and what was given. Pages of any site may "
    "read the answers (CORS), unless whoever runs this server says otherwise."
)


@dataclass(frozen=True)
class ParameterView:
    """One parameter of an operation."""

    name: Annotated[str, "its name in the query, or in the form"]
    kind: Annotated[str, "type and limits"]
    is_required: Annotated[bool, "whether it must be given"]
    description: Annotated[tuple[str, ...], "what it is, in turn text and code"]


@dataclass(frozen=True)
class FieldView:
    """One field of an answer."""

    name: Annotated[str, "its path from the answer's root: pairs[].label"]
    kind: Annotated[str, "type"]
    description: Annotated[tuple[str, ...], "what it is, in turn text and code; empty where its name says it"]


@dataclass(frozen=True)
class AnswerView:
    """What an operation may answer."""

    status: Annotated[str, "the HTTP status"]
    meaning: Annotated[str, "when it is given"]
    fields: Annotated[tuple[FieldView, ...], "what it holds, as the schemas say"]
    example: Annotated[str, "one, as JSON or as the events of a stream"]


@dataclass(frozen=True)
class OperationView:
    """One address of the API."""

    method: Annotated[str, "how it is asked"]
    path: Annotated[str, "the address"]
    summary: Annotated[str, "what it answers"]
    description: Annotated[tuple[str, ...], "more about it, in turn text and code"]
    parameters: Annotated[tuple[ParameterView, ...], "what it takes"]
    examples: Annotated[tuple[str, ...], "addresses to try; empty where a form is sent"]
    answers: Annotated[tuple[AnswerView, ...], "what it may answer"]


async def docs(request: Request) -> Response:
    """The reference page."""
    check_language(request)
    return await services(request).pages.get(request, _page)


def _page(request: Request) -> Page:
    document = request.app.openapi()
    version = document["info"]["version"]
    return Page.of(
        "docs.html", operations=operations(document), version=version, versions=_(VERSIONS), **frame(request)
    )


def operations(document: dict[str, Any]) -> tuple[OperationView, ...]:
    """The operations of an OpenAPI document, in the current language."""
    return tuple(
        _operation(method, path, operation, document["components"]["schemas"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )


def _operation(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> OperationView:
    parameters = operation.get("parameters", [])
    examples = [
        f"{path}?{urlencode({parameter['name']: example['value']})}"
        for parameter in parameters
        for example in parameter.get("examples", {}).values()
    ]
    forms = operation.get("requestBody", {}).get("content", {})
    fields = [
        {"name": name, "schema": field, **field, "required": name in form["schema"].get("required", ())}
        for form in forms.values()
        for name, field in form["schema"]["properties"].items()
    ]
    return OperationView(
        method=method.upper(),
        path=path,
        summary=_said(operation, "summary"),
        description=_coded(operation),
        parameters=tuple(
            ParameterView(
                name=parameter["name"],
                kind=_kind(parameter["schema"]),
                is_required=parameter["required"],
                description=_coded(parameter),
            )
            for parameter in [*fields, *parameters]
        ),
        examples=() if fields else tuple(examples) or (path,),
        answers=tuple(_answer(status, answer, schemas) for status, answer in operation["responses"].items()),
    )


def _answer(status: str, answer: dict[str, Any], schemas: dict[str, Any]) -> AnswerView:
    content = answer["content"]
    if "text/event-stream" in content:
        return AnswerView(status, _said(answer), (), content["text/event-stream"]["example"])
    schema = next(iter(content.values()))["schema"]  # in whatever form, it holds the same
    example = json.dumps(_example(schema, schemas), indent=2, ensure_ascii=False)
    return AnswerView(status, _said(answer), tuple(_fields(schema, schemas)), example)


def _fields(schema: dict[str, Any], schemas: dict[str, Any], path: str = "") -> Iterator[FieldView]:
    """Every field of a schema by its path, each before those inside of it."""
    for name, field in _resolved(schema, schemas).get("properties", {}).items():
        inner, place = _resolved(field, schemas), f"{path}{name}"
        yield FieldView(place, _type(inner), _coded(field))
        if inner.get("type") == "array":
            yield from _fields(inner["items"], schemas, f"{place}[].")
        else:
            yield from _fields(inner, schemas, f"{place}.")


def _type(schema: dict[str, Any]) -> str:
    return " | ".join(option["type"] for option in schema["anyOf"]) if "anyOf" in schema else str(schema["type"])


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
    return found


def _said(documented: dict[str, Any], field: str = "description") -> str:
    """What the document says, in the current language, as one paragraph."""
    text = " ".join(documented.get(field, "").split())
    return _(text) if text else ""  # the message "" is a catalog's own head


def _coded(documented: dict[str, Any]) -> tuple[str, ...]:
    text = _said(documented)
    return tuple(text.split("`")) if text else ()


def _kind(schema: dict[str, Any]) -> str:
    limits = [_("from %(minimum)s to %(maximum)s") % schema] if "minimum" in schema else []
    default = [_("default %(default)s") % {"default": json.dumps(schema["default"])}] if "default" in schema else []
    kind = _("file") if schema.get("format") == "binary" else schema["type"]
    return ", ".join([" ".join([kind, *limits]), *default])


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """A schema's example: its fields' own, put together."""
    schema = _resolved(schema, schemas)
    if "examples" in schema:
        return schema["examples"][0]
    if schema.get("type") == "array":
        return [_example(schema["items"], schemas)]
    return {name: _example(field, schemas) for name, field in schema.get("properties", {}).items()}


routes = [Route("/docs", docs)]
