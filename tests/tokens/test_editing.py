"""Editing a token: its name, expiration and access; never its secret."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from state import events, rows

from tokenwidgets.errors import (
    InvalidValue,
    NameInUse,
    StaleVersion,
    TokenEnded,
    UnknownAPI,
    UnknownToken,
)
from tokenwidgets.vocabulary import Access, add_months


@pytest.fixture
def token(populated):
    grants = {"orders": Access.FULL, "billing": Access.READ}
    return populated.tokens.add("jdoe", "nightly", grants).token


def test_an_edit_changes_what_is_given_and_nothing_else(populated, token, database, clock):
    clock.advance(timedelta(days=28))
    secrets = rows(database)["token_secrets"]
    edited = populated.tokens.edit(token.id, name="weekly", version=1)
    assert edited == populated.tokens.get(token.id)
    assert (edited.name, edited.version) == ("weekly", 2)
    assert (edited.expires_at, edited.grants) == (token.expires_at, token.grants)
    edited = populated.tokens.edit(token.id, months=3)
    assert (edited.expires_at, edited.months) == (add_months(clock.now, 3), 3)
    edited = populated.tokens.edit(token.id, grants={"reports": Access.READ})
    assert edited.grants == {"reports": Access.READ}
    assert rows(database)["token_secrets"] == secrets


def test_an_edit_is_recorded_as_before_and_after(populated, token, database):
    populated.tokens.edit(
        token.id,
        name="weekly",
        months=3,
        grants={"orders": Access.READ, "reports": Access.READ},
    )
    event = events(database)[-1]
    assert (event.action, event.subject, event.token_id) == ("edit token", "weekly", token.id)
    assert event.detail == {
        "name": ["nightly", "weekly"],
        "expires_at": ["2026-07-31T12:00:00+00:00", "2026-04-30T12:00:00+00:00"],
        "access": {
            "billing": ["Read Access", "No Access"],
            "orders": ["Full Access", "Read Access"],
            "reports": ["No Access", "Read Access"],
        },
    }


def test_an_edit_that_changes_nothing_is_no_event(populated, token, database):
    before = rows(database)
    same = populated.tokens.edit(token.id, name="nightly", months=6, grants=token.grants)
    assert same == token
    assert rows(database) == before


def test_a_second_administrators_stale_edit_is_refused_with_the_newer_state(
    populated, token, database
):
    newer = populated.tokens.edit(token.id, name="weekly", version=token.version)
    before = rows(database)
    with pytest.raises(StaleVersion, match="Somebody else changed the token weekly") as refusal:
        populated.tokens.edit(token.id, months=3, version=token.version)
    assert refusal.value.current == newer
    with pytest.raises(StaleVersion):
        populated.tokens.regenerate(token.id, version=token.version)
    assert rows(database) == before
    assert populated.tokens.edit(token.id, months=3, version=newer.version).version == 3


def test_what_happened_to_the_token_in_the_meantime_makes_an_edit_stale(populated, token):
    populated.tokens.regenerate(token.id)
    with pytest.raises(StaleVersion):
        populated.tokens.edit(token.id, name="weekly", version=token.version)
    populated.tokens.revoke(token.id)
    with pytest.raises(StaleVersion) as refusal:
        populated.tokens.edit(token.id, name="weekly", version=2)
    assert refusal.value.current.status == "revoked"


def test_a_revoked_token_cannot_be_edited(populated, token, database):
    populated.tokens.revoke(token.id)
    before = rows(database)
    with pytest.raises(TokenEnded, match="nightly is revoked"):
        populated.tokens.edit(token.id, name="weekly")
    assert rows(database) == before


def test_an_expired_token_cannot_be_edited(populated, token, database, clock):
    clock.now = token.expires_at
    before = rows(database)
    with pytest.raises(TokenEnded, match="nightly is expired"):
        populated.tokens.edit(token.id, months=12)
    assert rows(database) == before


def test_a_name_in_use_is_refused_but_not_the_tokens_own(populated, token, database):
    populated.tokens.add("jdoe", "weekly", Access.READ)
    before = rows(database)
    with pytest.raises(NameInUse, match="weekly"):
        populated.tokens.edit(token.id, name="WEEKLY", months=3)
    assert rows(database) == before
    assert populated.tokens.edit(token.id, name="Nightly").name == "Nightly"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"name": ""}, InvalidValue),
        ({"name": "x" * 10_000}, InvalidValue),
        ({"name": "a\u202eb"}, InvalidValue),
        ({"name": 5}, InvalidValue),
        ({"months": 5}, InvalidValue),
        ({"months": True}, InvalidValue),
        ({"months": "6"}, InvalidValue),
        ({"grants": {}}, InvalidValue),
        ({"grants": Access.NONE}, InvalidValue),
        ({"grants": {"reports": Access.FULL}}, InvalidValue),
        ({"grants": {"orders": 1}}, InvalidValue),
        ({"grants": {"nothing": Access.READ}}, UnknownAPI),
    ],
    ids=repr,
)
def test_a_bad_value_is_refused_and_nothing_else_of_the_edit_is_done(
    populated, token, database, change, kind
):
    before = rows(database)
    with pytest.raises(kind):
        populated.tokens.edit(token.id, **{"name": "weekly", "months": 3, **change})
    assert rows(database) == before


@pytest.mark.parametrize("token_id", [0, -1, 99, 2**63, "1", "'1'", 1.0, True, None, [1]], ids=repr)
def test_an_unknown_token_is_told(populated, token, token_id):
    for call in (
        lambda: populated.tokens.get(token_id),
        lambda: populated.tokens.edit(token_id, name="weekly"),
        lambda: populated.tokens.regenerate(token_id),
        lambda: populated.tokens.revoke(token_id),
    ):
        with pytest.raises(UnknownToken, match="There is no token"):
            call()


def test_grants_to_an_api_that_is_not_active_stay_and_come_back_with_it(populated, token):
    populated.apis.edit("billing", is_active=False)
    edited = populated.tokens.edit(token.id, grants={"reports": Access.READ})
    assert edited.grants == {"billing": Access.READ, "reports": Access.READ}
    populated.apis.edit("billing", is_active=True)
    edited = populated.tokens.edit(token.id, grants={"reports": Access.READ})
    assert edited.grants == {"reports": Access.READ}


CHOICES = st.dictionaries(
    st.sampled_from(["orders", "billing", "reports"]),
    st.sampled_from([Access.NONE, Access.READ]),
    min_size=1,
).filter(lambda chosen: any(chosen.values()))


@given(st.lists(CHOICES, min_size=1, max_size=4))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_edits_the_access_is_the_last_that_was_chosen(populated, edits):
    populated.tokens.revoke_all("asmith")
    token = populated.tokens.add("asmith", "edited", Access.FULL).token
    for chosen in edits:
        populated.tokens.edit(token.id, grants=chosen)
    assert populated.tokens.get(token.id).grants == {
        api: access for api, access in edits[-1].items() if access
    }


def test_an_edit_that_is_taken_back_leaves_the_token_as_it_was(populated, token, database, clock):
    clock.advance(timedelta(days=9))
    grants = {"reports": Access.READ}
    edited = populated.tokens.edit(token.id, name="weekly", months=12, grants=grants)
    restored = populated.tokens.restore(token, version=edited.version)
    assert restored == populated.tokens.get(token.id)
    assert (restored.name, restored.expires_at, restored.months, restored.grants) == (
        token.name,
        token.expires_at,
        token.months,
        token.grants,
    )
    assert restored.version == edited.version + 1
    event = events(database)[-1]
    assert (event.action, event.detail["name"]) == ("edit token", ["weekly", "nightly"])


def test_what_was_changed_since_is_not_taken_back(populated, token):
    edited = populated.tokens.edit(token.id, name="weekly")
    newer = populated.tokens.edit(token.id, name="theirs")
    with pytest.raises(StaleVersion) as refusal:
        populated.tokens.restore(token, version=edited.version)
    assert refusal.value.current == populated.tokens.get(token.id) == newer


def test_no_token_gets_back_an_expiration_that_has_passed_or_that_none_can_have(
    populated, token, clock
):
    edited = populated.tokens.edit(token.id, months=12)
    never = dataclasses.replace(token, expires_at=add_months(clock.now, 13))
    with pytest.raises(InvalidValue, match="Expiration"):
        populated.tokens.restore(never, version=edited.version)
    clock.now = token.expires_at
    with pytest.raises(TokenEnded, match="as it was before"):
        populated.tokens.restore(token, version=edited.version)
    assert populated.tokens.get(token.id).expires_at == edited.expires_at


def test_a_token_gets_back_no_name_that_is_in_use(populated, token):
    edited = populated.tokens.edit(token.id, name="weekly")
    populated.tokens.add("jdoe", "nightly", {"orders": Access.READ})
    with pytest.raises(NameInUse):
        populated.tokens.restore(token, version=edited.version)
    assert populated.tokens.get(token.id).name == "weekly"


def test_a_rename_is_taken_back_though_an_api_offers_less_by_now(populated, token, database):
    edited = populated.tokens.edit(token.id, name="weekly")
    populated.apis.edit("orders", read_only=True)
    assert populated.tokens.restore(token, version=edited.version).name == "nightly"
    assert events(database)[-1].detail == {"name": ["weekly", "nightly"]}
    populated.apis.edit("orders", read_only=False)
    assert populated.tokens.get(token.id).grants == token.grants


def test_a_token_gets_back_no_more_access_than_is_offered_by_now(populated, token):
    edited = populated.tokens.edit(token.id, grants={"reports": Access.READ})
    populated.apis.edit("orders", read_only=True)
    restored = populated.tokens.restore(token, version=edited.version)
    assert restored.grants == {"orders": Access.READ, "billing": Access.READ}


def test_what_a_token_has_of_an_api_that_is_not_active_stays_when_an_edit_is_taken_back(
    populated, token
):
    edited = populated.tokens.edit(token.id, grants={"billing": Access.READ})
    populated.apis.edit("billing", is_active=False)
    restored = populated.tokens.restore(token, version=edited.version)
    assert restored.grants == token.grants


def test_a_token_of_apis_that_are_not_active_can_be_renamed_from_its_form(populated, token):
    for api in ("orders", "billing"):
        populated.apis.edit(api, is_active=False)
    edited = populated.tokens.edit(token.id, name="weekly", grants={})
    assert (edited.name, edited.grants) == ("weekly", token.grants)
    populated.apis.edit("orders", is_active=True)
    edited = populated.tokens.edit(token.id, grants={"orders": Access.NONE})
    assert edited.grants == {"billing": Access.READ}
    populated.apis.edit("billing", is_active=True)
    with pytest.raises(InvalidValue, match="at least one API"):
        populated.tokens.edit(token.id, grants={"billing": Access.NONE})
