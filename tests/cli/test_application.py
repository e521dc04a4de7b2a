"""The command as a whole: its help, its settings, and how it says what is wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import COMMAND, CommandLine
from traitlets.utils.importstring import import_item

from tokenwidgets import __version__
from tokenwidgets.cli.application import TokenWidgetsApp
from tokenwidgets.cli.command import Family
from tokenwidgets.platform import Platform


def commands(family: Any = TokenWidgetsApp, path: tuple[str, ...] = ()) -> Iterator[Any]:
    """Every command that ends a command line, with its words."""
    for name, (place, _) in family.subcommands.items():
        command = import_item(place) if isinstance(place, str) else place
        if issubclass(command, Family):
            yield from commands(command, (*path, name))
        else:
            yield pytest.param(command, (*path, name), id=" ".join((*path, name)))


def test_help_names_every_command(cli: CommandLine) -> None:
    ended = cli("--help")
    assert ended.status == 0
    for name in TokenWidgetsApp.subcommands:
        assert f"\n{name}\n" in ended.out


@pytest.mark.parametrize(("command", "words"), list(commands()))
def test_every_command_has_help_with_usage_and_an_example(
    cli: CommandLine, command: Any, words: tuple[str, ...]
) -> None:
    ended = cli(*words, "--help")
    assert ended.status == 0
    assert ended.out.startswith(f"Usage: tokenwidgets {' '.join(words)} ")
    assert command.name == f"tokenwidgets {' '.join(words)}"
    examples = ended.out.partition("Examples\n--------\n")[2]
    assert f"tokenwidgets {' '.join(words)}" in examples
    assert cli("help", *words).out == ended.out


def test_help_for_all_has_the_settings_of_every_part(cli: CommandLine) -> None:
    out = cli("--help-all").out
    for setting in ("TokenWidgets.database_url", "TokenAdd.months", "Serve.port"):
        assert f"--{setting}=" in out


def test_help_waits_for_no_database_and_no_dashboard() -> None:
    program = """
import sys
from tokenwidgets.cli.application import run
assert run(["--help"]) == 0
print([name for name in ("sqlalchemy", "ipywidgets", "pandas", "voila") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], text=True, capture_output=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_the_version_is_told(cli: CommandLine) -> None:
    assert cli("--version").out.strip() == __version__


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "one of its commands must be given: demo, init"),
        (["token"], "one of its commands must be given: add, list"),
        (["toke"], "there is no command tokenwidgets toke; did you mean token?"),
        (["token", "lst"], "there is no command tokenwidgets token lst; did you mean list?"),
        (["token", "add"], "OWNER and NAME must be given"),
        (["token", "add", "jdoe"], "NAME must be given"),
        (["token", "add", "jdoe", "x", "y"], "there is one argument too many: y"),
        (["token", "add", "jdoe", "x", "--api", "y"], "there is no option --api"),
        (["token", "add", "jdoe", "x", "--months"], "argument --months: expected one argument"),
        (["token", "add", "jdoe", "x", "--months", "six"], "expected an int"),
        (["token", "add", "jdoe", "x", "--all-apis", "some"], "expected any of"),
        (["user", "list", "--format", "xml"], "expected any of"),
        (["init"], "--admin must be given"),
        (["verify"], "--api must be given"),
        (["user", "edit", "jdoe"], "there is nothing to change"),
        (["user", "import", "nowhere.csv"], "nowhere.csv cannot be read: No such file"),
        (["token", "list", "jdoe", "--config", "nowhere.py"], "There is no file nowhere.py"),
        (["token", "revoke", "jdoe"], "jdoe is no token's id"),
        (["--database-url"], "argument --database-url: expected one argument"),
        (["--format", "csv", "user", "list"], "there is no option --format"),
    ],
)
@pytest.mark.usefixtures("platform_url")
def test_a_command_line_that_is_not_understood(
    cli: CommandLine, argv: list[str], words: str
) -> None:
    ended = cli(*argv)
    assert ended.status == 2
    assert ended.out == ""
    assert ended.err.startswith("tokenwidgets: ")
    assert words in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.usefixtures("stocked")
def test_options_may_stand_between_arguments(cli: CommandLine) -> None:
    assert cli("token", "add", "--read", "orders", "jdoe", "--months=3", "one").status == 0
    assert cli("token", "add", "jdoe", "--all-apis", "read", "--", "--two").status == 0
    assert {"one", "--two"} <= set(re.split(r"\s+", cli("token", "list", "jdoe").out))


def test_options_of_all_commands_may_go_before_the_command(
    cli: CommandLine, stocked: Platform, monkeypatch: pytest.MonkeyPatch, platform_url: str
) -> None:
    monkeypatch.delenv("TOKENWIDGETS_DATABASE_URL")
    for before in (["--database-url", platform_url], [f"--database-url={platform_url}", "--debug"]):
        assert "jdoe" in cli(*before, "user", "list", "--format", "csv").out
        assert "jdoe" in cli("user", *before, "list", "jdoe").out


@pytest.mark.usefixtures("stocked")
def test_what_is_refused_ends_with_1_and_the_reason(cli: CommandLine) -> None:
    ended = cli("token", "add", "nobody", "x", "--all-apis", "read")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == "tokenwidgets: There is no application user 'nobody'.\n"


@pytest.mark.usefixtures("stocked")
def test_debug_shows_where_an_error_comes_from(cli: CommandLine) -> None:
    ended = cli("token", "add", "nobody", "x", "--all-apis", "read", "--debug")
    assert ended.status == 1
    assert "Traceback" in ended.err
    assert ended.err.endswith("There is no application user 'nobody'.\n")


@pytest.mark.parametrize(
    ("url", "status", "words"),
    [
        ("sqlite:////nowhere/at/all.db", 1, "nowhere/at/all.db"),
        ("sqlite:///{folder}/text.db", 1, "is not a database"),
        ("nonsense", 2, "The database URL cannot be used"),
        ("postgresql+psycopg://127.0.0.1:1/none", 1, "did not answer"),
    ],
)
def test_a_database_that_cannot_be_used_is_named(
    cli: CommandLine, tmp_path: Path, url: str, status: int, words: str
) -> None:
    (tmp_path / "text.db").write_text("not a database " * 100)
    ended = cli("user", "list", "--database-url", url.format(folder=tmp_path))
    assert ended.status == status
    assert words in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.usefixtures("stocked")
def test_as_acts_as_another_user_with_no_more_than_they_may(
    cli: CommandLine, opened: Platform
) -> None:
    assert cli("user", "list", "--as", "jdoe").status == 1
    opened.users.add("second", "Second Admin")
    opened.memberships.set("second", "Administrators", True)
    assert cli("user", "add", "third", "Third", "--as", "second").status == 0
    assert opened.history.page(subject="third").rows[0].actor == "second"


def test_the_command_line_goes_before_the_environment_and_that_before_the_file(
    cli: CommandLine, stocked: Platform, platform_url: str, tmp_path: Path, monkeypatch: Any
) -> None:
    file = tmp_path / "config" / "tokenwidgets_config.py"
    file.parent.mkdir()
    file.write_text(
        f"c.TokenWidgets.database_url = {platform_url!r}\n"
        "c.TokenWidgets.token_prefix = 'acme'\n"
        "c.TokenAdd.months = 12\n"
    )
    monkeypatch.delenv("TOKENWIDGETS_DATABASE_URL")
    assert cli("token", "add", "jdoe", "a", "--read", "orders").out.startswith("acme_")
    assert stocked.tokens.get(1).months == 12
    assert cli("token", "add", "jdoe", "b", "--read", "orders", "--months", "3").status == 0
    assert stocked.tokens.get(2).months == 3
    monkeypatch.setenv("TOKENWIDGETS_DATABASE_URL", "sqlite:////nowhere/by/environment.db")
    assert "environment.db" in cli("user", "list").err
    assert "line.db" in cli("user", "list", "--database-url", "sqlite:////nowhere/line.db").err


def test_a_broken_configuration_file_is_named(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "config" / "tokenwidgets_config.py"
    file.parent.mkdir()
    file.write_text("c.TokenWidgets.database_url = \n")
    ended = cli("user", "list")
    assert ended.status == 2
    assert "tokenwidgets_config.py cannot be used" in ended.err


def test_generate_config_writes_every_setting_and_it_can_be_read(
    cli: CommandLine, tmp_path: Path
) -> None:
    assert cli("--generate-config").status == 0
    file = tmp_path / "config" / "tokenwidgets_config.py"
    text = file.read_text()
    for setting in (
        "TokenWidgets.database_url",
        "TokenWidgets.identity_source",
        "LocalIdentity.user_id",
        "ProxyIdentity.",
        "DashboardSettings.allowed_hosts",
        "Serve.port",
        "Demo.database_url",
        "TokenAdd.months",
    ):
        assert f"# c.{setting}" in text
    assert "no database at" in cli("user", "list").err


@pytest.mark.usefixtures("platform_url")
def test_a_reader_who_goes_away_is_no_error(opened: Platform) -> None:
    content = "user_id,name\n" + "".join(f"u{n},{'A long name ' * 8}{n}\n" for n in range(2000))
    opened.imports.users(content.encode(), "many.csv")
    for format in ("table", "csv", "json"):
        done = subprocess.run(
            ["sh", "-c", f"{COMMAND} user list --format {format} | head -n 2"],
            text=True,
            capture_output=True,
        )
        assert len(done.stdout.splitlines()) == 2
        assert done.stderr == ""


@pytest.mark.usefixtures("stocked")
def test_an_output_that_cannot_be_written_is_said() -> None:
    done = subprocess.run(
        ["sh", "-c", f"{COMMAND} user list > /dev/full"], text=True, capture_output=True
    )
    assert done.returncode == 1
    assert done.stderr == "tokenwidgets: [Errno 28] No space left on device\n"


@pytest.mark.usefixtures("opened")
def test_a_name_that_the_terminal_cannot_show_is_escaped(opened: Platform) -> None:
    opened.users.add("chen", "陈黛玉")
    done = subprocess.run(
        [COMMAND, "user", "list", "chen"],
        text=True,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii:strict"},
    )
    assert done.returncode == 0
    assert "\\u9648" in done.stdout
