"""Settings and options that there are not, or that cannot have their value, are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import CommandLine
from traitlets.config import Config, Configurable
from traitlets.config.loader import DeferredConfigString

from tokenwidgets import errors
from tokenwidgets.connection import connect
from tokenwidgets.expiry.mail import Mail
from tokenwidgets.gate.settings import Gate
from tokenwidgets.identity.local import LocalIdentity
from tokenwidgets.identity.proxy import ProxyIdentity
from tokenwidgets.platform import Platform


@pytest.fixture
def config_file(surroundings: Path) -> Path:
    """Where the configuration file of the operator is."""
    (surroundings / "config").mkdir()
    return surroundings / "config" / "tokenwidgets_config.py"


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--TokenAdd.foo=3", "--TokenAdd.foo: there is no such setting."),
        ("--TokenAdd.month=12", "--TokenAdd.month: there is no such setting; did you mean months?"),
        ("--Foo.foo=3", "there is no option --Foo.… of tokenwidgets token add"),
        ("--TokenAd.months=3", "did you mean TokenAdd?"),
        ("--Serve.port=3", "there is no option --Serve."),
        ("--Voila.port=3", "there is no option --Voila."),
        ("--TokenWidgets.language=xx", "--TokenWidgets.language: "),
        ("--LocalIdentity.user=x", "did you mean user_id?"),
    ],
)
def test_no_token_is_made_by_a_command_line_with_an_option_that_there_is_not(
    cli: CommandLine, stocked: Platform, option: str, words: str
) -> None:
    ended = cli("token", "add", "jdoe", "x", "--read", "orders", option)
    assert (ended.status, ended.out) == (2, "")
    assert words in ended.err
    assert ended.err.count("\n") == 1
    assert stocked.tokens.page("jdoe").total == 0


def test_an_option_may_be_given_by_its_class(cli: CommandLine, stocked: Platform) -> None:
    argv = ("token", "add", "jdoe", "x", "--read", "orders")
    mine = ("--TokenAdd.months=12", "--LocalIdentity.user_id=admin")
    assert cli(*argv, *mine, "--TokenWidgets.token_prefix=acme").out.startswith("acme_")
    assert stocked.tokens.page("jdoe").rows[0].months == 12


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("c.TokenWigets.database_url = ''", "c.TokenWigets; did you mean TokenWidgets?"),
        ("c.TokenWidgets.databse_url = ''", "c.TokenWidgets.databse_url: there is no such setting"),
        ("c.TokenWidgets.database_url = 5", "c.TokenWidgets.database_url: "),
        ("c.TokenWidgets.token_prefix = 5", "c.TokenWidgets.token_prefix: "),
        ("c.TokenAdd.months = 'six'", "c.TokenAdd.months: "),
        ("c.Serve.port = 99999", "c.Serve.port: "),
        ("c.Mail.hots = 'mail'", "did you mean host?"),
        ("c.Foo.bar = 1", "there is no c.Foo."),
        ("c.database_url = ''", "there is no c.database_url."),
    ],
)
@pytest.mark.usefixtures("platform_url")
def test_a_configuration_file_with_a_setting_that_cannot_be_is_named_with_it(
    cli: CommandLine, config_file: Path, text: str, words: str
) -> None:
    config_file.write_text(text)
    ended = cli("verify", "--api", "orders", stdin="nonsense")
    assert ended.status == 2, "1 would mean denied"
    assert ended.err.startswith(f"tokenwidgets: {config_file}: ")
    assert words in ended.err


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        (LocalIdentity, "user_id"),
        (ProxyIdentity, "user_pattern"),
        (Mail, "user"),
        (Mail, "sender"),
        (Gate, "introspection_api"),
        (Gate, "usage_database_url"),
    ],
)
def test_a_name_is_taken_as_it_stands(kind: type[Configurable], setting: str) -> None:
    for text in ("~", '"R"'):
        config = Config({kind.__name__: {setting: DeferredConfigString(text)}})
        assert getattr(kind(config=config), setting) == text


@pytest.mark.parametrize("value", ["{!r},", "[{!r}]", "{!r}.encode() + bytes([255])"])
@pytest.mark.usefixtures("surroundings")
def test_a_url_that_is_no_text_is_refused_without_its_password(
    cli: CommandLine, config_file: Path, value: str
) -> None:
    url = "postgresql+psycopg://u:hunter2@h/d"
    for setting in ("TokenWidgets.database_url", "Gate.usage_database_url"):
        config_file.write_text(f"c.{setting} = {value.format(url)}")
        ended = cli("user", "list")
        assert ended.status == 2
        assert f"{setting} is a text, not a" in ended.err
        assert "hunter2" not in ended.err


@pytest.mark.usefixtures("platform_url")
def test_the_file_may_set_other_commands_the_server_and_an_identity_source_of_ones_own(
    cli: CommandLine, config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (config_file.parent / "own_source.py").write_text(
        "import traitlets\n"
        "from tokenwidgets.identity import IdentitySource\n"
        "class Badges(IdentitySource):\n"
        "    badge = traitlets.Unicode().tag(config=True)\n"
        "    def actor(self, database):\n"
        "        return self.badge\n"
    )
    monkeypatch.syspath_prepend(str(config_file.parent))
    config_file.write_text(
        "c.TokenWidgets.identity_source = 'own_source.Badges'\n"
        "c.Badges.badge = 'admin'\n"
        "c.Serve.port = 8899\n"
        "c.MappingKernelManager.cull_interval = 60\n"
    )
    assert cli("user", "list").status == 0
    config_file.write_text("c.TokenWidgets.identity_source = 'own_source.Badges'\nc.Badges.x = 1\n")
    assert "c.Badges.x" in cli("user", "list").err


@pytest.mark.usefixtures("platform_url")
def test_what_is_set_for_every_program_of_jupyter_is_not_ours_to_refuse(
    cli: CommandLine, config_file: Path
) -> None:
    config_file.with_name("jupyter_config.py").write_text("c.SomeOtherProgram.x = 1")
    assert cli("user", "list").status == 0


@pytest.mark.usefixtures("platform_url")
def test_an_environment_variable_that_cannot_be_used_is_named(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKENWIDGETS_LANGUAGE", "xx")
    for argv in (("user", "list"), ("verify", "--api", "orders")):
        ended = cli(*argv, stdin="nonsense")
        assert ended.status == 2
        assert ended.err.startswith("tokenwidgets: TOKENWIDGETS_LANGUAGE: ")


@pytest.mark.usefixtures("platform_url")
def test_a_configuration_file_that_would_not_be_read_is_refused(
    cli: CommandLine, tmp_path: Path
) -> None:
    for name in ("my.conf", "settings"):
        (tmp_path / name).write_text("c.TokenWidgets.database_url = 'sqlite:////nowhere.db'")
        ended = cli("user", "list", "--config", str(tmp_path / name))
        assert ended.status == 2
        assert f"ends in .py or .json, and that of {tmp_path / name}" in ended.err


@pytest.mark.usefixtures("surroundings")
def test_a_new_configuration_file_can_be_written_where_one_likes(
    cli: CommandLine, tmp_path: Path
) -> None:
    assert cli("--generate-config", "--config", str(tmp_path / "mine.py")).status == 0
    assert "# c.TokenWidgets.database_url" in (tmp_path / "mine.py").read_text()


def test_an_identity_source_that_cannot_be_configured_is_a_configuration_error(
    platform_url: str,
) -> None:
    config = Config({"LocalIdentity": {"user_id": 5}})
    with pytest.raises(errors.ConfigurationError, match="user_id"):
        connect(platform_url, config=config)
