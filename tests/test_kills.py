"""A process that is killed at any point leaves each change whole, with its event, or not at all."""

from __future__ import annotations

import random
import time

import pytest
from replay import differences
from sqlalchemy import event
from state import events, rows
from workers import Workers

from tokenwidgets.database import Database
from tokenwidgets.platform import open_platform
from tokenwidgets.vocabulary import Access

KILLS = 100


@pytest.fixture
def workers(tmp_path):
    made = Workers(tmp_path)
    yield made
    made.close()


def test_after_each_of_100_kills_every_change_has_its_event_and_every_event_its_change(
    populated, database, workers
):
    chance = random.Random()
    for _ in range(KILLS):
        worker = workers.start("add_regenerate_revoke", database, seconds=60)
        workers.wait(worker, chance.choice([0, 0, 1, 2]))
        time.sleep(chance.uniform(0, 0.03))
        workers.kill(worker)
        assert differences(database) == []
        if database.is_sqlite:
            with database.engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    actions = {event.action for event in events(database)}
    assert {"add token", "regenerate token", "revoke token"} <= actions
    made = sum(event.subject.startswith("token ") for event in events(database))
    assert made > KILLS / 2, "they were killed at work"
    open_platform(database, "admin").tokens.add("asmith", "afterwards", Access.READ)
    assert differences(database) == []


class Stopped(BaseException):
    """Raised in the place of a statement, as if the process ended there."""


CHANGES = {
    "add token": lambda p, token: p.tokens.add("jdoe", "new", Access.READ),
    "add separately": lambda p, token: p.tokens.add_separately("jdoe", "each", Access.READ),
    "edit token": lambda p, token: p.tokens.edit(
        token, name="other", months=3, grants={"reports": Access.READ}
    ),
    "regenerate": lambda p, token: p.tokens.regenerate(token),
    "revoke": lambda p, token: p.tokens.revoke(token),
    "revoke selected": lambda p, token: p.inventory.revoke_selected(
        [p.tokens.page("jdoe").rows[0].id]
    ),
    "revoke all": lambda p, token: p.tokens.revoke_all("jdoe"),
    "edit user": lambda p, token: p.users.edit("jdoe", name="Jo", is_active=False),
    "add group": lambda p, token: p.groups.add("New", controls=["APIs"], departments=["IT"]),
    "set controls": lambda p, token: p.groups.set_controls("Desk", ["APIs", "Audit Log"]),
    "edit group": lambda p, token: p.groups.edit("Desk", new_name="Help", departments=["IT"]),
    "set membership": lambda p, token: p.memberships.set("jdoe", "Help", True),
    "edit API": lambda p, token: p.apis.edit("orders", title="Other"),
}


def test_a_change_that_is_stopped_before_any_of_its_statements_is_not_made(
    populated, database, clock
):
    token = populated.tokens.add("jdoe", "nightly", Access.READ).token.id
    populated.groups.add("Desk", controls=["Token Inventory"])
    other = Database(database.url)
    platform = open_platform(other, "admin", clock=clock)
    before = rows(database)
    for name, change in CHANGES.items():
        for stop in range(1, 100):
            left = stop

            def count(*_):
                nonlocal left
                left -= 1
                if left == 0:
                    raise Stopped

            # The commit is counted as a statement, too.
            event.listen(other.engine, "before_cursor_execute", count)
            event.listen(other.engine, "commit", count)
            try:
                change(platform, token)
            except Stopped:
                assert rows(database) == before, (name, stop)
            finally:
                event.remove(other.engine, "before_cursor_execute", count)
                event.remove(other.engine, "commit", count)
            if left > 0:
                break
        assert stop > 5, f"{name} has only {stop} statements?"
        after = rows(database)
        assert len(after["audit_events"]) > len(before["audit_events"]), name
        before = after
    assert differences(database) == []
    other.close()
