from pathlib import Path

import pytest
from pydantic import ValidationError

from app import checkpoint
from app.checkpoint import Checkpoint
from app.sentences import Bank
from app.settings import CHECKPOINTS, Settings


@pytest.fixture(autouse=True)
def without_the_operators_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"FREELABELS_{name.upper()}", raising=False)


def test_by_default_the_shipped_model_and_bank_are_used() -> None:
    settings = Settings()
    assert settings.checkpoint == CHECKPOINTS / "tiny"
    assert Bank.load(settings.sentences).sentences
    assert checkpoint.load(settings.checkpoint).name == "tiny"


def test_a_model_can_be_a_folder(
    random_checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint.save(tmp_path / "mine", random_checkpoint.model, random_checkpoint.tokenizer)
    monkeypatch.setenv("FREELABELS_MODEL", str(tmp_path / "mine"))
    assert checkpoint.load(Settings().checkpoint).name == "mine"


def test_each_setting_is_an_environment_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FREELABELS_SENTENCES", str(tmp_path))
    monkeypatch.setenv("FREELABELS_CACHE_MEGABYTES", "0.5")
    settings = Settings()
    assert (settings.sentences, settings.cache_megabytes) == (tmp_path, 0.5)


@pytest.mark.parametrize("megabytes", ["0", "-1", "much"])
def test_a_cache_without_room_is_refused_by_the_settings_name(megabytes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FREELABELS_CACHE_MEGABYTES", megabytes)
    with pytest.raises(ValidationError, match="cache_megabytes"):
        Settings()


@pytest.mark.parametrize(
    "sites", ["*", "none", "https://moodle.example.org https://*.example.org:8443", "https: a.example"]
)
def test_sites_that_may_frame_the_app_are_kept_as_given(sites: str) -> None:
    assert Settings(frame_ancestors=f" {sites} ").frame_ancestors == sites


@pytest.mark.parametrize("name", ["frame_ancestors", "embed_origins"])
@pytest.mark.parametrize(
    "sites",
    ["", "https://a.example/course", "a.example; script-src *", "* https://a.example", "none https://a.example"],
)
def test_what_is_no_list_of_sites_is_refused_at_the_start(name: str, sites: str) -> None:
    with pytest.raises(ValidationError, match=f"{name}(.|\n)*give sites such as https://moodle.example.org"):
        Settings.model_validate({name: sites})


@pytest.mark.parametrize("url", ["labels.example.org", "https://a.example/?q=1", "javascript:alert(1)", "https://a b"])
def test_a_public_address_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValidationError, match="public_url"):
        Settings(public_url=url)


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize("proxies", ["", "*", "127.0.0.1", "10.0.0.0/8, 2001:db8::/32,::1"])
def test_proxies_are_named_by_address(proxies: str) -> None:
    assert Settings(trusted_proxies=proxies).trusted_proxies == proxies


@pytest.mark.parametrize("proxies", ["caddy", "10.0.0.1/8", "10.0.0.0/40", "*, 10.0.0.1", "10.0.0.1,"])
def test_a_proxy_that_would_never_be_believed_is_refused_at_the_start(proxies: str) -> None:
    with pytest.raises(ValidationError, match="give addresses or networks such as"):
        Settings(trusted_proxies=proxies)
