"""Where settings come from, and which of them wins."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from traitlets.config import Config

import tokenwidgets
from tokenwidgets import errors
from tokenwidgets.configuration import ConfiguredApp, TokenWidgets, load_config


@pytest.fixture
def config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Jupyter looks first for ``tokenwidgets_config.py``; nothing else is configured."""
    for name in ("DATABASE_URL", "TOKEN_PREFIX", "IDENTITY_SOURCE", "LOCAL_USER"):
        monkeypatch.delenv(f"TOKENWIDGETS_{name}", raising=False)
    folder = tmp_path / "config"
    folder.mkdir()
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(folder))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(folder))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    return folder / "tokenwidgets_config.py"


def settings() -> TokenWidgets:
    return TokenWidgets(config=load_config())


def test_without_any_setting_the_database_is_a_file_in_jupyters_data_folder(config_file: Path):
    expected = config_file.parent.parent / "data" / "tokenwidgets" / "platform.db"
    assert settings().database_url == f"sqlite:///{expected}"
    assert settings().token_prefix == "twk"
    assert settings().identity_source == ""


def test_the_file_goes_before_the_defaults(config_file: Path):
    config_file.write_text("c.TokenWidgets.token_prefix = 'file'")
    assert settings().token_prefix == "file"


def test_the_environment_goes_before_the_file(config_file: Path, monkeypatch: pytest.MonkeyPatch):
    config_file.write_text(
        "c.TokenWidgets.token_prefix = 'file'; c.TokenWidgets.database_url = 'sqlite:///file.db'"
    )
    monkeypatch.setenv("TOKENWIDGETS_TOKEN_PREFIX", "env")
    assert settings().token_prefix == "env"
    assert settings().database_url == "sqlite:///file.db"


def test_an_empty_variable_is_no_setting(config_file: Path, monkeypatch: pytest.MonkeyPatch):
    config_file.write_text("c.TokenWidgets.token_prefix = 'file'")
    monkeypatch.setenv("TOKENWIDGETS_TOKEN_PREFIX", "")
    assert settings().token_prefix == "file"


def test_the_command_line_goes_before_the_environment(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
):
    config_file.write_text("c.TokenWidgets.token_prefix = 'file'")
    monkeypatch.setenv("TOKENWIDGETS_TOKEN_PREFIX", "env")
    application = ConfiguredApp()
    application.initialize(["--TokenWidgets.token_prefix=line"])
    assert TokenWidgets(config=application.config).token_prefix == "line"


def test_a_file_in_the_working_directory_is_not_read(
    config_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "tokenwidgets_config.py").write_text("c.TokenWidgets.token_prefix = 'planted'")
    monkeypatch.chdir(elsewhere)
    assert settings().token_prefix == "twk"


def test_a_file_that_cannot_be_run_is_an_error_and_not_a_lost_setting(config_file: Path):
    config_file.write_text("c.TokenWidgets.identity_source = ")
    with pytest.raises(errors.ConfigurationError, match="SyntaxError"):
        load_config()


@pytest.mark.parametrize(
    "setting",
    ["TokenWigets.token_prefix = ''", "TokenWidgets.prefix = ''", "TokenWidgets.language = 5"],
)
def test_a_setting_that_there_is_not_or_that_cannot_be_is_named_with_its_file(
    config_file: Path, setting: str
):
    config_file.write_text(f"c.{setting}")
    name = setting.partition(" ")[0].removesuffix(".token_prefix")
    with pytest.raises(errors.ConfigurationError, match=re.escape(str(config_file))) as refused:
        load_config()
    assert f"c.{name}" in str(refused.value)


def test_settings_of_the_command_and_of_other_programs_are_left_alone(config_file: Path):
    config_file.write_text(
        "c.TokenAdd.months = 3; c.Voila.port = 1; c.TokenWidgets.language = 'de'"
    )
    assert settings().language == "de"


def test_a_configuration_of_ones_own_that_cannot_be_used_is_a_configuration_error():
    config = Config({"TokenWidgets": {"token_prefix": 5}})
    with pytest.raises(errors.ConfigurationError, match="token_prefix"):
        tokenwidgets.connect("sqlite://", config=config)


def test_everything_that_the_package_lists_can_be_had():
    missing = [name for name in tokenwidgets.__all__ if not hasattr(tokenwidgets, name)]
    assert missing == []
    assert set(tokenwidgets.__all__) <= set(dir(tokenwidgets))
    with pytest.raises(AttributeError):
        _ = tokenwidgets.no_such_name
