"""What the documents promise is so."""

import re
import shlex
import tomllib

from starlette.testclient import TestClient
from typer.testing import CliRunner

from app import cli
from app.settings import RESOURCES, Settings, table

README = (RESOURCES / "README.md").read_text(encoding="utf-8")


def test_the_readme_opens_with_the_two_commands() -> None:
    assert re.search(r"\A# Free Labels\n\n    make run .*\n    make test ", README)


def test_every_make_target_that_a_document_names_exists() -> None:
    makefile = (RESOURCES / "Makefile").read_text(encoding="utf-8")
    text = README + (RESOURCES / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^    )make ([a-z]+)", text, flags=re.MULTILINE))
    assert {"run", "test", "format", "help"} <= named
    assert [target for target in named if not re.search(rf"^{target}:", makefile, flags=re.MULTILINE)] == []


def test_every_place_on_the_readmes_map_exists() -> None:
    places = re.findall(r"^\| (?:\[[^\]]*\]\(([^)]*)\)|((?:[\w./]+/(?:, )?)+|\w+\.py)) \|", README, flags=re.MULTILINE)
    paths = [path for link, names in places for path in ([link] if link else names.split(", "))]
    assert len(paths) >= 8
    assert [path for path in paths if not (RESOURCES / path).exists()] == []


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert [link for link in links if not (RESOURCES / link).exists()] == []


def test_the_readmes_pairs_commands_run() -> None:
    commands = [shlex.split(line) for line in re.findall(r"-m app (pairs .*)", README)]
    assert len(commands) == 2
    for command in commands:
        result = CliRunner().invoke(cli.app, command)
        assert result.exit_code == 0, result.output


def test_the_readmes_address_answers(client: TestClient) -> None:
    [path] = re.findall(r"curl 'http://127\.0\.0\.1:8000([^']*)'", README)
    assert client.get(path).json()["sentence"] == "The cat sat on the mat."


def test_the_table_of_settings_is_that_of_the_code() -> None:
    """`python -m app settings` writes it."""
    assert table() in (RESOURCES / "docs" / "operation.md").read_text(encoding="utf-8")
    known = {f"FREELABELS_{name.upper()}" for name in Settings.model_fields}
    files = [*RESOURCES.glob("*.md"), *RESOURCES.glob("docs/*.md"), *RESOURCES.glob("docs/*.yaml")]
    named = re.findall(r"FREELABELS_[A-Z_]+\b", "".join(file.read_text(encoding="utf-8") for file in files))
    assert set(named) == known


def test_the_changelog_knows_the_version() -> None:
    version = tomllib.loads((RESOURCES / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changelog = (RESOURCES / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {version}" in changelog or "## Unreleased" in changelog


def test_the_map_in_the_package_names_every_module() -> None:
    for package in ("app", "app/web", "app/pretrain", "app/finetune"):
        docstring = (RESOURCES / package / "__init__.py").read_text(encoding="utf-8")
        modules = {file.name for file in (RESOURCES / package).glob("*.py")} - {"__init__.py", "__main__.py"}
        assert [module for module in sorted(modules) if module not in docstring] == []
