"""Every catalog says all that the source says, and nothing else."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tests.catalogs import extracted, files, read

PLACEHOLDER = re.compile(r"%\(\w+\)s|</?\w+>")
IDS = [file.parents[1].name for file in files()]


@pytest.fixture(scope="module")
def source() -> Catalog:
    return extracted()


@pytest.fixture(params=files(), ids=IDS)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    file: Path = request.param
    return read(file)


def texts(message: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [message or ""] if isinstance(message, str | None) else list(message)


def test_a_catalog_has_every_message_of_the_source_and_no_other(source: Catalog, catalog: Catalog) -> None:
    """`make translations` puts it right."""
    known, found = ({message.id for message in each} for each in (source, catalog))
    assert known - found == set()
    assert found - known == set()
    assert catalog.obsolete == {}


def test_every_message_is_translated_and_none_by_guessing(catalog: Catalog) -> None:
    unfinished = [message.id for message in catalog if message.fuzzy or not all(texts(message.string))]
    assert unfinished == []


def test_a_translation_has_the_placeholders_and_tags_of_its_message(catalog: Catalog) -> None:
    for message in catalog:
        if message.id:
            allowed = {tuple(sorted(PLACEHOLDER.findall(text))) for text in texts(message.id)}
            found = {tuple(sorted(PLACEHOLDER.findall(text))) for text in texts(message.string)}
            assert found <= allowed, message.id


def test_no_message_has_a_straight_quotation_mark(source: Catalog, catalog: Catalog) -> None:
    """It would end the attribute that the message stands in; and it is no typography."""
    for each in (source, catalog):
        assert [
            message.id for message in each if message.id and '"' in "".join(texts(message.string or message.id))
        ] == []


def test_no_message_is_white_space_or_begins_or_ends_with_it(source: Catalog) -> None:
    assert [text for message in source if message.id for text in texts(message.id) if text != text.strip()] == []
