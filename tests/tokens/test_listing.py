"""A user's tokens as rows: which are listed, in which order, and what each says of itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select, update

from tokenwidgets.errors import NotADatabase, UnknownUser
from tokenwidgets.schema import API, Token, TokenSecret
from tokenwidgets.vocabulary import Access, TokenStatus

DAY = timedelta(days=1)


def names(page):
    return [token.name for token in page.rows]


def note(database, table, where, **values):
    """Write what the verifier writes: the services do not."""
    with database.write() as session:
        session.execute(update(table).where(where).values(**values))


def test_tokens_are_listed_by_name_whatever_its_case(populated):
    for name in ("beta", "Alpha", "gamma", "ALPHA two"):
        populated.tokens.add("jdoe", name, Access.READ)
    populated.tokens.add("asmith", "another's", Access.READ)
    page = populated.tokens.page("jdoe")
    assert names(page) == ["Alpha", "ALPHA two", "beta", "gamma"]
    assert page.total == 4


def test_tokens_that_ended_are_listed_only_if_asked_for(populated, clock):
    expired = populated.tokens.add("jdoe", "expired", Access.READ, months=3).token
    revoked = populated.tokens.add("jdoe", "revoked", Access.READ).token
    populated.tokens.add("jdoe", "live", Access.READ, months=12)
    populated.tokens.revoke(revoked.id)
    clock.now = expired.expires_at
    assert names(populated.tokens.page("jdoe")) == ["live"]
    page = populated.tokens.page("jdoe", ended=True)
    assert [(token.name, token.status) for token in page.rows] == [
        ("expired", TokenStatus.EXPIRED),
        ("live", TokenStatus.ACTIVE),
        ("revoked", TokenStatus.REVOKED),
    ]
    assert page.total == 3


def test_a_token_is_expiring_in_its_last_thirty_days(populated, clock):
    token = populated.tokens.add("jdoe", "nightly", Access.READ).token
    clock.now = token.expires_at - 30 * DAY - timedelta(microseconds=1)
    assert populated.tokens.get(token.id).status is TokenStatus.ACTIVE
    clock.advance(timedelta(microseconds=1))
    assert populated.tokens.get(token.id).status is TokenStatus.EXPIRING
    assert names(populated.tokens.page("jdoe")) == ["nightly"]


def test_when_and_where_a_token_was_last_used_is_shown(populated, database, clock):
    token = populated.tokens.add("jdoe", "nightly", Access.READ).token
    used = clock.advance(DAY)
    with database.read() as session:
        orders = session.scalar(select(API.id).where(API.name == "orders"))
    note(database, Token, Token.id == token.id, last_used_at=used, last_used_api_id=orders)
    note(database, TokenSecret, TokenSecret.token_id == token.id, last_used_at=used)
    shown = populated.tokens.get(token.id)
    assert (shown.last_used_at, shown.last_used_api, shown.secret_last_used_at) == (
        used,
        "orders",
        used,
    )
    assert shown.version == 1, "use is no change"


def test_after_a_regeneration_it_shows_which_secret_is_used(populated, database, clock):
    old = populated.tokens.add("jdoe", "nightly", Access.READ)
    new = populated.tokens.regenerate(old.token.id, overlap=7 * DAY)
    used = clock.advance(DAY)
    note(database, TokenSecret, TokenSecret.digest == old.secret.digest, last_used_at=used)
    shown = populated.tokens.get(new.token.id)
    assert (shown.secret_last_used_at, shown.old_secret.last_used_at) == (None, used)


def test_a_dead_secret_that_is_still_presented_is_shown_for_thirty_days(populated, database, clock):
    old = populated.tokens.add("jdoe", "nightly", Access.READ)
    populated.tokens.regenerate(old.token.id)
    presented = clock.advance(DAY)
    note(database, TokenSecret, TokenSecret.digest == old.secret.digest, last_refused_at=presented)
    assert populated.tokens.get(old.token.id).still_presented_at == presented
    clock.advance(30 * DAY)
    assert populated.tokens.get(old.token.id).still_presented_at == presented
    clock.advance(timedelta(microseconds=1))
    assert populated.tokens.get(old.token.id).still_presented_at is None


def test_a_revoked_token_shows_no_old_secret_at_work(populated):
    token = populated.tokens.add("jdoe", "nightly", Access.READ).token
    populated.tokens.regenerate(token.id, overlap=7 * DAY)
    assert populated.tokens.revoke(token.id).old_secret is None


def test_a_page_of_tokens_takes_few_statements(populated, database):
    populated.tokens.add_separately("jdoe", "each", Access.READ)
    for number in range(20):
        populated.tokens.add("jdoe", f"token {number:02}", Access.READ)
    count = 0

    @sqlalchemy_event.listens_for(database.engine, "before_cursor_execute")
    def _count(*_):
        nonlocal count
        count += 1

    assert len(populated.tokens.page("jdoe").rows) == 23
    assert count < 12


@pytest.mark.parametrize("owner", ["nobody", "", None])
def test_an_unknown_owner_is_told(populated, owner):
    with pytest.raises(UnknownUser):
        populated.tokens.page(owner)


def test_microseconds_and_zones_survive_the_database(populated, clock):
    clock.advance(timedelta(microseconds=123_457))
    token = populated.tokens.add("jdoe", "nightly", Access.READ).token
    shown = populated.tokens.get(token.id)
    assert shown.created_at == clock.now
    assert shown.created_at.utcoffset() == shown.expires_at.utcoffset() == timedelta(0)


def test_a_token_whose_secret_somebody_took_out_of_the_database_is_told(populated, database):
    token = populated.tokens.add("jdoe", "robbed", Access.READ).token
    note(database, TokenSecret, TokenSecret.token_id == token.id, ends_at=token.created_at)
    with pytest.raises(NotADatabase, match=r"a token without a present secret.* check` says where"):
        populated.tokens.page("jdoe")
