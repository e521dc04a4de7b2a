"""The check finds each thing that can be wrong, and nothing on a platform that is whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from state import rows

from tokenwidgets.errors import NotADatabase, SchemaTooNew
from tokenwidgets.platform import open_platform
from tokenwidgets.search_index import TOKENS, drop
from tokenwidgets.upkeep import check
from tokenwidgets.vocabulary import Access


@pytest.fixture
def used(populated):
    """The populated platform with tokens that are live, revoked and regenerated."""
    tokens = populated.tokens
    tokens.add("jdoe", "one", {"orders": Access.READ}, months=3)
    second = tokens.add("jdoe", "two", {"billing": Access.FULL}, months=6).token
    third = tokens.add("asmith", "three", {"orders": Access.FULL}, months=6).token
    tokens.revoke(second.id)
    tokens.regenerate(third.id, overlap=timedelta(hours=1))
    return populated


def found(database):
    return [f"{trouble.place}: {trouble.problem}" for trouble in check(database)]


def harm(database, *statements):
    """Do what no service does, without the database's own guards."""
    with database.write() as session:
        if not database.is_sqlite:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            session.execute(text(statement))


def harm_sqlite(database, statement):
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        connection.rollback()
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute(statement)
        raw.execute("PRAGMA foreign_keys = ON")


def test_a_platform_that_was_used_is_whole_and_stays_as_it_is(used, database):
    before = rows(database)
    assert found(database) == []
    assert rows(database) == before


def test_a_live_token_without_its_secret_is_found(used, database):
    harm(database, "DELETE FROM token_secrets WHERE token_id = 1")
    harm(database, "UPDATE token_secrets SET ends_at = minted_at WHERE token_id = 3")
    assert found(database) == [
        "token 1: it has no present secret",
        "token 3: it has no present secret",
    ]


def test_a_revoked_token_needs_no_secret(used, database):
    harm(database, "DELETE FROM token_secrets WHERE token_id = 2")
    assert found(database) == []


def test_a_second_present_secret_and_the_missing_index_are_found(used, database):
    harm(
        database,
        "DROP INDEX uq_token_secrets_present",
        "UPDATE token_secrets SET ends_at = NULL",
    )
    assert found(database) == [
        "index uq_token_secrets_present: it is missing",
        "token 3: it has several present secrets",
    ]


def test_a_digest_that_is_cut_off_is_found(used, database):
    short = "X'0102'" if database.is_sqlite else "'\\x0102'"
    harm(database, f"UPDATE token_secrets SET digest = {short} WHERE token_id = 1")
    assert found(database) == ["token 1: the digest of one of its secrets is not 32 bytes"]


def test_rows_that_name_no_other_are_found(used, database):
    statement = "UPDATE grants SET api_id = 99 WHERE token_id = 1"
    if database.is_sqlite:
        harm_sqlite(database, statement)
    else:
        harm(database, statement)
    assert found(database) == ["table grants: api_id 99 names no row of apis"]


def test_an_event_that_was_changed_is_found(used, database):
    harm(database, "UPDATE audit_events SET actor = 'nobody' WHERE id = 5")
    assert found(database) == ["event 5: its content was changed"]


def test_a_table_and_a_column_that_are_missing_are_found(used, database):
    harm(database, "DROP TABLE reminders", "ALTER TABLE preferences DROP COLUMN value")
    assert found(database) == [
        "table preferences: its column value is missing",
        "table reminders: it is missing",
        "index ix_reminders_expires: it is missing",
    ]


def test_a_page_of_the_file_that_is_damaged_is_found(sqlite_database, tmp_path, clock):
    path = tmp_path / "platform.db"
    users = open_platform(sqlite_database, "admin", clock=clock).users
    users.add("jdoe", "Jane Doe")
    with sqlite_database.write() as session:
        page = session.scalar(
            text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_users_name'")
        )
    with sqlite_database.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sqlite_database.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096 + 8)
        file.write(b"\x00" * 64)
    assert any(line.startswith("file: ") for line in found(sqlite_database))


def test_a_newer_schema_and_no_database_are_refused(database, empty_database):
    with pytest.raises(NotADatabase):
        found(empty_database)
    harm(database, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaTooNew):
        found(database)


def test_indexes_that_are_missing_or_no_longer_what_they_were_are_found(used, database):
    harm(
        database,
        "DROP INDEX ix_tokens_live",
        "DROP INDEX uq_token_secrets_present",
        "CREATE INDEX uq_token_secrets_present ON token_secrets (token_id)",
        "DROP INDEX uq_users_user_id_any_case",
        "CREATE INDEX uq_users_user_id_any_case ON users (user_id)",
        "CREATE INDEX ix_of_the_operator ON users (created_at)",
    )
    assert found(database) == [
        "index ix_tokens_live: it is missing",
        "index uq_token_secrets_present: it is not as it was made",
        "index uq_users_user_id_any_case: it is not as it was made",
    ]


def test_a_rule_that_a_table_lost_is_found(populated, database):
    if database.is_sqlite:
        harm(
            database,
            "ALTER TABLE grants RENAME TO old",
            "CREATE TABLE grants AS SELECT * FROM old",
            "DROP TABLE old",
            "CREATE INDEX ix_grants_api ON grants (api_id, access, token_id)",
        )
        assert found(database) == ["table grants: it is not as it was made"]
        return
    harm(
        database,
        "ALTER TABLE grants DROP CONSTRAINT ck_grants_access",
        "ALTER TABLE grants DROP CONSTRAINT grants_api_id_fkey",
        "ALTER TABLE apis DROP CONSTRAINT apis_name_key",
        "ALTER TABLE apis ALTER COLUMN title DROP NOT NULL",
    )
    assert found(database) == [
        "table apis: it lacks the rule for name",
        "table apis: its column title is not as it was made",
        "table grants: it lacks the rule ck_grants_access",
        "table grants: it lacks the rule for api_id",
    ]


def test_a_search_index_that_is_no_longer_right_is_found(sqlite_database, clock):
    platform = open_platform(sqlite_database, "admin", clock=clock)
    platform.users.add("jdoe", "Jane Doe")
    platform.apis.add("orders")
    for name in ("one", "two", "three"):
        platform.tokens.add("jdoe", name, {"orders": Access.READ})
    for statement, problem in (
        ("INSERT INTO token_search (token_search) VALUES ('delete-all')", "it lacks 3 row(s) of"),
        ("INSERT INTO token_search (token_search) VALUES ('rebuild')", None),
        ("INSERT INTO token_search (rowid, name) VALUES (99, 'x')", "it has 1 row(s) that tokens"),
        ("DROP TRIGGER token_search_edited", "its trigger token_search_edited is missing"),
        ("DROP TABLE token_search", "its table token_search is missing"),
    ):
        harm(sqlite_database, statement)
        told = "\n".join(found(sqlite_database))
        assert f"index token_search: {problem}" in told if problem else told == ""


def test_a_search_index_of_other_texts_is_found(sqlite_database, clock):
    platform = open_platform(sqlite_database, "admin", clock=clock)
    for number in range(5):
        platform.users.add(f"user{number}", f"Ünï Straße {number}")
        platform.users.edit(f"user{number}", name=f"İ or ẞ, and no other: {number} ")
    assert found(sqlite_database) == []
    with sqlite_database.write() as session:
        made = text("SELECT sql FROM sqlite_master WHERE name = 'user_search_edited'")
        edited = session.scalar(made)
    harm(
        sqlite_database,
        "DROP TRIGGER user_search_edited",
        "UPDATE users SET name = CAST(X'ff666f6f' AS TEXT) WHERE user_id = 'user3'",
        edited,
    )
    assert found(sqlite_database) == ["index user_search: it is not of the texts that users has"]


def test_without_a_search_index_there_is_no_trouble(sqlite_database):
    # Where SQLite has no trigrams there is none of it.
    with sqlite_database.write() as session:
        drop(session.connection(), TOKENS)
    assert found(sqlite_database) == []


def test_what_is_no_instant_and_what_is_no_control_is_found(used, database):
    late = "'soon'" if database.is_sqlite else "'infinity'"
    harm(
        database,
        f"UPDATE tokens SET expires_at = {late} WHERE id = 2",
        "UPDATE group_controls SET control = 'Bogus' WHERE control = 'Audit Log'",
    )
    assert found(database) == [
        "table tokens: expires_at is no instant where id is 2",
        "table group_controls: 'Bogus' of group 1 is no control",
    ]
