"""``tokenwidgets check``, ``backup`` and ``restore``."""

from __future__ import annotations

from pathlib import Path

from commands import CommandLine
from sqlalchemy import text

from tokenwidgets.platform import Platform


def test_check_says_that_the_platform_is_whole_or_where_not(
    cli: CommandLine, opened: Platform
) -> None:
    ended = cli("check")
    assert (ended.status, ended.out) == (0, "")
    assert "is whole" in ended.err
    with opened.database.write() as session:
        session.execute(text("UPDATE audit_events SET actor = 'nobody' WHERE id = 2"))
    ended = cli("check")
    assert (ended.status, ended.out) == (1, "event 2: its content was changed\n")
    assert "is not whole, in 1 place(s)" in ended.err


def test_backup_and_restore_bring_the_platform_back(
    cli: CommandLine, stocked: Platform, tmp_path: Path
) -> None:
    assert cli("backup", str(tmp_path / "saved")).status == 0
    url = f"sqlite:///{tmp_path}/again.db"
    ended = cli("restore", str(tmp_path / "saved"), "--database-url", url)
    assert (ended.status, ended.out) == (0, "")
    assert "upgrade-db" not in ended.err
    assert len(cli("user", "list", "--format", "csv", "--database-url", url).out.splitlines()) == 4
    assert cli("restore", str(tmp_path / "saved"), "--database-url", url).status == 2
    assert cli("backup", str(tmp_path / "saved")).status == 2
