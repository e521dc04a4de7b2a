"""Every method of every service asks for its control, whoever calls it and from where."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from state import events, rows

from tokenwidgets.errors import IdentityError, NotAllowed
from tokenwidgets.imports import APIDocument
from tokenwidgets.platform import Platform
from tokenwidgets.service import Service
from tokenwidgets.tokens import TokenChange, TokenFilter, TokenRow
from tokenwidgets.vocabulary import Access, Control, TokenStatus

Call = Callable[[Platform, int], object]
NONE = TokenFilter(status="expired")
DOCUMENT = APIDocument("api.json", "newer", "Newer", "1", "", frozenset({"GET"}))


def earlier(token_id: int) -> TokenRow:
    """A token as it may have been before an edit."""
    made, ends = datetime(2026, 1, 31, 12, tzinfo=UTC), datetime(2026, 4, 30, 12, tzinfo=UTC)
    return TokenRow(
        id=token_id,
        owner="jdoe",
        name="earlier",
        hint="",
        months=3,
        created_at=made,
        created_by="admin",
        expires_at=ends,
        revoked_at=None,
        last_used_at=None,
        last_used_api=None,
        status=TokenStatus.ACTIVE,
        version=1,
        grants={"orders": Access.READ},
    )


CALLS: dict[Control, dict[str, Call]] = {
    Control.APPLICATION_USERS: {
        "users.page": lambda p, _: p.users.page(),
        "users.get": lambda p, _: p.users.get("jdoe"),
        "users.departments": lambda p, _: p.users.departments(),
        "users.add": lambda p, _: p.users.add("new", "New"),
        "users.edit": lambda p, _: p.users.edit("jdoe", name="Jo"),
        "imports.users": lambda p, _: p.imports.users(b"user_id,name\nnewer,Newer\n", "users.csv"),
    },
    Control.API_TOKENS: {
        "tokens.page": lambda p, _: p.tokens.page("jdoe"),
        "tokens.get": lambda p, token: p.tokens.get(token),
        "tokens.add": lambda p, _: p.tokens.add("jdoe", "new", Access.READ),
        "tokens.add_separately": lambda p, _: p.tokens.add_separately("jdoe", "s", Access.READ),
        "tokens.restore": lambda p, token: p.tokens.restore(earlier(token), version=1),
        "tokens.edit": lambda p, token: p.tokens.edit(token, name="other"),
        "tokens.regenerate": lambda p, token: p.tokens.regenerate(token),
        "tokens.revoke": lambda p, token: p.tokens.revoke(token),
        "tokens.revoke_all": lambda p, _: p.tokens.revoke_all("jdoe"),
        "inventory.revocable": lambda p, _: p.inventory.revocable(),
        "inventory.revoke_selected": lambda p, token: p.inventory.revoke_selected([token]),
        "inventory.revoke_matching": lambda p, _: p.inventory.revoke_matching(NONE, count=0),
        "many_tokens.live_of": lambda p, _: p.many_tokens.live_of(["jdoe"]),
        "many_tokens.versions": lambda p, token: p.many_tokens.versions([token]),
        "many_tokens.months": lambda p, token: p.many_tokens.months([token]),
        "many_tokens.preview": lambda p, token: p.many_tokens.preview([TokenChange(token)]),
        "many_tokens.apply": lambda p, token: p.many_tokens.apply([TokenChange(token)]),
    },
    Control.USER_MEMBERSHIP: {
        "memberships.of_user": lambda p, _: p.memberships.of_user("jdoe"),
        "memberships.set": lambda p, _: p.memberships.set("jdoe", "Readers", True),
    },
    Control.ACTIVITY: {"history.of_user": lambda p, _: p.history.of_user("jdoe")},
    Control.USER_GROUPS: {
        "groups.list": lambda p, _: p.groups.list(),
        "groups.get": lambda p, _: p.groups.get("Readers"),
        "groups.members": lambda p, _: p.groups.members("Readers"),
        "groups.add": lambda p, _: p.groups.add("New"),
        "groups.copy": lambda p, _: p.groups.copy("Readers", "Copy"),
        "groups.edit": lambda p, _: p.groups.edit("Readers", description="Other."),
        "groups.set_controls": lambda p, _: p.groups.set_controls("Readers", ["User Groups"]),
        "memberships.of_group": lambda p, _: p.memberships.of_group("Readers"),
        "history.of_group": lambda p, _: p.history.of_group("Readers"),
    },
    Control.APIS: {
        "apis.list": lambda p, _: p.apis.list(),
        "apis.get": lambda p, _: p.apis.get("orders"),
        "apis.use": lambda p, _: p.apis.use("orders"),
        "history.of_api": lambda p, _: p.history.of_api("orders"),
        "apis.add": lambda p, _: p.apis.add("new"),
        "apis.edit": lambda p, _: p.apis.edit("orders", title="Other"),
        "imports.apis": lambda p, _: p.imports.apis([DOCUMENT]),
    },
    Control.TOKEN_INVENTORY: {
        "inventory.page": lambda p, _: p.inventory.page(),
        "inventory.count": lambda p, _: p.inventory.count(),
        "inventory.expirations": lambda p, _: p.inventory.expirations(),
        "inventory.by_api": lambda p, _: p.inventory.by_api(),
        "inventory.revocable": lambda p, _: p.inventory.revocable(),
        "inventory.revoke_matching": lambda p, _: p.inventory.revoke_matching(NONE, count=0),
        "inventory.revoke_selected": lambda p, token: p.inventory.revoke_selected([token]),
    },
    Control.AUDIT_LOG: {
        "history.page": lambda p, _: p.history.page(),
        "history.count": lambda p, _: p.history.count(),
        "history.actions": lambda p, _: p.history.actions(),
    },
}
# Everybody may keep preferences; a service's own steps are no calls.
FREE = {"preferences.get", "preferences.set"}


@pytest.fixture
def token_id(populated):
    populated.groups.add("Readers")
    return populated.tokens.add("jdoe", "nightly", Access.READ).token.id


@pytest.fixture
def actor_with(populated, platform_of):
    def make(controls):
        populated.users.add("eve", "Eve Else", department="Finance")
        populated.groups.add("Some", controls=controls)
        populated.memberships.set("eve", "Some", True)
        return platform_of("eve")

    return make


def besides(control):
    """All controls but this one; none that stands in for it either."""
    others = set(Control) - {control}
    return others - {Control.API_TOKENS} if control is Control.APIS else others


@pytest.mark.parametrize("control", Control, ids=lambda control: control.name.lower())
def test_without_its_control_every_call_is_refused_changes_nothing_and_is_recorded(
    control, token_id, actor_with, database, clock
):
    eve = actor_with(besides(control))
    before = rows(database, trail=False)
    for name, call in CALLS[control].items():
        clock.advance(timedelta(minutes=2))
        known = len(events(database))
        with pytest.raises(NotAllowed, match="eve does not have the control"):
            call(eve, token_id)
        assert rows(database, trail=False) == before, name
        (event,) = events(database)[known:]
        assert (event.actor, event.outcome, event.at) == ("eve", "denied", clock.now), name
        assert control.value in event.detail["why"], name


@pytest.mark.parametrize("control", Control, ids=lambda control: control.name.lower())
def test_with_its_control_and_those_above_it_every_call_is_let_through(
    control, token_id, actor_with
):
    controls = {control}
    while (above := control.parent) is not None:
        controls.add(control := above)
    if any("revo" in name and "inventory" in name for name in CALLS[control]):
        controls |= {Control.TOKEN_INVENTORY, Control.APPLICATION_USERS, Control.API_TOKENS}
    eve = actor_with(controls)
    for call in CALLS[control].values():
        call(eve, token_id)


def test_without_a_control_above_it_a_control_gives_nothing(token_id, actor_with):
    eve = actor_with(set(Control) - {Control.APPLICATION_USERS})
    below = (Control.API_TOKENS, Control.USER_MEMBERSHIP, Control.ACTIVITY)
    assert set(eve.users.authority().controls) == set(besides(Control.APPLICATION_USERS)) - {*below}
    for control in below:
        for call in CALLS[control].values():
            with pytest.raises(NotAllowed):
                call(eve, token_id)


def test_who_gives_tokens_sees_the_apis(populated, actor_with):
    eve = actor_with({Control.APPLICATION_USERS, Control.API_TOKENS})
    assert [api.name for api in eve.apis.list()] == ["billing", "reports", "orders"]


def test_every_public_method_of_every_service_is_tried_here():
    public = {
        f"{field.name}.{name}"
        for field in dataclasses.fields(Platform)
        if inspect.isclass(service := inspect.get_annotations(Platform, eval_str=True)[field.name])
        and issubclass(service, Service)
        for name, member in vars(service).items()
        if inspect.isfunction(member) and not name.startswith("_")
    }
    tried = {name for calls in CALLS.values() for name in calls}
    assert tried | FREE == public


@pytest.mark.parametrize("actor", ["nobody", "", "admin' OR '1'='1", "ADMIN"])
def test_who_is_no_user_can_do_nothing(actor, token_id, platform_of, database):
    stranger = platform_of(actor)
    before = rows(database)
    for calls in CALLS.values():
        for call in calls.values():
            with pytest.raises(IdentityError):
                call(stranger, token_id)
    with pytest.raises(IdentityError):
        stranger.preferences.set("tabs", [])
    assert rows(database) == before


def test_an_administrator_who_is_made_inactive_can_do_nothing_from_then_on(
    token_id, actor_with, populated, database
):
    eve = actor_with(set(Control))
    assert eve.users.get("jdoe").name == "Jane Doe"
    populated.users.edit("eve", is_active=False)
    before = rows(database)
    for calls in CALLS.values():
        for call in calls.values():
            with pytest.raises(IdentityError):
                call(eve, token_id)
    assert rows(database) == before


def test_a_control_of_an_inactive_group_is_none(token_id, actor_with, populated):
    eve = actor_with(set(Control))
    populated.groups.edit("Some", is_active=False)
    assert eve.users.authority().controls == ()
    with pytest.raises(NotAllowed):
        eve.tokens.revoke(token_id)


def test_the_same_refusal_is_recorded_once_in_a_minute(token_id, actor_with, database, clock):
    eve = actor_with(())

    def denials():
        return [event for event in events(database) if event.outcome == "denied"]

    for _ in range(5):
        with pytest.raises(NotAllowed):
            eve.tokens.revoke(token_id)
    assert len(denials()) == 1
    clock.advance(timedelta(minutes=1))
    with pytest.raises(NotAllowed):
        eve.tokens.revoke(token_id)
    assert len(denials()) == 2
    assert {(event.action, event.subject) for event in denials()} == {
        ("revoke token", f"token {token_id}")
    }


def test_a_refused_attempt_is_among_what_happened_to_its_user_and_token(
    token_id, actor_with, populated
):
    eve = actor_with(())
    for attempt in (
        lambda: eve.users.edit("jdoe", name="Mallory"),
        lambda: eve.memberships.set("jdoe", "Readers", True),
        lambda: eve.tokens.add("jdoe", "new", Access.FULL),
        lambda: eve.tokens.regenerate(token_id),
        lambda: eve.tokens.revoke_all("jdoe"),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    refused = populated.history.page(user_id="jdoe", outcome="denied").rows
    assert [event.action for event in refused] == [
        "revoke all tokens",
        "regenerate token",
        "add token",
        "add member",
        "edit user",
    ]
    (on_token,) = populated.history.page(token_id=token_id, outcome="denied").rows
    assert on_token.action == "regenerate token"


@pytest.mark.parametrize(
    "user", ["nobody", "a\0b", "a\ud800b", "jdoe\u202e", "x" * 10_000, 1, None]
)
def test_a_refused_attempt_on_nobody_is_recorded_without_a_user(user, actor_with, populated):
    with pytest.raises(NotAllowed):
        actor_with(()).tokens.revoke_all(user)
    (refused,) = populated.history.page(outcome="denied").rows
    assert refused.user_id is None


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b", "a\u202eb", "x" * 10_000, "<script>"])
def test_a_refusal_is_recorded_whatever_was_asked_for(name, actor_with, database):
    eve = actor_with(())
    with pytest.raises(NotAllowed):
        eve.tokens.add("jdoe", name, Access.READ)
    event = events(database)[-1]
    assert event.outcome == "denied"
    assert event.subject.startswith("jdoe: ") and len(event.subject) <= 200
    assert not {"\0", "\ud800", "\u202e"} & set(event.subject)
