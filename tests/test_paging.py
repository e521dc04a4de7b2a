"""Pages, put together forward or backward, are the whole list in its order; whatever the data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select

from tokenwidgets.directory.users import UserSort
from tokenwidgets.errors import InvalidValue
from tokenwidgets.schema import Membership, Token, TokenSecret, User
from tokenwidgets.vocabulary import Access

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
SHORT = st.text("ab", max_size=2)
# Few values, so that there are many ties; letters that every collation has in one order.
USERS = st.lists(
    st.fixed_dictionaries(
        {
            "user_id": st.text("abcd", min_size=1, max_size=3),
            "name": SHORT,
            "email": SHORT,
            "department": SHORT,
            "is_active": st.booleans(),
        }
    ),
    unique_by=lambda user: user["user_id"],
    max_size=25,
)
EXPIRIES = st.lists(st.tuples(st.integers(0, 24), st.integers(-1, 3)), max_size=25)


@pytest.fixture
def people(platform, clock):
    """Replace all users but the administrator, and all tokens, by these."""

    def put(users, expiries):
        with platform.database.write() as session:
            session.execute(delete(TokenSecret))
            session.execute(delete(Token))
            admin = select(func.min(Membership.user_id)).scalar_subquery()
            session.execute(delete(User).where(User.id != admin))
            times = {"created_at": clock.now, "updated_at": clock.now}
            if users:
                session.execute(insert(User), [{**user, **times} for user in users])
            ids = dict(session.execute(select(User.user_id, User.id)).all())
            tokens = [
                {
                    "owner_id": ids[users[owner % len(users)]["user_id"]],
                    "name": f"t{number}",
                    "name_key": f"t{number}",
                    "months": 3,
                    "created_at": clock.now,
                    "created_by": "admin",
                    "expires_at": clock.now + timedelta(days=days),
                }
                for number, (owner, days) in enumerate(expiries)
                if users
            ]
            if tokens:
                session.execute(insert(Token), tokens)
        return list(platform.users.page(rows=1000).rows)

    return put


def walk(read, rows):
    """The list read page by page, and read back from its last page."""
    page = read(rows=rows)
    assert page.previous is None
    forward, backward = list(page.rows), []
    while page.next is not None:
        page = read(rows=rows, cursor=page.next)
        assert 0 < len(page.rows) <= rows
        assert page.previous is not None
        forward += page.rows
        assert len(forward) <= page.total, "a row came twice"
    backward = list(page.rows)
    while page.previous is not None:
        page = read(rows=rows, cursor=page.previous)
        assert page.next is not None
        assert len(page.rows) == rows, "a page before another one is full"
        backward = [*page.rows, *backward]
        assert len(backward) <= page.total, "a row came twice"
    return forward, backward


@given(
    users=USERS,
    expiries=EXPIRIES,
    sort=st.sampled_from(get_args(UserSort)),
    descending=st.booleans(),
    rows=st.integers(1, 8),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_forward_and_backward_are_the_sorted_list(
    platform, people, users, expiries, sort, descending, rows
):
    def key(user):
        value = getattr(user, sort)
        return (NEVER if value is None else value, user.user_id)

    expected = sorted(people(users, expiries), key=key, reverse=descending)
    forward, backward = walk(
        lambda **how: platform.users.page(sort=sort, descending=descending, **how), rows
    )
    assert forward == expected
    assert backward == expected
    assert platform.users.page(rows=1).total == len(expected)


@given(
    names=st.lists(st.text("abAB", min_size=1, max_size=3), unique_by=str.casefold, max_size=12),
    rows=st.integers(1, 5),
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_of_tokens_are_sorted_by_name_whatever_its_case(populated, names, rows):
    populated.tokens.revoke_all("jdoe")
    for name in names:
        populated.tokens.add("jdoe", name, Access.READ)
    forward, backward = walk(lambda **how: populated.tokens.page("jdoe", **how), rows)
    assert [token.name for token in forward] == sorted(names, key=str.casefold)
    assert forward == backward


def test_rows_added_and_removed_meanwhile_shift_no_page(populated):
    for number in range(10):
        populated.users.add(f"user-{number}", "Somebody")
    first = populated.users.page(search="user-", rows=4)
    populated.users.add("user-00", "Before the place")
    second = populated.users.page(search="user-", rows=4, cursor=first.next)
    assert [user.user_id for user in second.rows] == [f"user-{n}" for n in range(4, 8)]


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-5, 1), (1, 1), (3, 3), (10**9, 13)])
def test_a_page_has_at_least_one_row_and_at_most_a_thousand(populated, asked, given):
    for number in range(10):
        populated.users.add(f"user-{number}", "Somebody")
    assert len(populated.users.page(rows=asked).rows) == given


@pytest.mark.parametrize("sort", ["", "password", "id", None, "name; DROP TABLE users"])
def test_an_unknown_column_to_sort_by_is_refused(platform, sort):
    with pytest.raises(InvalidValue, match="sort"):
        platform.users.page(sort=sort)
