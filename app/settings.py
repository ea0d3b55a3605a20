"""What an operator can set, all by environment variables that begin with FREELABELS_."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PACKAGE = Path(__file__).parent
# In a checkout the resource folders stand beside the package; in an installed wheel they lie inside it.
RESOURCES = PACKAGE if (PACKAGE / "templates").is_dir() else PACKAGE.parent
CHECKPOINTS = PACKAGE / "checkpoints"
HOST = r"(?i:[a-z0-9-]+(?:\.[a-z0-9-]+)*)"
ORIGIN = re.compile(rf"https?://{HOST}(?::\d+)?")
SITE = re.compile(rf"https?:|(?:https?://)?(?:\*\.)?{HOST}(?::(?:\d+|\*))?")


class Settings(BaseSettings):
    """The app's settings; each field is FREELABELS_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="FREELABELS_", env_ignore_empty=True, frozen=True)

    model: str = Field(
        "tiny",
        description="A checkpoint shipped in app/checkpoints, a folder that holds a causal language model, "
        "or (with the extra `hub`) a model's id on the Hugging Face hub.",
    )
    sentences: Path = Field(
        RESOURCES / "sentences", description="The folder of the sentence bank: .txt files, a sentence a line."
    )
    cache_megabytes: float = Field(
        64, gt=0, description="Memory for pages already rendered; the least recently used go first."
    )

    public_url: str = Field(
        "",
        description="The address under which visitors reach the app, for links that leave it; as each request names "
        "it where none is set.",
    )
    frame_ancestors: str = Field(
        "*",
        description="Who may show the app in a frame: sites with spaces between, as https://moodle.example.org or "
        "https://*.example.org; none, or * for anyone, which is the default.",
    )
    embed_origins: str = Field(
        "*",
        description="Whose pages may send an embedded stage to a step: origins with spaces between, as "
        "https://moodle.example.org; none, or * for anyone's, which is the default.",
    )

    cors_origins: str = Field(
        "*",
        description="Whose pages may read the API in a visitor's browser: origins with spaces between, as "
        "https://notebook.example.org; none, or * for anyone's, which is the default.",
    )

    threads: int = Field(1, ge=0, description="CPU threads of one pass of the model; 0: as many as PyTorch likes.")

    allowance: int = Field(
        60_000,
        ge=0,
        description="What one address may cost in a minute, in about milliseconds of work; a classroom of 300 behind "
        "one address takes a third of it. 0: no limit.",
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of proxies, with commas between, whose X-Forwarded-For and "
        "X-Forwarded-Proto are believed; *: any, and of several addresses the first, so only where the proxy takes "
        "away what visitors sent. Empty: none.",
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="How a line of the log is written: text for people, json for programs."
    )
    metrics: bool = Field(False, description="Whether /metrics answers with figures for Prometheus.")

    @field_validator("frame_ancestors")
    @classmethod
    def _ancestors(cls, value: str) -> str:
        return _listed(value, SITE)

    @field_validator("embed_origins", "cors_origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        return _listed(value, ORIGIN)

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies(cls, value: str) -> str:
        for name in value.split(",") if value not in ("", "*") else ():
            try:
                ip_network(name.strip())
            except ValueError as error:
                raise ValueError(f"give addresses or networks such as 10.0.0.0/8, or * alone; {error}") from error
        return value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str) -> str:
        if value and not re.fullmatch(rf"https?://{HOST}(?::\d+)?(?:/[\w.~%/-]*)?", value):
            raise ValueError(
                f"“{value}” is no address such as https://labels.example.org or https://example.org/labels"
            )
        return value.rstrip("/")

    @property
    def checkpoint(self) -> Path:
        """The model's folder, where the name is not one of the hub."""
        shipped = CHECKPOINTS / self.model
        return shipped if shipped.is_dir() else Path(self.model)


def table() -> str:
    """Every setting with its default and what it is for, as a table in Markdown."""
    rows = [
        f"| `FREELABELS_{name.upper()}` | {_default(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| variable | default | what it is |", "|---|---|---|", *rows])


def _default(value: object) -> str:
    if isinstance(value, Path):
        return "the shipped one"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`" if value != "" else ""


def _listed(value: str, site: re.Pattern[str]) -> str:
    """Sites with spaces between, each checked; * and none stand alone."""
    names = value.split()
    if names in (["*"], ["none"]):
        return names[0]
    wrong = [name for name in names if name == "none" or not site.fullmatch(name)]
    if wrong or not names:
        named = f"“{wrong[0]}” is not one" if wrong else "it is empty"
        raise ValueError(f"give sites such as https://moodle.example.org, without a path, or * or none alone; {named}")
    return " ".join(names)
