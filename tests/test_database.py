"""Transactions, and trouble with the database by its name."""

from __future__ import annotations

import threading

import pytest
from forked import outcome
from postgres import cut_off_at_commit
from sqlalchemy import event, func, insert, select, text
from sqlalchemy.exc import IntegrityError
from state import rows

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.platform import open_platform
from tokenwidgets.schema import Setting
from tokenwidgets.secret import mint
from tokenwidgets.verifier import Verifier
from tokenwidgets.vocabulary import Access, Reason


def settings_in(session):
    return session.scalar(select(func.count()).select_from(Setting))


def add_setting(session, name):
    session.execute(insert(Setting).values(name=name, value="yes"))


def test_a_read_sees_one_snapshot_whatever_is_committed_meanwhile(database):
    with database.read() as reading:
        before = settings_in(reading)
        with database.write() as writing:
            add_setting(writing, "meanwhile")
        assert settings_in(reading) == before
    with database.read() as reading:
        assert settings_in(reading) == before + 1


def test_a_forked_process_has_connections_of_its_own(database):
    def connection(session):
        return session.connection().connection.driver_connection

    with database.read() as session:
        of_parent = connection(session)

    def look():
        with database.write() as session:
            add_setting(session, "forked")
            assert connection(session) is not of_parent

    assert outcome(look) == ""
    with database.write() as session:
        assert connection(session) is of_parent
        assert settings_in(session) == 1


def test_a_write_that_fails_leaves_nothing(database):
    before = rows(database)
    with pytest.raises(RuntimeError), database.write() as session:
        add_setting(session, "half")
        session.flush()
        raise RuntimeError("half-way")
    assert rows(database) == before


def test_what_a_read_changes_by_mistake_is_undone(database):
    before = rows(database)
    with database.read() as session:
        add_setting(session, "by mistake")
        session.flush()
    assert rows(database) == before


def test_a_writer_that_waits_too_long_is_told_that_the_database_is_busy(database, monkeypatch):
    monkeypatch.setattr("tokenwidgets.database.BUSY_TIMEOUT", 0.1)
    impatient = Database(database.url)
    platform = open_platform(impatient, "admin")
    with database.write() as session:
        session.execute(text("UPDATE audit_chain SET last_event_id = last_event_id"))
        with pytest.raises(errors.DatabaseBusy, match="Try again"):
            platform.apis.add("orders")
        assert [user.user_id for user in platform.users.page().rows] == ["admin"], "reads go on"
    assert platform.apis.add("orders").name == "orders"
    impatient.close()


def test_writers_queue_and_none_of_them_fails(database):
    def work(number):
        platform = open_platform(database, "admin")
        for each in range(5):
            platform.apis.add(f"api-{number}-{each}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(open_platform(database, "admin").apis.list()) == 20


@pytest.mark.parametrize("value", ["a\0b", "a\ud800b"])
def test_a_text_that_no_database_can_hold_is_a_bad_value_and_finds_nothing(value, populated):
    for call in (
        lambda: populated.users.get(value),
        lambda: populated.tokens.page(value),
        lambda: populated.groups.get(value),
        lambda: populated.apis.edit(value, title="Other"),
        lambda: populated.tokens.add("jdoe", "name", {value: Access.READ}),
        lambda: populated.tokens.add(value, "name", Access.READ),
    ):
        with pytest.raises((LookupError, errors.InvalidValue)):
            call()


def test_a_number_that_no_database_can_hold_finds_nothing(populated):
    for number in (2**63, 2**70, -1, 0):
        with pytest.raises(errors.UnknownToken):
            populated.tokens.get(number)
        with pytest.raises(errors.InvalidValue):
            populated.history.page(token_id=2**70)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "not a url",
        "nodatabase://user:hunter2@host/name",
        "postgresql+nodriver://user:hunter2@host/name",
        "://user:hunter2@host",
        "sqlite:///platform.db?timeout=soon",
        "postgresql+psycopg://user:hunter2",
        "postgresql+psycopg://user:h@hunter2@host/name",
        "postgresql+psycopg://user:h@x:hunter2@host/name",
        "postgresql+psycopg://user:h@x/hunter2@host/name",
        "postgresql+psycopg://user:h:x@x:hunter2@host/name",
        "postgresql+psycopg://user:hunter2@host/name?port=none",
        "postgresql+psycopg_async://user:hunter2@host/name",
        "postgresql+psycopg://user:hunter2%00@host/name",
        "sqlite:////tmp/\0/platform.db",
        "sqlite:////tmp/\udcff/platform.db",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url):
    with pytest.raises(errors.ConfigurationError) as refusal:
        Database(url)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    "query", ["connect_timeout=hunter2", "hunter2=1", "sslmode=hunter2", "target_session_attrs=x"]
)
def test_an_option_in_a_url_that_there_is_not_is_told_and_not_repeated(query):
    database = Database(f"postgresql+psycopg://user@127.0.0.1:1/name?{query}")
    told = pytest.raises(errors.ConfigurationError, match="of its URL there is an option")
    with told as refusal, database.read() as session:
        session.connection()
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://user:hunter2@127.0.0.1:1/name",
        "postgresql+psycopg://user@127.0.0.1:1/name?password=hunter2",
        "postgresql+psycopg://user@/name?host=127.0.0.1&port=1&sslpassword=hunter2&passfile=hunter2",
        "postgresql+psycopg://user@127.0.0.1:1/name?options=-c+hunter2.setting%3Dhunter2",
    ],
)
def test_no_message_has_the_databases_password(url, caplog):
    database = Database(url)
    with pytest.raises(errors.DatabaseUnavailable) as refusal, database.read() as session:
        session.connection()
    with Verifier(url) as verifier:
        assert verifier.check(mint().reveal(), "orders", "GET").reason is Reason.UNAVAILABLE
        with pytest.raises(errors.DatabaseUnavailable) as other:
            verifier.opened_by(mint().reveal())
    said = f"{refusal.value} {other.value} {database!r} {database.place} {verifier!r} {caplog.text}"
    assert "hunter2" not in said
    assert "127.0.0.1" in database.place
    assert "cannot be read" in caplog.text


def test_what_says_where_a_database_is_stays_in_messages():
    url = "sqlite:///file:/var/lib/platform.db?mode=ro&timeout=3&uri=true"
    assert Database(url).place == "sqlite:///file%3A/var/lib/platform.db?mode=ro&uri=true"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"database": "nowhere"}, 'database "nowhere" does not exist'),
        ({"username": "stranger"}, 'role "stranger" does not exist'),
    ],
)
def test_postgresqls_reason_for_keeping_one_out_is_told(wrong, words, postgresql):
    database = Database(postgresql.url.set(**wrong))
    with pytest.raises(errors.DatabaseUnavailable, match=words), database.read() as session:
        session.connection()


def test_a_connection_that_is_lost_half_way_is_told_and_the_next_change_works(database, platform):
    @event.listens_for(database.engine, "before_cursor_execute")
    def cut(connection, cursor, statement, *_):
        if statement.startswith("INSERT INTO apis"):
            event.remove(database.engine, "before_cursor_execute", cut)
            if database.is_sqlite:
                connection.connection.dbapi_connection.close()
            else:
                pid = connection.connection.dbapi_connection.info.backend_pid
                with database.engine.connect() as other:
                    other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    before = rows(database)
    with pytest.raises(errors.DatabaseUnavailable):
        platform.apis.add("orders")
    assert rows(database) == before
    assert platform.apis.add("orders").name == "orders"


def test_a_change_whose_commit_is_not_answered_is_not_said_to_be_undone(
    postgresql, postgresql_database
):
    folder = postgresql.folder / "way"
    folder.mkdir()
    with cut_off_at_commit(postgresql_database.url, folder) as url:
        doubtful = Database(url)
        with pytest.raises(errors.OutcomeUnknown, match="Look before you try again"):
            open_platform(doubtful, "admin").apis.add("orders")
        doubtful.close()
    apis = open_platform(postgresql_database, "admin").apis.list()
    assert [api.name for api in apis] == ["orders"]


def test_a_database_can_be_used_again_after_it_was_closed(database, platform):
    platform.apis.add("orders")
    database.close()
    assert [api.name for api in platform.apis.list()] == ["orders"]


def test_a_row_that_breaks_a_rule_of_the_schema_is_not_called_trouble_of_the_database(database):
    with pytest.raises(IntegrityError), database.write() as session:
        add_setting(session, "twice")
        add_setting(session, "twice")


def test_a_damaged_audit_trail_lets_nothing_be_changed(database, platform):
    with database.write() as session:
        session.execute(text("DELETE FROM audit_chain"))
    before = rows(database)
    with pytest.raises(errors.NotADatabase, match="lost its head"):
        platform.apis.add("orders")
    assert rows(database) == before


def test_a_readonly_postgresql_is_told_and_can_be_read(postgresql, postgresql_database):
    with postgresql_database.engine.begin() as connection:
        name = postgresql_database.url.database
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    replica = Database(postgresql_database.url)
    platform = open_platform(replica, "admin")
    assert platform.users.page().total == 1
    with pytest.raises(errors.DatabaseReadOnly, match="replica"):
        platform.apis.add("orders")
    with postgresql_database.engine.begin() as connection:
        connection.execute(text("SET TRANSACTION READ WRITE"))
        connection.execute(text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))
    assert platform.apis.add("orders").name == "orders", "at once, and not by the old session"
    replica.close()


def test_a_postgresql_role_that_may_only_read_is_told(postgresql_database):
    with postgresql_database.engine.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS onlooker"))
        connection.execute(text("CREATE ROLE onlooker LOGIN"))
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO onlooker"))
    database = Database(postgresql_database.url.set(username="onlooker"))
    platform = open_platform(database, "admin")
    with pytest.raises(errors.DatabaseReadOnly, match="GRANT"):
        platform.apis.add("orders")
    database.close()
    with postgresql_database.engine.begin() as connection:
        connection.execute(text("DROP OWNED BY onlooker"))
        connection.execute(text("DROP ROLE onlooker"))
