"""Just enough of an HTML reader for tests: elements in order, with attributes and text, every tag closed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

# What every template is given, as `app.web.render.frame` does, at an address that says nothing of theme or language.
FRAME: dict[str, Any] = {
    "root": "",
    "app_root": "",
    "is_embedded": False,
    "theme": "auto",
    "address": "http://testserver/",
    "oembed": "http://testserver/oembed?url=http%3A%2F%2Ftestserver%2F",
    "picture": "http://testserver/preview.png",
    "kept": "",
    "kept_fields": (),
    "lang": "en",
    "dir": "ltr",
    "verbatim": "",
    "is_foreign": False,
    "languages": (),
}
VOID = {"br", "col", "hr", "img", "input", "link", "meta"}
ADDRESSES = ("href", "src", "action", "hx-get", "hx-post", "data-panel", "data", "poster", "formaction", "xlink:href")


@dataclass
class Element:
    """One element; its text is that of all elements inside it, too."""

    tag: str
    attributes: dict[str, str]
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.parts)

    @property
    def words(self) -> str:
        """Its text with white space as a reader sees it."""
        return " ".join(self.text.split())

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]


class Markup(HTMLParser):
    """A parsed page or fragment; a tag left open, or closed out of order, is an error."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()
        assert self._open == [], "left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice: {attrs}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.parts.append(data)

    def all(self, tag: str = "", class_: str = "") -> list[Element]:
        return [e for e in self.elements if tag in ("", e.tag) and (not class_ or class_ in e.classes)]

    def one(self, id_: str) -> Element:
        (element,) = [e for e in self.elements if e.attributes.get("id") == id_]
        return element

    def addresses(self) -> Iterator[str]:
        """Every address that a browser may ask for."""
        for element in self.elements:
            yield from (element[name] for name in ADDRESSES if name in element.attributes)
