"""Very many users and tokens at once: real to every service, the same each time, all or nothing."""

from __future__ import annotations

import contextlib

import pytest
from sqlalchemy import inspect
from state import events, faults, rows

from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database
from tokenwidgets.errors import InvalidValue, NameInUse
from tokenwidgets.platform import open_platform
from tokenwidgets.schema import Base
from tokenwidgets.seed import seed
from tokenwidgets.upgrade import check_schema
from tokenwidgets.vocabulary import Access, TokenStatus

SIZE = {"users": 300, "tokens": 2_000, "apis": 7}


def indexes(database):
    return {
        (table, index["name"])
        for table in Base.metadata.tables
        for index in inspect(database.engine).get_indexes(table)
    }


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_what_is_seeded_is_there_for_every_service(platform, database, clock):
    before = indexes(database)
    made = seed(database, **SIZE, clock=clock)
    assert (made.users, made.tokens, made.apis) == (300, 2_000, 7)
    assert platform.users.page().total == 301
    first = platform.inventory.page(rows=1000)
    tokens = first.rows + platform.inventory.page(rows=1000, cursor=first.next).rows
    assert first.total == len(tokens) == 2_000
    assert {token.status for token in tokens} == set(TokenStatus)
    assert all(token.created_at <= clock.now for token in tokens)
    levels = {level for token in tokens for level in token.grants.values()}
    assert levels == {Access.READ, Access.FULL}
    everyone = rows(database)
    assert made.rows == sum(
        len(everyone[table]) - extra
        for table, extra in (
            ("users", 1),
            ("apis", 0),
            ("tokens", 0),
            ("grants", 0),
            ("token_secrets", 0),
        )
    )
    assert len(everyone["token_secrets"]) == 2_000
    assert indexes(database) == before
    check_schema(database)


def test_the_trail_says_that_the_platform_was_seeded(database, clock):
    seed(database, **SIZE, seed=5, clock=clock)
    event = events(database)[-1]
    assert (event.actor, event.action, event.detail) == (
        "tokenwidgets seed",
        "seed platform",
        {"users": 300, "tokens": 2_000, "seed": 5},
    )
    assert faults(database) == []


def test_a_seeded_user_is_found_and_works_like_any_other(platform, database, clock):
    seed(database, **SIZE, clock=clock)
    page = platform.users.page(sort="live_tokens", descending=True)
    busiest = page.rows[0]
    assert busiest in platform.users.page(search=busiest.user_id, rows=100).rows
    ended = platform.tokens.revoke_all(busiest.user_id)
    assert ended == busiest.live_tokens > 1
    assert platform.users.get(busiest.user_id).live_tokens == 0
    platform.users.add("after", "Came Afterwards")
    platform.apis.add("afterwards")
    new = platform.tokens.add("after", "first", {"afterwards": Access.READ}, months=3)
    assert len(rows(database)["tokens"]) == 2_001
    assert new


def test_the_same_seed_gives_the_same_rows(sqlite_database, postgresql_database, clock):
    found = []
    for database in (sqlite_database, postgresql_database):
        seed(database, **SIZE, seed=9, clock=clock)
        found.append(rows(database, trail=False))
    assert found[0] == found[1]


def test_another_seed_gives_others_and_comes_on_top(platform, database, clock):
    seed(database, **SIZE, clock=clock)
    first = rows(database)
    made = seed(database, **SIZE, seed=2, clock=clock)
    assert made.apis == 0
    both = rows(database)
    assert set(first["users"]) < set(both["users"])
    assert (len(both["users"]), len(both["tokens"])) == (601, 4_000)
    names = {row[2] for row in both["users"]}
    assert len(names) > 100
    assert platform.users.page().total == 601


def test_a_user_id_or_an_api_s_name_that_is_taken_is_given_to_nobody_else(
    sqlite_database, tmp_path, clock
):
    seed(sqlite_database, users=3, tokens=0, apis=2, clock=clock)
    *_, drawn = (user[1] for user in sorted(rows(sqlite_database)["users"]))
    with contextlib.closing(Database(f"sqlite:///{tmp_path / 'other.db'}")) as other:
        initialise(other, drawn.upper(), clock=clock)
        platform = open_platform(other, drawn.upper(), clock=clock)
        seed(other, users=3, tokens=0, apis=2, clock=clock)
        platform.apis.add("Service-004")
        platform.users.add("somebody", "Else")
        seed(other, users=3, tokens=0, apis=4, clock=clock)
        names = [user.user_id for user in platform.users.page().rows]
        assert {drawn.upper(), f"{drawn}.4"} < set(names)
        assert len(names) == 8
        assert "service-004-004" in {api.name for api in platform.apis.list()}


def test_a_platform_in_use_is_left_as_it_is(populated, database, clock):
    before = rows(database)
    with pytest.raises(NameInUse, match="that were not seeded"):
        seed(database, **SIZE, clock=clock)
    assert rows(database) == before


@pytest.mark.parametrize(
    "size",
    [
        {"users": -1, "tokens": 0},
        {"users": 0, "tokens": 5},
        {"users": 5, "tokens": 5, "apis": 0},
    ],
)
def test_numbers_that_make_no_platform_are_refused(database, size):
    before = rows(database)
    with pytest.raises(InvalidValue):
        seed(database, **size)
    assert rows(database) == before


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.parametrize("stop", [0.001, 0.5, 1.0])
def test_a_seeding_that_is_interrupted_leaves_nothing(database, clock, stop):
    before, indexed = rows(database), indexes(database)

    def interrupt(done, total):
        if done >= stop * total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(database, **SIZE, progress=interrupt, clock=clock)
    assert rows(database) == before
    assert indexes(database) == indexed
    seed(database, **SIZE, clock=clock)
    assert open_platform(database, "admin", clock=clock).users.page().total == 301
