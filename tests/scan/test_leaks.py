"""Whose a leaked secret is, and what it still opens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tokenwidgets import errors
from tokenwidgets.scan import LeakService, LeakState
from tokenwidgets.secret import digest
from tokenwidgets.verifier import Verifier
from tokenwidgets.vocabulary import Access, Control, Reason


@pytest.fixture
def leaked(populated):
    """A token of jdoe whose secret leaked."""
    return populated.tokens.add("jdoe", "nightly", {"orders": Access.READ}, months=3)


@pytest.fixture
def look_up(populated, clock, leaked):
    """Look the leaked secret up, as admin or somebody else."""

    def look_up(actor="admin", of=None):
        service = LeakService(populated.database, actor, clock=clock)
        wanted = (of or leaked).secret.digest
        return service.look_up([wanted])[wanted]

    return look_up


def test_a_live_one_is_told_with_its_owner(look_up, leaked):
    leak = look_up()
    assert (leak.state, leak.token, leak.owner) == (LeakState.LIVE, "nightly", "jdoe")
    assert leak.token_id == leaked.token.id
    assert leak.state.is_alarm


def test_each_end_is_told(populated, clock, look_up, leaked):
    populated.apis.edit("orders", is_active=False)
    assert look_up().state is LeakState.OPENS_NOTHING
    populated.users.edit("jdoe", is_active=False)
    assert look_up().state is LeakState.OWNER_INACTIVE
    clock.advance(timedelta(days=100))
    assert look_up().state is LeakState.EXPIRED
    populated.users.edit("jdoe", is_active=True)
    populated.tokens.regenerate(leaked.token.id)
    assert look_up().state is LeakState.REPLACED
    populated.tokens.revoke(leaked.token.id)
    assert look_up().state is LeakState.REVOKED
    assert not look_up().state.is_alarm


def test_an_old_secret_lives_while_its_overlap_lasts(populated, clock, look_up, leaked):
    new = populated.tokens.regenerate(leaked.token.id, overlap=timedelta(hours=1))
    assert look_up().state is LeakState.LIVE
    clock.advance(timedelta(hours=1))
    assert look_up().state is LeakState.REPLACED
    assert look_up(of=new).state is LeakState.LIVE


def test_it_says_what_the_verifier_says(populated, database, clock, look_up, leaked):
    verifier = Verifier(database.url, clock=clock)
    for change in (
        lambda: None,
        lambda: populated.users.edit("jdoe", is_active=False),
        lambda: populated.users.edit("jdoe", is_active=True),
        lambda: populated.apis.edit("orders", is_active=False),
        lambda: populated.apis.edit("orders", is_active=True),
        lambda: populated.tokens.revoke(leaked.token.id),
    ):
        change()
        decision = verifier.check(leaked.secret.reveal(), "orders", "GET")
        assert look_up().state.is_alarm == (decision.reason is Reason.ALLOWED)
    verifier.close()


def test_a_secret_of_no_token_is_told(populated, clock, secret):
    service = LeakService(populated.database, "admin", clock=clock)
    leak = service.look_up([digest(secret)])[digest(secret)]
    assert leak.state is LeakState.UNKNOWN
    assert leak.owner == ""


def test_many_are_looked_up_at_once(populated, clock, leaked):
    service = LeakService(populated.database, "admin", clock=clock)
    noise = [number.to_bytes(32, "big") for number in range(1200)]
    leaks = service.look_up([*noise, leaked.secret.digest])
    assert len(leaks) == 1201
    live = [key for key, leak in leaks.items() if leak.state is LeakState.LIVE]
    assert live == [leaked.secret.digest]


def test_beyond_ones_departments_only_the_state_is_told(populated, look_up):
    populated.users.add("dora", "Dora", department="Sales")
    controls = [Control.APPLICATION_USERS, Control.API_TOKENS]
    populated.groups.add("Sales desk", controls=controls, departments=["Sales"])
    populated.memberships.set("dora", "Sales desk", True)
    leak = look_up("dora")
    assert (leak.state, leak.token_id, leak.token, leak.owner) == (LeakState.LIVE, None, "", "")


def test_without_the_control_nothing_is_told(look_up):
    with pytest.raises(errors.NotAllowed):
        look_up("jdoe")
