"""SQLite files that are not what they should be: a clear error by name, and the file untouched."""

from __future__ import annotations

import resource
import shutil
import sqlite3

import pytest
from forked import folder_for_all, outcome
from sqlalchemy import event, insert, text
from state import faults, rows

from tokenwidgets import errors
from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database
from tokenwidgets.platform import open_platform
from tokenwidgets.schema import API
from tokenwidgets.upgrade import check_schema, is_empty, upgrade
from tokenwidgets.vocabulary import Access


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def at(path):
    return Database(f"sqlite:///{path}")


def other_programs_file(path, *, alembic=False):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE bookmarks (url TEXT)")
    if alembic:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
    connection.commit()
    connection.close()


def calls(database):
    return (
        lambda: check_schema(database),
        lambda: open_platform(database, "admin"),
        lambda: upgrade(database),
        lambda: initialise(database, "admin"),
    )


@pytest.mark.parametrize("content", [b"not a database, but long enough to be one\n" * 50, b"x"])
def test_a_file_that_is_no_database_is_refused_and_stays_as_it_is(tmp_path, content):
    (tmp_path / "letter.txt").write_bytes(content)
    before = contents(tmp_path)
    for call in calls(at(tmp_path / "letter.txt")):
        with pytest.raises(errors.NotADatabase, match="not a database"):
            call()
    assert contents(tmp_path) == before


@pytest.mark.parametrize("alembic", [False, True], ids=["plain", "with alembic"])
def test_another_programs_database_is_refused_and_stays_as_it_is(tmp_path, alembic):
    other_programs_file(tmp_path / "other.db", alembic=alembic)
    before = contents(tmp_path)
    database = at(tmp_path / "other.db")
    for call in calls(database):
        with pytest.raises(errors.NotADatabase, match="bookmarks"):
            call()
    database.close()
    assert contents(tmp_path) == before


def test_another_programs_postgresql_database_is_refused_and_stays_as_it_is(postgresql):
    url = postgresql.create()
    database = Database(url)
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE bookmarks (url TEXT)"))
    for call in calls(database):
        with pytest.raises(errors.NotADatabase, match="bookmarks"):
            call()
    with database.engine.connect() as connection:
        tables = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert connection.scalars(tables).all() == ["bookmarks"]
    database.close()
    postgresql.drop(url)


def test_asking_for_a_database_that_is_not_there_makes_none(tmp_path):
    database = at(tmp_path / "missing.db")
    assert is_empty(database)
    with pytest.raises(errors.NotADatabase, match="tokenwidgets init"):
        open_platform(database, "admin")
    assert contents(tmp_path) == {}


def test_an_empty_database_says_how_to_begin(empty_database):
    assert is_empty(empty_database)
    with pytest.raises(errors.NotADatabase, match="tokenwidgets init"):
        open_platform(empty_database, "admin")


def test_a_folder_in_the_files_place_is_told(tmp_path):
    for call in calls(at(tmp_path))[:2]:
        with pytest.raises(errors.DatabaseUnavailable, match="cannot be opened"):
            call()


def test_a_file_in_the_folders_place_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(errors.DatabaseUnavailable, match="folder"):
        initialise(at(tmp_path / "file" / "platform.db"), "admin")


def test_a_damaged_file_is_told(sqlite_database, tmp_path):
    sqlite_database.close()
    damaged = tmp_path / "damaged.db"
    shutil.copyfile(tmp_path / "platform.db", damaged)
    with damaged.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (damaged.stat().st_size - 4096))
    database = at(damaged)
    with pytest.raises(errors.NotADatabase, match="backup"):
        open_platform(database, "admin").users.page()
    database.close()


@pytest.fixture
def shared(sqlite_database, tmp_path):
    """The platform's file in a folder that other users than root can reach."""
    sqlite_database.close()
    with folder_for_all() as folder:
        path = folder / "platform.db"
        shutil.copyfile(tmp_path / "platform.db", path)
        yield path


def test_a_readonly_file_can_be_read_and_says_that_it_cannot_be_changed(shared):
    shared.chmod(0o444)
    before = shared.read_bytes()

    def read():
        assert open_platform(at(shared), "admin").users.page().total == 1

    def change():
        open_platform(at(shared), "admin").apis.add("orders")

    assert outcome(read, plain_user=True) == ""
    assert outcome(change, plain_user=True) == "DatabaseReadOnly"
    assert shared.read_bytes() == before


def test_a_readonly_folder_is_told(shared):
    shared.chmod(0o666)
    shared.parent.chmod(0o555)
    before = contents(shared.parent)
    assert outcome(lambda: open_platform(at(shared), "admin"), plain_user=True) in (
        "DatabaseUnavailable",
        "DatabaseReadOnly",
    )
    new = at(shared.parent / "new" / "platform.db")
    assert outcome(lambda: initialise(new, "admin"), plain_user=True) == "DatabaseUnavailable"
    assert contents(shared.parent) == before


def test_a_file_that_must_not_be_read_is_told(shared):
    shared.chmod(0o000)
    assert outcome(lambda: open_platform(at(shared), "admin"), plain_user=True) == (
        "DatabaseUnavailable"
    )


def test_a_file_opened_for_reading_alone_is_told(sqlite_database, tmp_path):
    database = Database(f"sqlite:///file:{tmp_path / 'platform.db'}?mode=ro&uri=true")
    platform = open_platform(database, "admin")
    assert platform.users.page().total == 1
    with pytest.raises(errors.DatabaseReadOnly):
        platform.apis.add("orders")
    database.close()


def limit_pages(database, more):
    """Let the file grow by so many pages and no more, as on a disk that is nearly full."""

    @event.listens_for(database.engine, "connect")
    def _limit(connection, _record):
        (present,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {present + more}")


@pytest.mark.parametrize("more", [1, 2, 5, 10])
def test_a_change_for_which_there_is_no_room_is_not_made(sqlite_database, clock, more):
    database = Database(sqlite_database.url)
    limit_pages(database, more)
    platform = open_platform(database, "admin", clock=clock)
    made = 0
    with pytest.raises(errors.DatabaseFull, match="no room left"):
        for made in range(1000):
            before = rows(sqlite_database)
            platform.apis.add(f"api-{made}", description="x" * 500)
    assert made > 0 or more == 1
    assert rows(sqlite_database) == before
    assert faults(sqlite_database) == []
    database.close()
    # With room again, it goes on.
    assert open_platform(sqlite_database, "admin", clock=clock).apis.add("more").name == "more"


def test_tokens_for_which_there_is_no_room_are_not_made(sqlite_database, clock):
    apis = [{"name": f"api-{n}", "title": "API", "created_at": clock.now} for n in range(200)]
    with sqlite_database.write() as session:
        session.execute(insert(API), apis)
    before = rows(sqlite_database)
    database = Database(sqlite_database.url)
    limit_pages(database, 12)
    with pytest.raises(errors.DatabaseFull):
        open_platform(database, "admin", clock=clock).tokens.add_separately(
            "admin", "each", Access.FULL
        )
    database.close()
    assert rows(sqlite_database) == before


def test_a_schema_for_which_there_is_no_room_is_not_made(tmp_path):
    database = at(tmp_path / "new.db")
    limit_pages(database, 20)
    with pytest.raises(errors.DatabaseFull):
        initialise(database, "admin")
    database.close()
    roomy = at(tmp_path / "new.db")
    assert is_empty(roomy)
    initialise(roomy, "admin")
    assert open_platform(roomy, "admin").users.page().total == 1
    roomy.close()


@pytest.mark.parametrize("room", [0, 4096, 40_000])
def test_a_file_that_may_not_grow_is_told_and_nothing_is_lost(
    sqlite_database, tmp_path, room, clock
):
    before = rows(sqlite_database)
    sqlite_database.close()
    limit = (tmp_path / "platform.db").stat().st_size + room

    def fill():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        platform = open_platform(sqlite_database, "admin", clock=clock)
        for number in range(10_000):
            platform.apis.add(f"api-{number}", description="x" * 500)

    assert outcome(fill) in ("DatabaseFull", "DatabaseUnavailable")
    after = rows(sqlite_database)
    added = len(after["audit_events"]) - len(before["audit_events"])
    assert len(after["apis"]) == added
    assert faults(sqlite_database) == []
    with sqlite_database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_disk_without_room_for_what_sqlite_keeps_beside_the_file_is_said_to_be_full(
    sqlite_database,
):
    sqlite_database.close()

    def look():
        without = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, without[1]))
        try:
            open_platform(sqlite_database, "admin")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, without)

    assert outcome(look) == "DatabaseFull"


def test_a_file_that_is_moved_away_under_a_running_platform_is_told(sqlite_database, tmp_path):
    platform = open_platform(sqlite_database, "admin")
    platform.apis.add("orders")
    path = tmp_path / "platform.db"
    path.rename(tmp_path / "moved.db")
    for call in (platform.apis.list, lambda: platform.apis.add("billing")):
        with pytest.raises(errors.DatabaseUnavailable, match="gone"):
            call()
    assert not path.exists()


def test_a_backup_put_in_the_files_place_is_what_is_used_from_then_on(sqlite_database, tmp_path):
    path, backup = tmp_path / "platform.db", tmp_path / "backup.db"
    shutil.copyfile(path, backup)
    platform = open_platform(sqlite_database, "admin")
    platform.apis.add("orders")
    for name in ("platform.db-wal", "platform.db-shm"):
        (tmp_path / name).unlink()
    backup.replace(path)
    assert platform.apis.list() == ()
    platform.apis.add("billing")
    assert [api.name for api in open_platform(at(path), "admin").apis.list()] == ["billing"]
