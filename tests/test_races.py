"""Several administrators at once, as threads and as processes: one wins, nothing is lost."""

from __future__ import annotations

import threading

import pytest
from replay import differences
from sqlalchemy import func, select
from state import events, faults
from workers import Workers

from tokenwidgets.errors import LastAdministrator, NotAllowed, StaleVersion
from tokenwidgets.platform import open_platform
from tokenwidgets.schema import GroupControl, Membership
from tokenwidgets.vocabulary import Access, Control


@pytest.fixture
def workers(tmp_path):
    made = Workers(tmp_path)
    yield made
    made.close()


def at_once(*calls):
    """What each call came to: its error, or None; all were begun at the same time."""
    begin = threading.Barrier(len(calls))
    outcomes = [None] * len(calls)

    def run(place, call):
        begin.wait()
        try:
            call()
        except Exception as error:
            outcomes[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def kinds(outcomes):
    return sorted(type(outcome).__name__ for outcome in outcomes)


def test_of_threads_that_add_the_same_name_one_wins(populated, platform_of, database):
    def add():
        platform_of("admin").tokens.add("jdoe", "same", Access.READ)

    outcomes = at_once(*[add] * 6)
    assert kinds(outcomes) == ["NameInUse"] * 5 + ["NoneType"]
    assert populated.tokens.page("jdoe").total == 1
    assert differences(database) == []


def test_of_processes_that_add_the_same_name_one_wins(populated, database, workers):
    for _ in range(4):
        workers.start("add_one", database, seconds=60)
    workers.go()
    reports = workers.reports()
    assert sorted(report.get("error", "won") for report in reports) == ["NameInUse"] * 3 + ["won"]
    assert populated.tokens.page("jdoe").total == 1
    assert differences(database) == []


def test_of_processes_that_edit_the_same_state_one_wins(populated, database, workers):
    # By the clock of the workers, which is the real one.
    open_platform(database, "admin").tokens.add("jdoe", "edited", Access.READ)
    for _ in range(4):
        workers.start("edit_one", database, seconds=60)
    workers.go()
    reports = workers.reports()
    assert sorted(report.get("error", "won") for report in reports) == ["StaleVersion"] * 3 + [
        "won"
    ]
    assert populated.tokens.page("jdoe").rows[0].version == 2
    assert differences(database) == []


@pytest.mark.parametrize("_again", range(5))
def test_two_who_rename_to_one_name_do_not_both_get_it(populated, platform_of, database, _again):
    tokens = [populated.tokens.add("jdoe", name, Access.READ).token for name in ("one", "two")]
    outcomes = at_once(
        lambda: platform_of("admin").tokens.edit(tokens[0].id, name="three"),
        lambda: platform_of("admin").tokens.edit(tokens[1].id, name="three"),
    )
    assert kinds(outcomes) == ["NameInUse", "NoneType"]
    assert differences(database) == []


def test_of_two_who_add_the_same_user_group_or_api_one_wins(populated, platform_of, database):
    one, other = platform_of("admin"), platform_of("admin")
    for add in (
        lambda platform: platform.users.add("new", "New"),
        lambda platform: platform.groups.add("New"),
        lambda platform: platform.apis.add("new"),
    ):
        outcomes = at_once(lambda add=add: add(one), lambda add=add: add(other))
        assert kinds(outcomes) == ["NameInUse", "NoneType"]
    assert faults(database) == []


def test_of_two_who_put_the_same_user_into_a_group_neither_fails(populated, platform_of, database):
    populated.groups.add("Desk")
    known = len(events(database))

    def put():
        platform_of("admin").memberships.set("jdoe", "Desk", True)

    outcomes = at_once(*[put] * 4)
    assert outcomes == [None] * 4
    assert len(events(database)) == known + 1


@pytest.mark.parametrize("_again", range(5))
def test_two_administrators_who_remove_each_other_leave_one(
    populated, platform_of, database, _again
):
    populated.memberships.set("jdoe", "Administrators", True)
    outcomes = at_once(
        lambda: platform_of("admin").memberships.set("jdoe", "Administrators", False),
        lambda: platform_of("jdoe").memberships.set("admin", "Administrators", False),
    )
    assert outcomes.count(None) == 1
    (refusal,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(refusal, NotAllowed | LastAdministrator)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Membership)) == 1


@pytest.mark.parametrize("_again", range(3))
def test_two_who_take_a_control_from_two_groups_leave_it_in_one(
    populated, platform_of, database, _again
):
    groups = ["Administrators", "Second administrators"]
    populated.groups.copy(*groups)
    populated.memberships.set("jdoe", groups[1], True)
    left = set(Control) - {Control.APIS}
    outcomes = at_once(
        lambda: platform_of("admin").groups.set_controls(groups[0], left),
        lambda: platform_of("jdoe").groups.set_controls(groups[1], left),
    )
    assert kinds(outcomes) == ["LastAdministrator", "NoneType"]
    having = select(func.count()).where(GroupControl.control == Control.APIS.value)
    with database.read() as session:
        assert session.scalar(having) == 1


@pytest.mark.parametrize("_again", range(5))
def test_what_was_taken_from_an_administrator_cannot_be_used_after_the_taking(
    populated, platform_of, database, _again
):
    populated.groups.add("Desk", controls=["Application Users"])
    populated.memberships.set("jdoe", "Desk", True)
    known = len(events(database))
    at_once(
        lambda: platform_of("admin").memberships.set("jdoe", "Desk", False),
        lambda: platform_of("jdoe").users.edit("asmith", name="By Jane"),
    )
    order = [(event.actor, event.outcome) for event in events(database)[known:]]
    assert order in (
        [("jdoe", "done"), ("admin", "done")],
        [("admin", "done"), ("jdoe", "denied")],
    )


@pytest.mark.parametrize("_again", range(5))
def test_a_token_regenerated_and_revoked_at_once_is_revoked(
    populated, platform_of, database, _again
):
    token = populated.tokens.add("jdoe", "nightly", Access.READ).token
    outcomes = at_once(
        lambda: platform_of("admin").tokens.regenerate(token.id),
        lambda: platform_of("admin").tokens.revoke(token.id),
        lambda: platform_of("admin").tokens.revoke_all("jdoe"),
    )
    assert outcomes[1:] == [None, None]
    assert populated.tokens.get(token.id).status == "revoked"
    assert differences(database) == []


def test_a_stale_edit_and_a_fresh_one_at_once(populated, platform_of, database):
    token = populated.tokens.add("jdoe", "nightly", Access.READ).token
    populated.tokens.edit(token.id, name="weekly")
    outcomes = at_once(
        lambda: platform_of("admin").tokens.edit(token.id, name="stale", version=1),
        lambda: platform_of("admin").tokens.edit(token.id, name="fresh", version=2),
    )
    assert isinstance(outcomes[0], StaleVersion) and outcomes[1] is None
    assert populated.tokens.get(token.id).name == "fresh"
