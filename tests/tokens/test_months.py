"""How many tokens expire in each month: the same whether all are counted or all that match."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select

from tokenwidgets.schema import Token, User
from tokenwidgets.tokens import MonthCount, TokenFilter
from tokenwidgets.vocabulary import TokenStatus

ALL_THERE_IS = TokenFilter(expires_since=datetime(1, 1, 1, tzinfo=UTC))
MICROSECOND = timedelta(microseconds=1)
# Where one status or month ends and the next begins, and somewhere between.
MOMENTS = st.sampled_from(
    [timedelta(0), timedelta(days=30), timedelta(days=-200), timedelta(days=365)]
)
NEAR = st.sampled_from([-MICROSECOND, timedelta(0), MICROSECOND, timedelta(days=11)])
STARTS = st.sampled_from([datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)])


@pytest.fixture
def expiring(platform, clock):
    """Have exactly these tokens: when each expires, and whether it is revoked."""

    def put(expiries):
        with platform.database.write() as session:
            session.execute(delete(Token))
            owner = session.scalars(select(func.min(User.id))).one()
            rows = [
                {
                    "owner_id": owner,
                    "name": f"t{number}",
                    "name_key": f"t{number}",
                    "months": 3,
                    "created_at": clock.now,
                    "created_by": "admin",
                    "expires_at": expires_at,
                    "revoked_at": clock.now if revoked else None,
                }
                for number, (expires_at, revoked) in enumerate(expiries)
            ]
            if rows:
                session.execute(insert(Token), rows)

    return put


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    relative=st.lists(st.tuples(MOMENTS, NEAR, st.booleans()), max_size=12),
    starts=st.lists(st.tuples(STARTS, NEAR, st.booleans()), max_size=6),
)
def test_all_tokens_are_counted_as_those_that_match_are(
    platform, clock, expiring, relative, starts
):
    expiring(
        [(clock.now + moment + near, revoked) for moment, near, revoked in relative]
        + [(start + near, revoked) for start, near, revoked in starts]
    )
    counts = platform.inventory.expirations()
    assert counts == platform.inventory.expirations(ALL_THERE_IS)
    assert sum(count.count for count in counts) == len(relative) + len(starts)


def test_a_token_that_expires_at_this_very_instant_is_expired(platform, clock, expiring):
    soon = clock.now + timedelta(days=30)
    expiring([(clock.now, False), (clock.now + MICROSECOND, False), (soon, True), (soon, False)])
    months = {instant.date().replace(day=1) for instant in (clock.now, soon)}
    counts = platform.inventory.expirations()
    assert {count.month for count in counts} == months
    by_status = dict.fromkeys(TokenStatus, 0)
    for count in counts:
        by_status[count.status] += count.count
    assert by_status == {
        TokenStatus.ACTIVE: 0,
        TokenStatus.EXPIRING: 2,
        TokenStatus.EXPIRED: 1,
        TokenStatus.REVOKED: 1,
    }


def test_a_token_that_expires_as_a_month_begins_is_of_that_month(platform, expiring):
    start = datetime(2031, 12, 1, tzinfo=UTC)
    expiring([(start - MICROSECOND, False), (start, False)])
    assert platform.inventory.expirations() == (
        MonthCount(date(2031, 11, 1), TokenStatus.ACTIVE, 1),
        MonthCount(date(2031, 12, 1), TokenStatus.ACTIVE, 1),
    )


def test_without_tokens_there_are_no_months(platform, expiring):
    expiring([])
    assert platform.inventory.expirations() == ()
