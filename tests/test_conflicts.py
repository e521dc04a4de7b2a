"""Servers that give up on one of two changes instead of letting it wait (SQLSTATE 40001)."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from sqlalchemy import text
from state import events, faults, rows

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.platform import open_platform
from tokenwidgets.vocabulary import Access


@pytest.fixture
def serializable(postgresql_database):
    """The same database; each of its transactions is as if there were no other."""
    level = "-c default_transaction_isolation=serializable"
    database = Database(postgresql_database.url.update_query_dict({"options": level}))
    yield database
    database.close()


@pytest.fixture
def platform_with_conflicts(postgresql_database, clock):
    """Make the next APIs that are added fail so many times: ``platform_with_conflicts(2)``.

    Or another change: ``platform_with_conflicts(2, "UPDATE ON tokens")``.
    """

    def make(times, of="INSERT ON apis"):
        with postgresql_database.engine.begin() as connection:
            connection.execute(text("CREATE SEQUENCE tries"))
            connection.execute(
                text(f"""
                CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF nextval('tries') <= {times} THEN
                        RAISE EXCEPTION 'conflict' USING ERRCODE = 'serialization_failure';
                    END IF;
                    RETURN NEW;
                END $$""")
            )
            connection.execute(
                text(f"CREATE TRIGGER give_up BEFORE {of} FOR EACH ROW EXECUTE FUNCTION give_up()")
            )
        return open_platform(postgresql_database, "admin", clock=clock)

    return make


def test_where_writers_cannot_queue_none_of_them_fails_either(serializable):
    def work(number):
        platform = open_platform(serializable, "admin")
        token = platform.tokens.add("admin", f"token {number}", Access.READ).token
        platform.tokens.edit(token.id, name=f"edited {number}")
        platform.tokens.revoke(token.id)

    platform = open_platform(serializable, "admin")
    platform.apis.add("orders")
    before = len(events(serializable))
    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(events(serializable)) == before + 12
    assert faults(serializable) == []


def test_a_change_that_was_given_up_twice_is_made_once(platform_with_conflicts):
    platform = platform_with_conflicts(2)
    before = len(events(platform.database))
    assert platform.apis.add("orders").name == "orders"
    assert len(events(platform.database)) == before + 1
    with platform.database.read() as session:
        assert session.scalar(text("SELECT last_value FROM tries")) == 3


def test_an_edit_is_taken_back_though_the_database_gave_up_on_that_once(
    platform_with_conflicts, postgresql_database, clock
):
    platform = open_platform(postgresql_database, "admin", clock=clock)
    platform.apis.add("orders")
    token = platform.tokens.add("admin", "nightly", Access.READ).token
    edited = platform.tokens.edit(token.id, name="weekly")
    platform_with_conflicts(1, "UPDATE ON tokens")
    assert platform.tokens.restore(token, version=edited.version).name == "nightly"


def test_a_conflict_that_does_not_end_is_told_in_the_end(platform_with_conflicts, monkeypatch):
    monkeypatch.setattr("tokenwidgets.database.BUSY_TIMEOUT", 0.2)
    platform = platform_with_conflicts(10**6)
    before = rows(platform.database)
    with pytest.raises(errors.DatabaseConflict, match="Try again"):
        platform.apis.add("orders")
    assert rows(platform.database) == before


def test_what_can_be_gone_through_once_is_not_empty_when_a_change_is_made_again(
    platform_with_conflicts,
):
    groups = platform_with_conflicts(1, "INSERT ON audit_events").groups
    for change, controls, departments in (
        (partial(groups.add, controls=iter(["APIs"]), departments=(n for n in "B")), "APIs", "B"),
        (partial(groups.edit, departments=iter("A")), "APIs", "A"),
        (partial(groups.set_controls, controls=iter(["Audit Log"])), "Audit Log", "A"),
    ):
        changed = change("Desk")
        assert (changed.controls, changed.departments) == ((controls,), (departments,))
        with groups.database.engine.begin() as connection:
            assert connection.scalar(text("SELECT last_value FROM tries")) == 2
            connection.execute(text("ALTER SEQUENCE tries RESTART"))


def test_a_refusal_is_recorded_although_the_database_gave_up_on_that_first(
    platform_with_conflicts, postgresql_database, clock
):
    open_platform(postgresql_database, "admin", clock=clock).users.add("eve", "Eve")
    platform_with_conflicts(2, "INSERT ON audit_events")
    with pytest.raises(errors.NotAllowed):
        open_platform(postgresql_database, "eve", clock=clock).apis.add("orders")
    denied = events(postgresql_database)[-1]
    assert (denied.actor, denied.action, denied.outcome) == ("eve", "add API", "denied")
