"""Regenerating a token: a new secret and a new expiration; the old secret ends as was chosen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from state import events, rows

from tokenwidgets.errors import InactiveUser, InvalidValue, NameInUse, TokenEnded
from tokenwidgets.vocabulary import OVERLAPS, Access, TokenStatus, add_months

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def new(populated):
    return populated.tokens.add("jdoe", "nightly", {"orders": Access.FULL})


@pytest.fixture
def ends(database):
    """When each secret of the database ends, by its digest; None for a present one."""

    def read():
        names = ("digest", "token_id", "prefix", "last_four", "minted_at", "ends_at")
        found = (dict(zip(names, row, strict=False)) for row in rows(database)["token_secrets"])
        return {row["digest"]: row["ends_at"] for row in found}

    return read


def test_the_token_is_the_same_and_its_secret_another(populated, new, clock, ends):
    clock.advance(10 * DAY)
    again = populated.tokens.regenerate(new.token.id, version=new.token.version)
    assert again.token == populated.tokens.get(new.token.id)
    assert (again.token.name, again.token.grants) == (new.token.name, new.token.grants)
    assert again.token.expires_at == add_months(clock.now, 6)
    assert again.token.version == 2
    assert again.secret.reveal() != new.secret.reveal()
    assert again.token.hint == f"twk_…{again.secret.last_four}"
    assert again.token.old_secret is None
    assert ends() == {new.secret.digest: clock.now, again.secret.digest: None}


@pytest.mark.parametrize("months", [3, 6, 12])
def test_the_new_expiration_is_counted_from_now(populated, new, clock, months):
    clock.advance(10 * DAY)
    again = populated.tokens.regenerate(new.token.id, months=months)
    assert (again.token.expires_at, again.token.months) == (add_months(clock.now, months), months)


@pytest.mark.parametrize("overlap", [timedelta(hours=1), timedelta(days=1), timedelta(days=7)])
def test_the_old_secret_works_on_for_the_overlap(populated, new, clock, ends, overlap):
    again = populated.tokens.regenerate(new.token.id, overlap=overlap)
    assert again.token.old_secret.ends_at == clock.now + overlap
    assert again.token.old_secret.hint == new.token.hint
    assert ends()[new.secret.digest] == clock.now + overlap
    clock.advance(overlap)
    assert populated.tokens.get(new.token.id).old_secret is None


def test_the_old_secret_never_outlives_its_own_expiration(populated, new, clock, ends):
    clock.now = new.token.expires_at - HOUR
    populated.tokens.regenerate(new.token.id, overlap=7 * DAY)
    assert ends()[new.secret.digest] == new.token.expires_at


def test_a_secret_still_in_its_overlap_dies_when_the_token_is_regenerated_again(
    populated, new, clock, ends
):
    second = populated.tokens.regenerate(new.token.id, overlap=7 * DAY)
    clock.advance(DAY)
    third = populated.tokens.regenerate(new.token.id, overlap=DAY)
    assert ends() == {
        new.secret.digest: clock.now,
        second.secret.digest: clock.now + DAY,
        third.secret.digest: None,
    }


def test_a_dead_secret_is_not_revived(populated, new, clock, ends):
    died = clock.now
    populated.tokens.regenerate(new.token.id)
    clock.advance(DAY)
    populated.tokens.regenerate(new.token.id, overlap=7 * DAY)
    assert ends()[new.secret.digest] == died


def test_an_expired_token_lives_again_but_its_old_secret_does_not(populated, new, clock, ends):
    clock.now = new.token.expires_at + DAY
    again = populated.tokens.regenerate(new.token.id, overlap=7 * DAY)
    assert again.token.status is TokenStatus.ACTIVE
    assert again.token.old_secret is None
    assert ends()[new.secret.digest] <= clock.now


def test_an_expired_token_whose_name_another_took_is_not_brought_back(
    populated, new, clock, database
):
    clock.now = new.token.expires_at
    populated.tokens.add("jdoe", "NIGHTLY", Access.READ)
    before = rows(database)
    with pytest.raises(NameInUse, match="NIGHTLY"):
        populated.tokens.regenerate(new.token.id)
    assert rows(database) == before


def test_a_revoked_token_stays_revoked(populated, new, database):
    populated.tokens.revoke(new.token.id)
    before = rows(database)
    with pytest.raises(TokenEnded, match="revoked, which is for good"):
        populated.tokens.regenerate(new.token.id)
    assert rows(database) == before


def test_a_user_who_is_not_active_gets_no_new_secret(populated, new, database):
    populated.users.edit("jdoe", is_active=False)
    before = rows(database)
    with pytest.raises(InactiveUser):
        populated.tokens.regenerate(new.token.id)
    assert rows(database) == before


@pytest.mark.parametrize(
    "bad",
    [
        {"months": 5},
        {"months": True},
        {"months": "6"},
        {"overlap": timedelta(days=8)},
        {"overlap": timedelta(days=-1)},
        {"overlap": "1 hour"},
        {"overlap": 3600},
        {"overlap": None},
    ],
    ids=repr,
)
def test_a_bad_choice_is_refused_and_the_old_secret_stays(populated, new, database, bad):
    before = rows(database)
    with pytest.raises(InvalidValue):
        populated.tokens.regenerate(new.token.id, **bad)
    assert rows(database) == before


def test_a_regeneration_is_recorded_without_the_secret(populated, new, database, clock):
    again = populated.tokens.regenerate(new.token.id, months=3, overlap=HOUR)
    event = events(database)[-1]
    assert (event.action, event.subject, event.token_id, event.user_id) == (
        "regenerate token",
        "nightly",
        new.token.id,
        "jdoe",
    )
    assert event.detail == {
        "months": 3,
        "expires_at": "2026-04-30T12:00:00+00:00",
        "hint": again.token.hint,
        "old_secret_ends_at": "2026-01-31T13:00:00+00:00",
    }
    populated.tokens.regenerate(new.token.id)
    assert "old_secret_ends_at" not in events(database)[-1].detail


def test_the_overlaps_are_those_on_screen():
    assert {
        "No overlap": timedelta(0),
        "1 hour": HOUR,
        "24 hours": DAY,
        "7 days": 7 * DAY,
    } == OVERLAPS
