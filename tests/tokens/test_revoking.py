"""Revoking tokens: one, or all of a user; at once, and for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from state import events, faults, rows

from tokenwidgets.errors import InvalidValue, UnknownUser
from tokenwidgets.schema import Token, User
from tokenwidgets.vocabulary import Access, TokenStatus


def test_a_revoked_token_is_kept_with_what_it_opened(populated, clock, database):
    token = populated.tokens.add("jdoe", "nightly", {"orders": Access.FULL}).token
    clock.advance(timedelta(hours=1))
    revoked = populated.tokens.revoke(token.id)
    assert revoked == populated.tokens.get(token.id)
    assert (revoked.status, revoked.revoked_at) == (TokenStatus.REVOKED, clock.now)
    assert (revoked.grants, revoked.version) == (token.grants, 2)
    assert populated.tokens.page("jdoe").rows == ()
    assert populated.tokens.page("jdoe", ended=True).rows == (revoked,)
    event = events(database)[-1]
    assert (event.action, event.subject, event.token_id) == ("revoke token", "nightly", token.id)


def test_revoking_twice_is_no_mistake_and_changes_nothing(populated, database, clock):
    token = populated.tokens.add("jdoe", "nightly", Access.READ).token
    revoked = populated.tokens.revoke(token.id)
    before = rows(database)
    clock.advance(timedelta(hours=1))
    assert populated.tokens.revoke(token.id) == revoked
    assert rows(database) == before


def test_an_expired_token_can_be_revoked_so_that_it_is_never_regenerated(populated, clock):
    token = populated.tokens.add("jdoe", "nightly", Access.READ).token
    clock.now = token.expires_at
    assert populated.tokens.revoke(token.id).status is TokenStatus.REVOKED


def test_revoke_all_revokes_the_live_tokens_of_one_user(populated, clock, database):
    expired = populated.tokens.add("jdoe", "expired", Access.READ, months=3).token
    clock.now = expired.expires_at
    live = [populated.tokens.add("jdoe", f"live {n}", Access.READ).token for n in range(3)]
    other = populated.tokens.add("asmith", "other", Access.READ).token
    assert populated.tokens.revoke_all("jdoe") == 3
    assert {populated.tokens.get(token.id).status for token in live} == {TokenStatus.REVOKED}
    assert populated.tokens.get(expired.id).status is TokenStatus.EXPIRED
    assert populated.tokens.get(other.id) == other
    event = events(database)[-1]
    assert (event.action, event.subject, event.user_id) == ("revoke all tokens", "jdoe", "jdoe")
    assert event.detail == {"count": 3, "token_ids": [token.id for token in live]}


def test_revoking_all_of_nothing_is_no_event(populated, database):
    before = rows(database)
    assert populated.tokens.revoke_all("jdoe") == 0
    assert rows(database) == before


def test_a_user_who_is_not_active_can_lose_tokens(populated):
    populated.tokens.add("jdoe", "nightly", Access.READ)
    populated.users.edit("jdoe", is_active=False)
    assert populated.tokens.revoke_all("jdoe") == 1


@pytest.mark.parametrize("owner", ["nobody", "", "a\0b", "\ud800", None], ids=ascii)
def test_an_unknown_owner_is_told(populated, owner):
    with pytest.raises((UnknownUser, InvalidValue)):
        populated.tokens.revoke_all(owner)


def test_more_tokens_than_sqlite_has_variables_are_revoked_in_one_event_of_bounded_size(
    populated, database, clock
):
    with database.write() as session:
        owner = session.scalar(select(User.id).where(User.user_id == "jdoe"))
        token = {
            "owner_id": owner,
            "months": 6,
            "created_at": clock.now,
            "created_by": "admin",
            "expires_at": clock.now + timedelta(days=180),
            "version": 1,
        }
        session.execute(
            insert(Token),
            [{**token, "name": f"t{number}", "name_key": f"t{number}"} for number in range(40_000)],
        )
    assert populated.tokens.revoke_all("jdoe") == 40_000
    assert populated.users.get("jdoe").live_tokens == 0
    event = events(database)[-1]
    assert event.detail["count"] == 40_000
    assert len(event.detail["token_ids"]) == 1000
    # All of them, also those that the event does not list, have its instant.
    with database.read() as session:
        assert set(session.scalars(select(Token.revoked_at).distinct())) == {event.at}
    assert faults(database) == []
