"""The audit trail: each event seals the one before, so whatever is done to it shows."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import delete, insert, select, text, update
from state import events, faults, rows

from tokenwidgets.audit import Entry, Fault, append, verify
from tokenwidgets.errors import ClockError, NotADatabase
from tokenwidgets.platform import open_platform
from tokenwidgets.schema import AuditChain, AuditEvent


@pytest.fixture
def trail(database, clock):
    """A database whose trail has 13 events: three of the beginning and ten more."""
    for number in range(10):
        with database.write() as session:
            entry = Entry("act", f"thing {number}", "jdoe", number, {"n": number, "ü": ["\u202e"]})
            append(session, "admin", clock.advance(timedelta(minutes=1)), entry)
    assert faults(database) == []
    return database


class Undone(Exception):
    """So that the database is for the next try as it was."""


def problems(database):
    return [(fault.event_id, fault.problem) for fault in faults(database)]


def test_events_are_numbered_without_gaps_and_in_order(trail):
    found = events(trail)
    assert [event.id for event in found] == list(range(1, 14))
    assert [event.at for event in found] == sorted(event.at for event in found)
    assert all(one.hash == next.previous_hash for one, next in pairwise(found))


@pytest.mark.parametrize("event_id", [5, 13])
def test_an_event_that_was_changed_is_found(trail, event_id):
    for changed in (
        {"at": events(trail)[0].at},
        {"actor": "somebody"},
        {"action": "another"},
        {"outcome": "denied"},
        {"user_id": None},
        {"token_id": None},
        {"subject": "thing 8"},
        {"detail": {"n": 5}},
        {"detail": {}},
        {"hash": bytes(32)},
    ):
        with pytest.raises(Undone), trail.write() as session:
            statement = update(AuditEvent).where(AuditEvent.id == event_id).values(**changed)
            session.execute(statement)
            assert event_id in {fault.event_id for fault in verify(session)}, changed
            raise Undone


def test_an_event_that_can_no_longer_be_read_is_found(sqlite_database):
    with sqlite_database.write() as session:
        # What a tampering hand need not heed.
        session.execute(text("CREATE TABLE kept AS SELECT * FROM audit_events"))
        session.execute(text("DROP TABLE audit_events"))
        session.execute(text("ALTER TABLE kept RENAME TO audit_events"))
    for changed in (
        "at = 'x'",
        "at = NULL",
        "at = 9000000000000000000",
        "detail = '{'",
        "detail = 5",
        "detail = X'ff'",
        "actor = CAST(X'ff' AS TEXT)",
        "subject = X'ff'",
        "hash = 'x'",
        "previous_hash = 7",
        "token_id = 'x'",
    ):
        with pytest.raises(Undone), sqlite_database.write() as session:
            session.execute(text(f"UPDATE audit_events SET {changed} WHERE id = 2"))
            assert Fault(2, "its content was changed") in list(verify(session)), changed
            raise Undone


def test_an_instant_that_is_past_all_dates_is_found(trail):
    with trail.write() as session:
        late = "9000000000000000000" if trail.is_sqlite else "'infinity'"
        session.execute(text(f"UPDATE audit_events SET at = {late} WHERE id = 5"))
    assert problems(trail) == [(5, "its content was changed")]


@pytest.mark.parametrize("instant", ["'infinity'", "9000000000000000000"])
def test_a_newest_event_without_an_instant_lets_nothing_be_changed_and_is_told(
    database, platform, instant
):
    with database.write() as session:
        late = instant if database.is_sqlite else "'infinity'"
        session.execute(text(f"UPDATE audit_events SET at = {late} WHERE id = 3"))
    for do in (platform.history.page, lambda: platform.apis.add("orders")):
        with pytest.raises(NotADatabase, match="`tokenwidgets check` says where"):
            do()


def test_a_text_that_is_none_is_told_to_who_reads_it(sqlite_database):
    with sqlite_database.write() as session:
        session.execute(text("UPDATE audit_events SET subject = CAST(X'ff' AS TEXT)"))
    with pytest.raises(NotADatabase, match="`tokenwidgets check` says where"):
        open_platform(sqlite_database, "admin").history.page()


@pytest.mark.parametrize("detail", ["{", "[1]", "5", "null"])
def test_an_event_that_says_nothing_is_told_to_who_reads_it(database, platform, detail):
    with database.write() as session:
        if detail == "{" and not database.is_sqlite:
            return  # PostgreSQL takes none
        session.execute(text("UPDATE audit_events SET detail = :it WHERE id = 3"), {"it": detail})
    with pytest.raises(NotADatabase, match="`tokenwidgets check` says where"):
        platform.history.page()


def test_a_head_that_cannot_be_read_is_found(sqlite_database):
    with sqlite_database.write() as session:
        session.execute(text("UPDATE audit_chain SET last_hash = 'x'"))
    assert problems(sqlite_database) == [(4, "events are missing at the end of the trail")]


def test_an_instant_that_was_changed_is_found(trail):
    at = events(trail)[4].at + timedelta(microseconds=1)
    with trail.write() as session:
        session.execute(update(AuditEvent).where(AuditEvent.id == 5).values(at=at))
    assert problems(trail) == [(5, "its content was changed")]


def test_an_event_that_was_changed_and_sealed_again_is_found_at_the_next_one(trail):
    fifth = events(trail)[4]
    with trail.write() as session:
        session.execute(delete(AuditEvent).where(AuditEvent.id == 5))
        # As if the trail ended before it: what forges an event with our own code does.
        session.execute(update(AuditChain).values(last_event_id=4, last_hash=fifth.previous_hash))
        append(session, "admin", fifth.at, Entry("act", "another thing"))
    assert (6, "it does not follow the event before it") in problems(trail)


@pytest.mark.parametrize("event_id", [1, 2, 7, 12])
def test_an_event_that_was_removed_is_found(trail, event_id):
    with trail.write() as session:
        session.execute(delete(AuditEvent).where(AuditEvent.id == event_id))
    assert problems(trail) == [
        (event_id + 1, f"event {event_id} and what follows it are missing before it"),
        (event_id + 1, "it does not follow the event before it"),
    ]


def test_an_event_that_was_put_between_is_found(trail):
    with trail.write() as session:
        columns = [column for column in AuditEvent.__table__.columns if column.key != "id"]
        seventh = session.execute(select(*columns).where(AuditEvent.id == 7)).one()._mapping
        session.execute(delete(AuditEvent).where(AuditEvent.id == 8))
        session.execute(insert(AuditEvent).values(id=8, **seventh))
    assert {event for event, _ in problems(trail)} == {8, 9}


def test_two_events_that_changed_places_are_found(trail):
    with trail.write() as session:
        for old, new in ((7, 99), (8, 7), (99, 8)):
            session.execute(update(AuditEvent).where(AuditEvent.id == old).values(id=new))
    assert {event for event, _ in problems(trail)} == {7, 8, 9}


@pytest.mark.parametrize("left", [12, 5, 0])
def test_a_trail_that_was_cut_off_is_found(trail, left):
    with trail.write() as session:
        session.execute(delete(AuditEvent).where(AuditEvent.id > left))
    assert problems(trail) == [(left + 1, "events are missing at the end of the trail")]


def test_a_trail_without_its_head_is_found(trail):
    with trail.write() as session:
        session.execute(delete(AuditChain))
    assert problems(trail) == [(14, "events are missing at the end of the trail")]


def test_an_event_added_past_the_head_is_found(trail):
    with trail.write() as session:
        last = dict(session.execute(select(AuditEvent.__table__)).mappings().all()[-1])
        session.execute(insert(AuditEvent).values(**{**last, "id": 14}))
    assert {event for event, _ in problems(trail)} == {14, 15}


def test_a_change_without_its_event_cannot_be_and_an_event_without_its_change_neither(database):
    before = rows(database)
    with pytest.raises(RuntimeError), database.write() as session:
        append(session, "admin", events(database)[-1].at, Entry("act", "thing"))
        raise RuntimeError
    assert rows(database) == before


def test_a_clock_far_behind_the_trail_changes_nothing(platform, clock, database):
    platform.apis.add("orders")
    before = rows(database)
    clock.advance(timedelta(minutes=-5, microseconds=-1))
    with pytest.raises(ClockError, match="Set the clock right"):
        platform.apis.add("billing")
    assert rows(database) == before
    clock.advance(timedelta(microseconds=1))
    assert platform.apis.add("billing").name == "billing"


def test_an_event_is_what_another_program_works_out_by_the_written_rule(trail):
    event = events(trail)[4]
    content = [
        5,
        "2026-01-31T12:02:00.000000+00:00",
        "admin",
        "act",
        "done",
        "jdoe",
        1,
        "thing 1",
        {"n": 1, "ü": ["\u202e"]},
    ]
    sealed = json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert event.hash == hashlib.sha256(event.previous_hash + sealed.encode("ascii")).digest()
