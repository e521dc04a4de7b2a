"""The words: access and methods, months, status."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tokenwidgets.vocabulary import (
    DEFAULT_MONTHS,
    EXPIRATION_MONTHS,
    EXPIRING_WITHIN,
    Access,
    Control,
    TokenStatus,
    add_months,
    now,
    status_at,
)

INSTANTS = st.datetimes(
    min_value=datetime(1971, 1, 1), max_value=datetime(9000, 1, 1), timezones=st.just(UTC)
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY")


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 3, "2026-04-30"),
        ("2026-01-31", 6, "2026-07-31"),
        ("2026-01-31", 12, "2027-01-31"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("1999-11-30", 3, "2000-02-29"),
        ("2099-11-30", 3, "2100-02-28"),
        ("2026-12-01", 3, "2027-03-01"),
    ],
)
def test_months_are_calendar_months_clamped_to_the_end_of_the_month(start, months, end):
    assert add_months(datetime.fromisoformat(start), months) == datetime.fromisoformat(end)


@given(INSTANTS, st.sampled_from(EXPIRATION_MONTHS))
@example(datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC), 12)
def test_months_later_is_the_same_day_or_the_last_one_of_that_month(start, months):
    end = add_months(start, months)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    assert (end.year, end.month, end.day) == (year, month + 1, min(start.day, last))
    assert end.timetz() == start.timetz()


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=800)), st.sampled_from((3, 6, 12)))
def test_who_starts_later_never_ends_earlier(start, later, months):
    assert add_months(start, months) <= add_months(start + later, months)


@given(INSTANTS)
def test_more_months_end_later(start):
    ends = [add_months(start, months) for months in EXPIRATION_MONTHS]
    assert ends == sorted(set(ends)) and start < ends[0]


def test_half_a_year_is_the_default():
    assert DEFAULT_MONTHS == 6


@pytest.mark.parametrize(
    ("access", "allowed"),
    [
        (Access.NONE, set()),
        (Access.READ, {"GET", "HEAD"}),
        (Access.FULL, {"GET", "HEAD", "POST"}),
    ],
)
def test_an_access_allows_its_methods_and_no_other(access, allowed):
    assert {method for method in METHODS if access.allows(method)} == allowed


@given(st.sampled_from(list(Access)), st.text(max_size=10))
@example(Access.FULL, "get")
@example(Access.FULL, "POST ")
@example(Access.FULL, "")
def test_what_is_no_method_is_allowed_to_nobody(access, method):
    if method not in METHODS:
        assert not access.allows(method)


@given(st.sampled_from(list(Access)), st.sampled_from(list(Access)), st.sampled_from(METHODS))
def test_a_higher_access_allows_all_that_a_lower_one_does(one, other, method):
    low, high = sorted((one, other))
    assert high.allows(method) or not low.allows(method)


def test_access_is_called_as_on_screen():
    assert [access.label for access in Access] == ["No Access", "Read Access", "Full Access"]


@given(INSTANTS, INSTANTS, st.none() | INSTANTS)
def test_a_token_has_the_status_of_its_times(instant, expires_at, revoked_at):
    status = status_at(instant, expires_at=expires_at, revoked_at=revoked_at)
    left = expires_at - instant
    assert status is (
        TokenStatus.REVOKED
        if revoked_at is not None
        else TokenStatus.EXPIRED
        if left <= timedelta(0)
        else TokenStatus.EXPIRING
        if left <= EXPIRING_WITHIN
        else TokenStatus.ACTIVE
    )
    assert status.is_live == (revoked_at is None and instant < expires_at)


@pytest.mark.parametrize(
    ("left", "status"),
    [
        (timedelta(days=30, microseconds=1), TokenStatus.ACTIVE),
        (timedelta(days=30), TokenStatus.EXPIRING),
        (timedelta(microseconds=1), TokenStatus.EXPIRING),
        (timedelta(0), TokenStatus.EXPIRED),
        (timedelta(days=-1), TokenStatus.EXPIRED),
    ],
)
def test_a_token_expires_at_its_instant_and_not_after_it(left, status):
    instant = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert status_at(instant, expires_at=instant + left, revoked_at=None) is status


def test_every_control_but_a_screens_own_stands_below_another():
    for control in Control:
        above = control.parent
        assert (above is None) == (control.value == control.screen)
        assert above is None or control.value.startswith(f"{above.value} > ")


def test_now_is_aware_of_its_zone():
    assert now().utcoffset() == timedelta(0)
