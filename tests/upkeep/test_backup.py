"""Backups: of one instant, whole or not there, never over another file; and back from them."""

from __future__ import annotations

import os
import sqlite3
import threading
from errno import EPERM

import pytest
from sqlalchemy import text
from state import rows

from tokenwidgets.database import Database
from tokenwidgets.errors import ConfigurationError, DatabaseUnavailable, NotADatabase
from tokenwidgets.platform import open_platform
from tokenwidgets.upgrade import migrate, revision, upgrade
from tokenwidgets.upkeep import back_up, check, restore


@pytest.fixture
def embedded(sqlite_database, clock):
    """The platform as "admin", on SQLite alone, with the user "jdoe"."""
    platform = open_platform(sqlite_database, "admin", clock=clock)
    platform.users.add("jdoe", "Jane Doe")
    return platform


@pytest.fixture
def elsewhere(tmp_path):
    """A database that is not there yet, in a folder that is not there either."""
    return Database(f"sqlite:///{tmp_path / 'new' / 'restored.db'}")


def test_what_was_backed_up_is_restored(embedded, sqlite_database, elsewhere, tmp_path, clock):
    back_up(sqlite_database, tmp_path / "saved")
    embedded.users.add("later", "Came Later")
    content = (tmp_path / "saved").read_bytes()
    assert restore(tmp_path / "saved", elsewhere)
    assert (tmp_path / "saved").read_bytes() == content
    assert list(check(elsewhere)) == []
    restored = open_platform(elsewhere, "admin", clock=clock).users
    assert [user.user_id for user in restored.page().rows] == ["admin", "jdoe"]
    assert restored.page(search="jane").total == 1
    elsewhere.close()


def test_a_backup_is_one_file_of_its_owner_alone(embedded, sqlite_database, tmp_path):
    (tmp_path / "backups").mkdir()
    back_up(sqlite_database, tmp_path / "backups" / "saved")
    assert [file.name for file in (tmp_path / "backups").iterdir()] == ["saved"]
    assert (tmp_path / "backups" / "saved").stat().st_mode & 0o777 == 0o600


def test_progress_is_told_up_to_the_end(embedded, sqlite_database, tmp_path):
    told = []
    back_up(sqlite_database, tmp_path / "saved", progress=lambda *how: told.append(how))
    done, total = told[-1]
    assert done == total > 10


@pytest.mark.parametrize("suffix", ["", "-wal", "-journal"])
def test_no_file_is_replaced(embedded, sqlite_database, elsewhere, tmp_path, suffix):
    back_up(sqlite_database, tmp_path / "saved")
    (tmp_path / "new").mkdir()
    for target, call in (
        (tmp_path / "other", lambda: back_up(sqlite_database, tmp_path / "other")),
        (tmp_path / "new" / "restored.db", lambda: restore(tmp_path / "saved", elsewhere)),
    ):
        there = target.with_name(target.name + suffix)
        there.write_text("mine")
        with pytest.raises(ConfigurationError, match="already: it was left as it is"):
            call()
        assert there.read_text() == "mine"
        assert [file.name for file in target.parent.glob(".*")] == []


def test_who_comes_second_replaces_nothing(embedded, sqlite_database, tmp_path):
    target = tmp_path / "saved"
    with pytest.raises(ConfigurationError, match="already"):
        back_up(sqlite_database, target, progress=lambda *_: target.write_text("mine"))
    assert target.read_text() == "mine"
    assert list(tmp_path.glob(".saved*")) == []


def test_a_backup_that_is_interrupted_leaves_nothing(embedded, sqlite_database, tmp_path):
    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(sqlite_database, tmp_path / "saved", progress=interrupt)
    assert list(tmp_path.glob("*saved*")) == []


def test_a_backup_while_others_write_is_whole(embedded, sqlite_database, tmp_path):
    stop = threading.Event()

    def work():
        number = 0
        while not stop.is_set():
            number += 1
            embedded.users.add(f"busy{number}", "Busy")

    worker = threading.Thread(target=work)
    worker.start()
    for number in range(5):
        back_up(sqlite_database, tmp_path / f"saved{number}")
    stop.set()
    worker.join()
    for number in range(5):
        saved = Database(f"sqlite:///{tmp_path / f'saved{number}'}")
        assert list(check(saved)) == []
        saved.close()


def test_a_damaged_backup_is_not_restored(embedded, sqlite_database, elsewhere, tmp_path):
    back_up(sqlite_database, tmp_path / "saved")
    with sqlite3.connect(tmp_path / "saved") as connection:
        connection.execute("UPDATE audit_events SET actor = 'nobody' WHERE id = 1")
    connection.close()
    (tmp_path / "half").write_bytes((tmp_path / "saved").read_bytes()[:20_000])
    (tmp_path / "text").write_text("no database at all, but longer than nothing " * 50)
    (tmp_path / "empty").write_bytes(b"")
    for name in ("saved", "half", "text", "empty", "nothing"):
        with pytest.raises(NotADatabase):
            restore(tmp_path / name, elsewhere)
    assert not (tmp_path / "new").exists()


@pytest.fixture
def older(tmp_path):
    """A database of the schema before the newest, with an administrator."""
    database = Database(f"sqlite:///{tmp_path / 'older.db'}")
    with database.write() as session:
        migrate(session.connection(), "0003")
        session.execute(
            text(
                "INSERT INTO users (id, user_id, name, email, department, version, created_at,"
                " updated_at) VALUES (7, 'jdoe', 'Jane Doe', '', '', 1, 0, 0)"
            )
        )
    yield database
    database.close()


def test_before_an_upgrade_a_backup_is_made_and_restored_as_it_is(older, elsewhere, tmp_path):
    back_up(older, tmp_path / "saved")
    upgrade(older)
    assert restore(tmp_path / "saved", elsewhere) == revision(elsewhere) == "0003"
    upgrade(elsewhere)
    assert list(check(elsewhere)) == []
    assert rows(elsewhere) == rows(older)
    elsewhere.close()


def test_an_older_backup_that_is_damaged_is_not_restored(older, elsewhere, tmp_path):
    for number, statement in enumerate(
        (
            "INSERT INTO memberships (user_id, group_id) VALUES (7, 99)",
            "DROP INDEX ix_users_email",
            "DROP TRIGGER user_search_added",
            "UPDATE audit_chain SET last_event_id = 5",
        )
    ):
        saved = tmp_path / f"saved{number}"
        back_up(older, saved)
        with sqlite3.connect(saved) as connection:
            connection.execute(statement)
        connection.close()
        with pytest.raises(NotADatabase, match="is damaged"):
            restore(saved, elsewhere)
    assert not (tmp_path / "new").exists()


def test_a_backup_of_any_name_is_restored(embedded, sqlite_database, tmp_path):
    folder = tmp_path / "f#1 ?x=%20"
    folder.mkdir()
    for number, name in enumerate(("a#1.bak", "q?mode=rw", "100%25.bak", "Sicherung für 'heute'")):
        back_up(sqlite_database, folder / name)
        restored = Database(f"sqlite:///{tmp_path / f'{number}.db'}")
        restore(folder / name, restored)
        assert rows(restored) == rows(sqlite_database)
        restored.close()
    assert len(list(folder.iterdir())) == 4
    assert not (tmp_path / "f").exists()


def test_where_there_are_no_links_a_backup_is_made_and_replaces_nothing(
    embedded, sqlite_database, elsewhere, tmp_path, monkeypatch
):
    def refuse(*_):
        raise PermissionError(EPERM, os.strerror(EPERM))

    monkeypatch.setattr(os, "link", refuse)
    target = tmp_path / "saved"
    with pytest.raises(ConfigurationError, match="already"):
        back_up(sqlite_database, target, progress=lambda *_: target.write_text("mine"))
    assert target.read_text() == "mine"
    target.unlink()
    back_up(sqlite_database, target)
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob(".saved*")) == []
    restore(target, elsewhere)
    assert list(check(elsewhere)) == []
    elsewhere.close()


def test_a_folder_that_is_not_there_is_told(embedded, sqlite_database, tmp_path):
    with pytest.raises(DatabaseUnavailable, match="cannot be made"):
        back_up(sqlite_database, tmp_path / "nowhere" / "saved")


def test_postgresql_has_tools_of_its_own(postgresql_database, tmp_path):
    with pytest.raises(ConfigurationError, match="pg_dump"):
        back_up(postgresql_database, tmp_path / "saved")
    before = rows(postgresql_database)
    with pytest.raises(ConfigurationError, match="pg_restore"):
        restore(tmp_path / "saved", postgresql_database)
    assert rows(postgresql_database) == before
