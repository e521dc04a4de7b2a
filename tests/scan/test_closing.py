"""A scan of the folder with the database leaves SQLite's locks on it alone."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

from tokenwidgets.platform import open_platform
from tokenwidgets.scan import scan


def seen_by_another_process(path):
    program = f"""
import sqlite3
connection = sqlite3.connect({str(path)!r})
print([user for user, in connection.execute("SELECT user_id FROM users")])
connection.close()
"""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout


def test_what_is_changed_after_a_scan_of_the_database_is_not_lost(
    sqlite_database, clock, tmp_path, secret
):
    (tmp_path / "notes").write_text(secret)
    path = tmp_path / "platform.db"
    platform = open_platform(sqlite_database, "admin", clock=clock)
    for name in ("early", "late"):
        assert len(scan([tmp_path]).found) == 1
        # Who closes the database last takes its log away.
        assert name not in seen_by_another_process(path)
        platform.users.add(name, "Somebody")
        assert name in seen_by_another_process(path)
    sqlite_database.close()
    assert "late" in seen_by_another_process(path)


def test_databases_that_nobody_has_open_are_closed_again(tmp_path):
    for number in range(3):
        connection = sqlite3.connect(tmp_path / f"{number}.db")
        connection.execute("CREATE TABLE things (id)")
        connection.close()
    before = set(Path("/dev/fd").iterdir())
    assert scan([tmp_path]).files == 3
    assert set(Path("/dev/fd").iterdir()) <= before
