"""The index that searches use: it finds what a look at every row finds, and is kept right."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, text

from tokenwidgets import audit, search_index
from tokenwidgets.platform import open_platform
from tokenwidgets.schema import Token, TokenSecret, User
from tokenwidgets.search import sought
from tokenwidgets.tokens import TokenFilter
from tokenwidgets.vocabulary import Access

NUMBERED = 10_001


def ids(page):
    return [user.user_id for user in page.rows]


def narrows(database, search):
    with database.read() as session:
        return bool(search_index.narrowed(session, search, User.id, search_index.USERS))


def is_right(database):
    """FTS5 compares its indexes with the rows; it raises when they differ."""
    with database.write() as session:
        for index in search_index.ALL:
            session.execute(
                text(f"INSERT INTO {index.name}({index.name}, rank) VALUES ('integrity-check', 1)")
            )
    return True


def without_indexes(database):
    with database.write() as session:
        for index in search_index.ALL:
            search_index.drop(session.connection(), index)


def with_indexes(database):
    with database.write() as session:
        for index in search_index.ALL:
            search_index.create(session.connection(), index)


def found(platform, search):
    """The users, the tokens and the events that a search finds."""
    return (
        ids(platform.users.page(search=search)),
        [token.id for token in platform.inventory.page(TokenFilter(search=search)).rows],
        [event.id for event in platform.history.page(search=search).rows],
    )


def add_numbered(database, at):
    row = {"email": "", "department": "", "created_at": at, "updated_at": at}
    with database.write() as session:
        session.execute(
            insert(User),
            [
                {"user_id": f"n{number:05}", "name": f"Numbered {number:05}", **row}
                for number in range(NUMBERED)
            ],
        )


def name_everything(database, name):
    """Give the user "jdoe", their token and an event this name."""
    named = {"name": name}
    with database.write() as session:
        session.execute(text("UPDATE users SET name = :name WHERE user_id = 'jdoe'"), named)
        session.execute(text("UPDATE tokens SET name = :name"), named)
        session.execute(text("UPDATE audit_events SET subject = :name WHERE id = 2"), named)


def embed(database, clock):
    platform = open_platform(database, "admin", clock=clock)
    platform.users.add("jdoe", "Jane Doe")
    platform.apis.add("orders")
    platform.tokens.add("jdoe", "nightly load", {"orders": Access.READ})
    return platform


@pytest.fixture
def embedded(sqlite_database, clock):
    """The platform as "admin" on SQLite alone, with the user "jdoe" (Jane Doe) and a token."""
    return embed(sqlite_database, clock)


def test_a_user_who_is_added_edited_or_removed_is_so_in_the_index(embedded, sqlite_database):
    embedded.users.add("new", "Somebody Ångström")
    assert ids(embedded.users.page(search="BODY ÅNG")) == ["new"]
    embedded.users.edit("new", name="Quite Another", email="new@example.net")
    assert ids(embedded.users.page(search="body")) == []
    assert ids(embedded.users.page(search="another")) == ["new"]
    assert ids(embedded.users.page(search="example.net")) == ["new"]
    assert is_right(sqlite_database)
    with sqlite_database.write() as session:
        session.execute(text("DELETE FROM users WHERE user_id = 'new'"))
    assert is_right(sqlite_database)


def test_the_index_serves_three_characters_and_more(embedded, sqlite_database):
    assert narrows(sqlite_database, "doe")
    assert narrows(sqlite_database, " Ångström 'n' \"so\" on")
    for search in ("", "  ", "do"):
        assert not narrows(sqlite_database, search)


def test_what_very_many_have_is_found_along_the_list_and_counted_up_to_ten_thousand(
    platform, database, clock
):
    add_numbered(database, clock.now)
    whole = platform.users.page(search="numbered")
    assert (whole.total, whole.more, ids(whole)[:2]) == (10_000, True, ["n00000", "n00001"])
    assert (whole.next is not None, whole.previous) == (True, None)
    following = platform.users.page(search="numbered", cursor=whole.next)
    assert (following.total, following.more, ids(following)[0]) == (10_000, True, "n00025")
    some = platform.users.page(search="numbered 000")
    assert (some.total, some.more, ids(some)[-1]) == (100, False, "n00024")
    assert platform.users.page(search="n1000").total == 1


def test_the_index_leaves_to_the_list_what_it_would_have_to_sort_for_long(
    embedded, sqlite_database
):
    with sqlite_database.write() as session:
        session.execute(
            text(
                "WITH RECURSIVE each(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each LIMIT 50001)"
                " INSERT INTO users(user_id, name, email, department, version, created_at,"
                " updated_at) SELECT printf('n%05d', n), 'Many', '', '', 1, 0, 0 FROM each"
            )
        )
    assert narrows(sqlite_database, "n00")
    assert narrows(sqlite_database, "n0000")
    assert not narrows(sqlite_database, "many")
    page = embedded.users.page(search="many", sort="name")
    assert (page.total, page.more, ids(page)[0]) == (10_000, True, "n00001")


@pytest.mark.parametrize(("more", "added"), [(False, -1), (True, 0)])
def test_exactly_ten_thousand_users_are_counted(platform, database, clock, more, added):
    add_numbered(database, clock.now)
    with database.write() as session:
        session.execute(
            text("DELETE FROM users WHERE user_id >= :last"), {"last": f"n{NUMBERED + added:05}"}
        )
    page = platform.users.page(search="numbered")
    assert (page.total, page.more) == (10_000, more)


def test_a_whole_list_on_sqlite_is_counted_to_the_last(embedded, sqlite_database, clock):
    add_numbered(sqlite_database, clock.now)
    page = embedded.users.page()
    assert (page.total, page.more) == (NUMBERED + 2, False)


def test_users_added_by_the_thousand_are_in_the_index_in_the_end(embedded, sqlite_database, clock):
    with sqlite_database.write() as session:
        search_index.rebuilding(
            session.connection(),
            lambda: session.execute(
                insert(User).values(
                    user_id="late",
                    name="Late Comer",
                    created_at=clock.now,
                    updated_at=clock.now,
                )
            ),
        )
    assert ids(embedded.users.page(search="late com")) == ["late"]
    embedded.users.add("later", "Later Comer")
    assert ids(embedded.users.page(search="late")) == ["late", "later"]
    assert is_right(sqlite_database)


def test_a_token_is_found_by_its_name_and_by_its_owner(populated):
    new = populated.tokens.add("jdoe", "Nächtliche Ladung", {"orders": Access.READ}).token
    for search in ("NÄCHT", "che lad", "jdoe", "jane d"):
        assert new.id in found(populated, search)[1]
    populated.tokens.edit(new.id, name="hourly")
    assert found(populated, "Nächt")[1] == []
    populated.users.edit("jdoe", name="Somebody Else")
    assert new.id in found(populated, "body el")[1]
    assert found(populated, "jane d")[1] == []


def test_an_event_is_found_by_any_of_its_names(populated):
    new = populated.tokens.add("jdoe", "Nächtliche Ladung", {"orders": Access.READ}).token
    for search in ("NÄCHT", "admin", "add tok", "jdoe"):
        page = populated.history.page(search=search)
        assert ("add token", new.id) in [(event.action, event.token_id) for event in page.rows]
    assert populated.history.page(search="nothing like it").rows == ()


def test_tokens_and_events_that_very_many_match_are_counted_up_to_ten_thousand(
    platform, database, clock
):
    add_numbered(database, clock.now)
    platform.apis.add("orders")
    with database.write() as session:
        of = {"months": 3, "created_at": clock.now, "created_by": "admin"}
        owner = session.scalars(select(func.min(User.id)).where(User.user_id == "n00007")).one()
        names = [f"many {number}" for number in range(NUMBERED)]
        session.execute(
            insert(Token),
            [
                {"owner_id": owner, "name": name, "name_key": name, "expires_at": clock.now, **of}
                for name in names
            ],
        )
        audit.append(
            session, "admin", clock.now, *(audit.Entry("revoke token", name) for name in names)
        )
        minted = {"prefix": "twk", "last_four": "0000", "minted_at": clock.now}
        session.execute(
            insert(TokenSecret),
            [
                {"digest": id_.to_bytes(32, "big"), "token_id": id_, **minted}
                for id_ in session.scalars(select(Token.id))
            ],
        )
    for search, total, more in (
        ("many", 10_000, True),
        ("n00007", 10_000, True),
        ("y 99", 111, False),
    ):
        page = platform.inventory.page(TokenFilter(search=search))
        assert (page.total, page.more, len(page.rows)) == (total, more, 25)
        assert platform.inventory.count(TokenFilter(search=search)) == total + more
    for search, total, more in (("many", 10_000, True), ("y 99", 111, False)):
        page = platform.history.page(search=search)
        assert (page.total, page.more, len(page.rows)) == (total, more, 25)
        assert platform.history.count(search=search) == total + more


def test_without_the_index_the_same_is_found(populated, database):
    with_index = found(populated, "jdoe")
    without_indexes(database)
    assert not narrows(database, "doe")
    assert found(populated, "jdoe") == with_index
    populated.users.edit("jdoe", name="Jane Ångström")
    assert ids(populated.users.page(search="ÅNGS")) == ["jdoe"]
    assert ids(populated.users.page(search="alan sm")) == ["asmith"]


_TEXTS = st.text(
    "aAbBsSåÅßẞ\u017fﬀkK\u212aiIİ\u0131\u03c3ςΣθϴაᲐბᲑꭰ\u13a0ǆǅǄ%_*?[]\"'\\ -",
    min_size=1,
    max_size=12,
)


@pytest.fixture
def on_postgresql(postgresql_database, clock):
    """The platform ``embedded``, on PostgreSQL."""
    return embed(postgresql_database, clock)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=_TEXTS.filter(str.strip), search=_TEXTS)
def test_the_index_finds_what_a_look_at_every_row_finds_and_what_postgresql_finds(
    embedded, sqlite_database, on_postgresql, postgresql_database, name, search
):
    name_everything(sqlite_database, name)
    without_indexes(sqlite_database)
    plain = found(embedded, search)
    with_indexes(sqlite_database)
    assert found(embedded, search) == plain
    # As names are stored; and what is ASCII alone finds no more than that on SQLite.
    if unicodedata.is_normalized("NFC", name) and not (sought(search).isascii() and "İ" in name):
        name_everything(postgresql_database, name)
        assert found(on_postgresql, search) == plain
