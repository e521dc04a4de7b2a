"""Migrations: they make exactly the models' schema, all of it or nothing, once."""

from __future__ import annotations

import threading
from importlib.resources import files

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import event, insert, inspect, text
from state import faults, rows

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.platform import open_platform
from tokenwidgets.schema import Base, Setting
from tokenwidgets.search_index import is_of_the_models
from tokenwidgets.upgrade import check_schema, is_empty, known_revisions, revision, upgrade

pytestmark = pytest.mark.filterwarnings(
    # SQLite cannot tell what an index of an expression is of; PostgreSQL can.
    "ignore:Skipped unsupported reflection of expression-based index",
    "ignore:autogenerate skipping metadata-specified expression-based index",
)


def set_revision(database, value):
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :value"), {"value": value})


def test_the_migrations_make_exactly_the_schema_of_the_models(empty_database):
    assert upgrade(empty_database) == (None, known_revisions()[-1])
    with empty_database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_object": is_of_the_models,
            },
        )
        assert compare_metadata(context, Base.metadata) == []


def test_the_check_of_the_schema_finds_a_difference(empty_database):
    upgrade(empty_database)
    with empty_database.write() as session:
        session.execute(text("DROP INDEX ix_users_email"))
    with empty_database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": is_of_the_models}
        )
        assert [found[0] for found in compare_metadata(context, Base.metadata)] == ["add_index"]


def test_every_index_is_there(empty_database):
    upgrade(empty_database)
    with empty_database.engine.connect() as connection:
        catalogue = (
            "SELECT name FROM sqlite_master WHERE type = 'index'"
            if empty_database.is_sqlite
            else "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"
        )
        present = set(connection.scalars(text(catalogue)))
    wanted = {index.name for table in Base.metadata.tables.values() for index in table.indexes}
    assert wanted and wanted <= present


def test_an_upgrade_of_what_is_up_to_date_changes_nothing(database):
    before = rows(database)
    present = known_revisions()[-1]
    assert upgrade(database) == (present, present)
    assert rows(database) == before
    assert revision(database) == present


def statements_of_an_upgrade(database):
    """How many statements an upgrade has, found by making one and undoing it."""
    count = 0

    @event.listens_for(database.engine, "before_cursor_execute")
    def _count(*_):
        nonlocal count
        count += 1

    upgrade(database)
    event.remove(database.engine, "before_cursor_execute", _count)
    return count


def test_an_upgrade_that_is_stopped_anywhere_leaves_nothing(backend, request, tmp_path):
    if backend == "sqlite":
        databases = (Database(f"sqlite:///{tmp_path / f'{n}.db'}") for n in range(1000))
    else:
        server = request.getfixturevalue("postgresql")
        databases = (Database(server.create()) for _ in range(1000))
    statements = statements_of_an_upgrade(next(databases))
    assert statements > 20
    database = next(databases)
    for stop in range(1, statements, 4):
        left = stop

        @event.listens_for(database.engine, "before_cursor_execute")
        def _stop(*_):
            nonlocal left
            left -= 1
            if left == 0:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            upgrade(database)
        event.remove(database.engine, "before_cursor_execute", _stop)
        assert inspect(database.engine).get_table_names() == []
        assert is_empty(database)
    upgrade(database)
    check_schema(database)
    database.close()


def test_two_that_upgrade_at_once_both_find_it_done(empty_database):
    start = threading.Barrier(4)
    trouble = []

    def work():
        database = Database(empty_database.url)
        start.wait()
        try:
            upgrade(database)
            check_schema(database)
        except Exception as error:
            trouble.append(error)
        database.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    assert faults(empty_database) == []


def test_a_newer_schema_is_refused_and_stays_as_it_is(database):
    set_revision(database, "9999")
    before = rows(database)
    for call in (check_schema, upgrade, lambda it: open_platform(it, "admin")):
        with pytest.raises(errors.SchemaTooNew, match="upgrade tokenwidgets on this machine"):
            call(database)
    assert rows(database) == before


def make_older(database, to):
    """Make the schema of an older revision, with something in it."""
    config = Config()
    config.set_main_option("script_location", str(files("tokenwidgets.migrations")))
    with database.write() as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, to)
        session.execute(insert(Setting).values(name="kept", value="yes"))


@pytest.mark.parametrize("older", known_revisions()[:-1])
def test_an_older_schema_is_refused_with_what_to_do_and_upgraded_with_what_is_in_it(
    empty_database, older
):
    make_older(empty_database, older)
    for call in (check_schema, lambda it: open_platform(it, "admin")):
        with pytest.raises(errors.SchemaTooOld, match=f"has schema {older}.*upgrade-db"):
            call(empty_database)
    assert revision(empty_database) == older
    assert upgrade(empty_database) == (older, known_revisions()[-1])
    check_schema(empty_database)
    assert rows(empty_database)["settings"] == [("kept", "yes")]


def test_a_schema_without_its_version_is_refused(database):
    with database.write() as session:
        session.execute(text("DELETE FROM alembic_version"))
    for call in (check_schema, upgrade):
        with pytest.raises(errors.NotADatabase, match="lost its schema's version"):
            call(database)


def test_the_folder_of_a_new_file_is_made_for_its_owner_alone(tmp_path):
    path = tmp_path / "new" / "folder" / "platform.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    database.close()


def test_a_new_file_is_in_wal_mode_and_checks_its_foreign_keys(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    upgrade(database)
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    database.close()
