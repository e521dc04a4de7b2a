"""Adding tokens: one for several APIs, or one for each."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import insert
from state import events, faults, rows

from tokenwidgets.errors import InactiveUser, InvalidValue, NameInUse, UnknownAPI, UnknownUser
from tokenwidgets.platform import open_platform
from tokenwidgets.schema import API
from tokenwidgets.secret import digest, is_well_formed
from tokenwidgets.vocabulary import Access, TokenStatus, add_months

BAD_NAMES = ["", "   ", "x" * 101, "x" * 10_000, "a\0b", "a\ud800b", "a\u202eb", "a\nb", 5, None]
STRANGE_NAMES = ["<script>alert(1)</script>", "عملية ليلية", "'; DROP TABLE tokens; --", "100%_"]


def test_a_token_that_is_added_is_found_with_what_was_chosen(populated, clock):
    grants = {"orders": Access.FULL, "reports": Access.READ, "billing": Access.NONE}
    new = populated.tokens.add("jdoe", " nightly load ", grants, months=3)
    token = new.token
    assert token == populated.tokens.get(token.id)
    assert populated.tokens.page("jdoe").rows == (token,)
    assert token.grants == {"orders": Access.FULL, "reports": Access.READ}
    assert (token.name, token.owner, token.months, token.status, token.version) == (
        "nightly load",
        "jdoe",
        3,
        TokenStatus.ACTIVE,
        1,
    )
    assert (token.created_at, token.created_by) == (clock.now, "admin")
    assert token.expires_at == datetime(2026, 4, 30, 12, tzinfo=UTC), "31 January and 3 months"
    assert token.last_used_at is token.revoked_at is token.old_secret is None


def test_the_secret_is_given_once_and_only_its_digest_is_kept(populated, database):
    new = populated.tokens.add("jdoe", "nightly", Access.READ)
    text = new.secret.reveal()
    assert is_well_formed(text)
    ((kept, token_id, *_),) = rows(database)["token_secrets"]
    assert (kept, token_id) == (digest(text), new.token.id)
    assert new.token.hint == f"twk_…{text[-4:]}"


def test_the_prefix_is_the_configured_one(populated, database, clock):
    platform = open_platform(database, "admin", prefix="acme", clock=clock)
    new = platform.tokens.add("jdoe", "nightly", Access.READ)
    assert new.secret.reveal().startswith("acme_")
    assert new.token.hint.startswith("acme_…")


@pytest.mark.parametrize("months", [3, 6, 12])
def test_the_expiration_is_so_many_calendar_months_from_now(populated, clock, months):
    token = populated.tokens.add("jdoe", "nightly", Access.READ, months=months).token
    assert token.expires_at == add_months(clock.now, months)


def test_six_months_are_the_default(populated, clock):
    token = populated.tokens.add("jdoe", "nightly", Access.READ).token
    assert token.expires_at == add_months(clock.now, 6)


def test_an_addition_is_recorded_without_the_secret(populated, database, clock):
    new = populated.tokens.add("jdoe", "nightly", {"orders": Access.FULL})
    event = events(database)[-1]
    assert (event.actor, event.action, event.subject, event.user_id, event.token_id, event.at) == (
        "admin",
        "add token",
        "nightly",
        "jdoe",
        new.token.id,
        clock.now,
    )
    assert event.detail == {
        "months": 6,
        "expires_at": "2026-07-31T12:00:00+00:00",
        "access": {"orders": "Full Access"},
        "hint": new.token.hint,
    }


def test_one_access_for_all_gives_each_active_api_what_it_offers(populated):
    populated.apis.edit("billing", is_active=False)
    token = populated.tokens.add("jdoe", "everything", Access.FULL).token
    assert token.grants == {"orders": Access.FULL, "reports": Access.READ}


def test_a_token_for_each_api_is_named_by_it(populated, database):
    before = len(events(database))
    grants = {"orders": Access.FULL, "reports": Access.READ, "billing": Access.NONE}
    made = populated.tokens.add_separately("jdoe", "nightly", grants, months=12)
    assert {new.token.name: new.token.grants for new in made} == {
        "nightly-orders": {"orders": Access.FULL},
        "nightly-reports": {"reports": Access.READ},
    }
    assert len({new.secret.reveal() for new in made}) == 2
    assert all(new.secret.last_four == new.token.hint[-4:] for new in made)
    assert [event.action for event in events(database)[before:]] == ["add token"] * 2


def test_separate_tokens_are_all_made_or_none(populated, database):
    populated.tokens.add("jdoe", "nightly-reports", Access.READ)
    before = rows(database)
    with pytest.raises(NameInUse, match="nightly-reports"):
        populated.tokens.add_separately("jdoe", "nightly", Access.READ)
    with pytest.raises(InvalidValue, match="too long"):
        populated.tokens.add_separately("jdoe", "x" * 95, Access.READ)
    assert rows(database) == before


def test_500_separate_tokens_take_few_statements(populated, database, clock):
    apis = [{"name": f"api-{n}", "title": "API", "created_at": clock.now} for n in range(497)]
    with database.write() as session:
        session.execute(insert(API), apis)
    count = 0

    @sqlalchemy_event.listens_for(database.engine, "before_cursor_execute")
    def _count(*_):
        nonlocal count
        count += 1

    made = populated.tokens.add_separately("jdoe", "each", Access.FULL)
    assert len(made) == 500
    assert count < 40
    assert len({new.secret.reveal() for new in made}) == 500
    assert all(new.token.name == f"each-{next(iter(new.token.grants))}" for new in made)
    assert faults(database) == []


@pytest.mark.parametrize("name", STRANGE_NAMES)
def test_a_strange_name_is_a_name(populated, name):
    token = populated.tokens.add("jdoe", name, Access.READ).token
    assert populated.tokens.get(token.id).name == name


@pytest.mark.parametrize("name", BAD_NAMES, ids=lambda name: ascii(name)[:10])
def test_a_bad_name_is_refused_beside_its_field_and_nothing_is_added(populated, database, name):
    before = rows(database)
    for add in (populated.tokens.add, populated.tokens.add_separately):
        with pytest.raises(InvalidValue) as refusal:
            add("jdoe", name, Access.READ)
        assert refusal.value.field == "Token name"
        assert len(str(refusal.value)) < 200
    assert rows(database) == before


@pytest.mark.parametrize(
    "months", [5, 0, -3, 1, 24, 10**30, True, "6", 6.0, None, [6], float("nan")], ids=repr
)
def test_bad_months_are_refused_and_nothing_is_added(populated, database, months):
    before = rows(database)
    for add in (populated.tokens.add, populated.tokens.add_separately):
        with pytest.raises(InvalidValue, match="must be one of 3, 6, 12") as refusal:
            add("jdoe", "nightly", Access.READ, months=months)
        assert refusal.value.field == "Expiration (Months)"
    assert rows(database) == before


@pytest.mark.parametrize(
    "grants",
    [
        {},
        {"orders": Access.NONE},
        Access.NONE,
        {"orders": 2},
        {"orders": "Full Access"},
        {"orders": True},
        {"orders": None},
        {"orders": 3},
        {"reports": Access.FULL},
        "Full Access",
        2,
        None,
        ["orders"],
    ],
    ids=repr,
)
def test_bad_access_is_refused_and_nothing_is_added(populated, database, grants):
    before = rows(database)
    for add in (populated.tokens.add, populated.tokens.add_separately):
        with pytest.raises(InvalidValue) as refusal:
            add("jdoe", "nightly", grants)
        assert refusal.value.field == "Access"
    assert rows(database) == before


@pytest.mark.parametrize("api", ["nothing", "", "ORDERS", "a\0b", "\ud800", 5, None], ids=ascii)
def test_an_unknown_api_is_refused_and_nothing_is_added(populated, database, api):
    before = rows(database)
    with pytest.raises(UnknownAPI):
        populated.tokens.add("jdoe", "nightly", {"orders": Access.READ, api: Access.READ})
    assert rows(database) == before


def test_an_api_that_is_not_active_is_unknown(populated):
    populated.apis.edit("orders", is_active=False)
    with pytest.raises(UnknownAPI):
        populated.tokens.add("jdoe", "nightly", {"orders": Access.READ})


def test_without_any_api_there_is_nothing_to_open(platform):
    platform.users.add("jdoe", "Jane Doe")
    with pytest.raises(InvalidValue, match="at least one API"):
        platform.tokens.add("jdoe", "nightly", Access.FULL)


@pytest.mark.parametrize("owner", ["nobody", "", "JDOE", "a\0b", "\ud800", 5, None], ids=ascii)
def test_an_unknown_owner_is_refused_and_nothing_is_added(populated, database, owner):
    before = rows(database)
    with pytest.raises((UnknownUser, InvalidValue)):
        populated.tokens.add(owner, "nightly", Access.READ)
    assert rows(database) == before


def test_an_owner_who_is_not_active_gets_no_token(populated, database):
    populated.users.edit("jdoe", is_active=False)
    before = rows(database)
    for add in (populated.tokens.add, populated.tokens.add_separately):
        with pytest.raises(InactiveUser, match="Activate the user first"):
            add("jdoe", "nightly", Access.READ)
    assert rows(database) == before


@pytest.mark.parametrize("same", ["nightly", "NIGHTLY", " nightly ", "night\u200dly"], ids=ascii)
def test_a_name_of_a_live_token_of_the_owner_is_in_use(populated, database, same):
    populated.tokens.add("jdoe", "nightly", Access.READ)
    before = rows(database)
    with pytest.raises(NameInUse, match="has a live token named") as refusal:
        populated.tokens.add("jdoe", same, Access.READ)
    assert refusal.value.field == "Token name"
    assert rows(database) == before
    assert populated.tokens.add("asmith", same, Access.READ).token.owner == "asmith"


def test_a_name_is_free_again_when_its_token_has_ended(populated, clock):
    revoked = populated.tokens.add("jdoe", "nightly", Access.READ).token
    populated.tokens.revoke(revoked.id)
    expired = populated.tokens.add("jdoe", "nightly", Access.READ).token
    clock.now = expired.expires_at
    third = populated.tokens.add("jdoe", "nightly", Access.READ).token
    assert len({revoked.id, expired.id, third.id}) == 3


CHOICES = st.dictionaries(
    st.sampled_from(["orders", "billing", "reports"]), st.sampled_from(list(Access))
)


@given(CHOICES)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_token_opens_exactly_what_was_chosen(populated, chosen):
    populated.tokens.revoke_all("jdoe")
    wanted = {api: access for api, access in chosen.items() if access}
    if not wanted or wanted.get("reports") is Access.FULL:
        with pytest.raises(InvalidValue):
            populated.tokens.add("jdoe", "nightly", chosen)
    else:
        token = populated.tokens.add("jdoe", "nightly", chosen).token
        assert populated.tokens.get(token.id).grants == wanted
