"""The demo platform: everything that a visitor wants to see is there, and nothing secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tokenwidgets import audit, demo, errors
from tokenwidgets.bootstrap import is_demo
from tokenwidgets.database import Database
from tokenwidgets.demo.people import PEOPLE
from tokenwidgets.history import EventRow
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.secret import PATTERN, is_well_formed
from tokenwidgets.tokens import TokenRow
from tokenwidgets.vocabulary import Control, TokenStatus

AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def built(path: Path, **options: Any) -> Database:
    database = Database(f"sqlite:///{path}")
    demo.build(database, **{"at": AT, **options})
    return database


def seen_by(database: Database, user_id: str) -> Platform:
    return open_platform(database, user_id, clock=lambda: AT)


def all_tokens(platform: Platform) -> list[TokenRow]:
    users = platform.users.page(rows=1000).rows
    return [
        token
        for user in users
        for token in platform.tokens.page(user.user_id, ended=True, rows=1000).rows
    ]


def all_events(platform: Platform) -> list[EventRow]:
    return list(platform.history.page(rows=1000).rows)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "demo.db"


@pytest.fixture(scope="module")
def demo_database(path: Path) -> Iterator[Database]:
    database = built(path)
    yield database
    database.close()


@pytest.fixture(scope="module")
def admin(demo_database: Database) -> Platform:
    return seen_by(demo_database, demo.ADMIN)


@pytest.fixture(scope="module")
def events(admin: Platform) -> list[EventRow]:
    return all_events(admin)


@pytest.fixture(scope="module")
def tokens(admin: Platform) -> list[TokenRow]:
    return all_tokens(admin)


def test_it_is_marked_as_the_demo(demo_database: Database) -> None:
    assert is_demo(demo_database)


def test_it_has_users_groups_and_apis_in_believable_numbers(admin: Platform) -> None:
    users = admin.users.page(rows=1000).rows
    assert len(users) == len(PEOPLE) == 61
    assert len({user.department for user in users}) == 6
    assert sum(user.user_id.startswith("svc-") for user in users) >= 10
    assert sum(not user.is_active for user in users) == 5
    assert len(admin.groups.list()) == 5
    apis = admin.apis.list()
    assert len(apis) == 12
    assert sum(api.read_only for api in apis) == 2
    assert all(api.api_group and api.version_label and api.title for api in apis)


def test_it_has_tokens_in_every_status(tokens: list[TokenRow]) -> None:
    assert {token.status for token in tokens} == set(TokenStatus)
    assert len(tokens) > 100


def test_it_has_tokens_with_every_kind_of_past(tokens: list[TokenRow]) -> None:
    assert any(token.old_secret is not None for token in tokens), "an overlap is running"
    assert any(token.still_presented_at is not None for token in tokens)
    assert any(token.last_used_at is None for token in tokens)
    assert any(token.version > 1 and token.status.is_live for token in tokens), "edited"


def test_one_user_has_a_token_of_every_kind(tokens: list[TokenRow]) -> None:
    hers = [token for token in tokens if token.owner == demo.SHOWCASE]
    assert {token.status for token in hers} == set(TokenStatus)
    assert any(token.old_secret is not None for token in hers)
    assert any(token.still_presented_at is not None for token in hers)


def test_one_user_has_more_live_tokens_than_a_page_shows(admin: Platform) -> None:
    assert admin.tokens.page("svc-etl").next is not None


def test_nothing_was_used_before_it_was_made_or_after_it_ended(tokens: list[TokenRow]) -> None:
    for token in tokens:
        if token.last_used_at is not None:
            end = min(AT, token.expires_at, token.revoked_at or AT)
            assert token.created_at <= token.last_used_at <= end, token


def test_one_group_is_limited_to_a_department(demo_database: Database) -> None:
    desk = seen_by(demo_database, "acastillo")
    users = desk.users.page(rows=1000).rows
    assert {user.department for user in users} == {"Finance"}
    assert desk.tokens.page(demo.SHOWCASE).total > 0
    with pytest.raises(errors.UnknownUser):
        desk.tokens.page("svc-etl")


@pytest.mark.usefixtures("events")  # before this refusal is one of them
def test_auditors_read_and_have_no_api_tokens(demo_database: Database) -> None:
    auditor = seen_by(demo_database, "kadeyemi")
    controls = auditor.users.authority().controls
    assert controls == (Control.TOKEN_INVENTORY, Control.AUDIT_LOG)
    with pytest.raises(errors.NotAllowed):
        auditor.tokens.page(demo.SHOWCASE)


def test_its_audit_trail_tells_over_a_year_by_several_people(events: list[EventRow]) -> None:
    done = Counter(event.action for event in events if event.outcome == "done")
    assert done["add token"] > 100
    assert done["regenerate token"] > 10
    assert {"edit token", "revoke token", "revoke all tokens", "deactivate user"} <= set(done)
    assert any(event.outcome == "denied" for event in events)
    assert len({event.actor for event in events}) >= 6
    assert events[0].at - events[-1].at > timedelta(days=365)
    assert [event.at for event in events] == sorted((e.at for e in events), reverse=True)


def test_every_token_was_added_in_the_trail(events: list[EventRow], tokens: list[TokenRow]) -> None:
    added = {e.token_id: e.at for e in events if e.action == "add token" and e.token_id}
    assert added == {token.id: token.created_at for token in tokens}


def test_its_audit_trail_verifies(demo_database: Database) -> None:
    with demo_database.read() as session:
        assert list(audit.verify(session)) == []


def test_the_same_seed_and_instant_make_the_same_platform(
    admin: Platform, tokens: list[TokenRow], events: list[EventRow], tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    again = built(tmp_path / "again.db", progress=lambda done, total: told.append((done, total)))
    total = told[0][1]
    assert told == [(done, total) for done in range(total + 1)], "it tells how far it is"
    second = seen_by(again, demo.ADMIN)
    assert second.users.page(rows=1000) == admin.users.page(rows=1000)
    assert second.groups.list() == admin.groups.list()
    assert second.apis.list() == admin.apis.list()
    assert list(map(unhinted, all_tokens(second))) == list(map(unhinted, tokens))
    assert list(map(without_hint, all_events(second))) == list(map(without_hint, events))
    again.close()


def test_another_seed_makes_another_platform(tokens: list[TokenRow], tmp_path: Path) -> None:
    other = built(tmp_path / "other.db", seed=7)
    assert list(map(unhinted, all_tokens(seen_by(other, demo.ADMIN)))) != list(
        map(unhinted, tokens)
    )
    other.close()


def test_no_secret_is_anywhere_in_its_files(demo_database: Database, path: Path) -> None:
    files = list(path.parent.iterdir())
    assert path in files
    for file in files:
        text = file.read_bytes().decode("latin-1")
        assert not [found for found in PATTERN.findall(text) if is_well_formed(found)], file


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 3, 31, 23, 59, tzinfo=UTC),
        datetime(2028, 2, 29, 0, 1, tzinfo=UTC),
    ],
)
def test_it_is_whole_on_any_day(at: datetime, tmp_path: Path) -> None:
    database = built(tmp_path / "demo.db", at=at, seed=at.day)
    platform = open_platform(database, demo.ADMIN, clock=lambda: at)
    tokens = all_tokens(platform)
    assert {token.status for token in tokens if token.owner == demo.SHOWCASE} == set(TokenStatus)
    database.close()


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_it_is_built_on_a_server_too(empty_database: Database) -> None:
    demo.build(empty_database, at=AT)
    assert len(all_tokens(seen_by(empty_database, demo.ADMIN))) > 100


def test_it_is_not_built_over_other_users(database: Database) -> None:
    with pytest.raises(errors.NameInUse):
        demo.build(database)
    assert not is_demo(database)


def unhinted(token: TokenRow) -> TokenRow:
    """A token but for what its secret, which is never the same, shows of itself."""
    old = token.old_secret and replace(token.old_secret, hint="")
    return replace(token, hint="", old_secret=old)


def without_hint(event: EventRow) -> EventRow:
    return replace(event, detail={**event.detail, "hint": ""})
