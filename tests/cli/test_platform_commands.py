"""``init``, ``upgrade-db``, ``serve`` and ``audit verify``."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import CommandLine
from sqlalchemy import text

from tokenwidgets.database import Database
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.upgrade import known_revisions, revision
from tokenwidgets.vocabulary import Access, Control


@pytest.fixture
def new_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a database that is not there yet, in a folder that is not there either."""
    url = f"sqlite:///{tmp_path}/deep/down/new.db"
    monkeypatch.setenv("TOKENWIDGETS_DATABASE_URL", url)
    return url


def test_init_makes_a_platform_with_its_administrator(cli: CommandLine, new_url: str) -> None:
    ended = cli("init", "--admin", "rhea", "--name", "Rhea L.", "--email", "r@example.org")
    assert (ended.status, ended.out) == (0, "")
    assert "with the administrator rhea" in ended.err
    platform = open_platform(Database(new_url), "rhea")
    assert platform.users.authority().controls == tuple(Control)
    assert platform.users.get("rhea").name == "Rhea L."


def test_init_without_settings_uses_jupyters_data_folder(cli: CommandLine, tmp_path: Path) -> None:
    assert cli("init", "--admin", "admin").status == 0
    assert (tmp_path / "data" / "tokenwidgets" / "platform.db").is_file()
    assert cli("user", "list", "--format", "csv").out.splitlines()[1:] == [
        "admin,admin,,,Administrators,yes"
    ]


def test_init_leaves_a_platform_with_users_as_it_is(cli: CommandLine, opened: Platform) -> None:
    ended = cli("init", "--admin", "other")
    assert ended.status == 1
    assert "has users already; it was left as it is" in ended.err
    assert opened.users.page().total == 1


@pytest.mark.usefixtures("new_url")
def test_init_takes_no_odd_user_id(cli: CommandLine, tmp_path: Path) -> None:
    assert "User ID: must be" in cli("init", "--admin", "b ad").err
    assert not (tmp_path / "deep").exists()


def test_upgrade_db_makes_and_then_keeps_the_schema(cli: CommandLine, new_url: str) -> None:
    newest = known_revisions()[-1]
    assert f"had schema none, and has {newest} now" in cli("upgrade-db").err
    assert revision(Database(new_url)) == newest
    assert "which is this version's" in cli("upgrade-db").err


def test_a_newer_schema_is_refused_with_what_to_do(cli: CommandLine, opened: Platform) -> None:
    with opened.database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for argv in (("upgrade-db",), ("user", "list"), ("serve", "--port", "0"), ("audit", "verify")):
        ended = cli(*argv)
        assert ended.status == 1
        assert "newer than this version" in ended.err


def test_audit_verify_prints_the_newest_hash_of_a_whole_trail(
    cli: CommandLine, stocked: Platform
) -> None:
    ended = cli("audit", "verify")
    assert (ended.status, ended.err) == (0, "The audit trail is whole.\n")
    number, digest = ended.out.split()
    assert int(number) == stocked.history.page().total
    assert len(bytes.fromhex(digest)) == 32


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE audit_events SET actor = 'else' WHERE id = 4", ["event 4: its content was"]),
        ("DELETE FROM audit_events WHERE id = 4", ["event 5: event 4 and what", "event 5: it"]),
        ("DELETE FROM audit_events WHERE id > 4", ["event 5: events are missing at the end"]),
    ],
)
def test_audit_verify_says_where_the_trail_was_tampered_with(
    cli: CommandLine, stocked: Platform, damage: str, said: list[str]
) -> None:
    with stocked.database.write() as session:
        session.execute(text(damage))
    ended = cli("audit", "verify")
    assert ended.status == 1
    assert "tampered with" in ended.err
    lines = ended.out.splitlines()
    assert len(lines) == len(said)
    assert all(line.startswith(start) for line, start in zip(lines, said, strict=True))


def test_serve_does_not_begin_without_a_platform(cli: CommandLine, new_url: str) -> None:
    ended = cli("serve", "--port", "0")
    assert (ended.status, ended.out) == (1, "")
    assert "tokenwidgets init --admin USER_ID" in ended.err
    assert revision_is_missing(new_url)


@pytest.mark.usefixtures("stocked")
def test_serve_says_what_is_unsafe(cli: CommandLine) -> None:
    ended = cli("serve", "--port", "0", "--ip", "0.0.0.0")
    assert (ended.status, ended.out) == (2, "")
    assert "Without an identity source" in ended.err


@pytest.mark.usefixtures("stocked")
def test_no_command_writes_a_secret_where_it_stays(
    cli: CommandLine, stocked: Platform, tmp_path: Path
) -> None:
    secrets = [
        cli("token", "add", "jdoe", "one", "--read", "orders", "--debug"),
        cli("token", "regenerate", "1", "--debug"),
    ]
    stocked.tokens.add("asmith", "two", Access.READ)
    for ended in secrets:
        secret = ended.out.strip()
        assert secret
        assert secret not in ended.err
        for file in tmp_path.rglob("*"):
            assert not file.is_file() or secret.encode() not in file.read_bytes(), file


def revision_is_missing(url: str) -> bool:
    return not Path(url.removeprefix("sqlite:///")).exists()
