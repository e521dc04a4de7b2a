"""What an actor may do: groups' controls added up, paths, departments, delegated administration."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from state import rows

from tokenwidgets.authority import Authority, Reach
from tokenwidgets.errors import ImportRefused, InvalidValue, NotAllowed, UnknownToken, UnknownUser
from tokenwidgets.schema import GroupControl
from tokenwidgets.tokens import TokenFilter
from tokenwidgets.vocabulary import Access, Control

DEPARTMENTS = ("Finance", "Sales", "IT")
REACHES = st.builds(
    Reach, st.booleans(), st.frozensets(st.sampled_from(DEPARTMENTS)).map(frozenset)
)
AUTHORITIES = st.builds(
    Authority,
    st.just("eve"),
    st.just(1),
    st.just("Eve"),
    st.dictionaries(st.sampled_from(list(Control)), REACHES),
)


@given(REACHES, REACHES, st.sampled_from((*DEPARTMENTS, "")))
def test_two_groups_reach_what_either_reaches_and_a_path_what_all_of_it_reaches(
    one, other, department
):
    assert (one | other).covers(department) == (one.covers(department) or other.covers(department))
    assert (one & other).covers(department) == (one.covers(department) and other.covers(department))


@given(AUTHORITIES, st.sampled_from(list(Control)), st.sampled_from((*DEPARTMENTS, "")))
def test_a_control_reaches_no_further_than_every_control_above_it(authority, control, department):
    own = authority.reaches.get(control, Reach())
    expected = own.covers(department) and (own.everybody or not control.needs_everybody)
    if control.parent is not None:
        expected = expected and authority.reach(control.parent).covers(department)
    assert authority.reach(control).covers(department) == expected


@given(AUTHORITIES, st.sampled_from(list(Control)))
def test_what_is_had_is_what_is_not_refused(authority, control):
    assert (control in authority.controls) == authority.has(control)
    if authority.has(control):
        assert authority.require(control) == authority.reach(control)
    else:
        with pytest.raises(NotAllowed, match=f"eve does not have the control “{control}”"):
            authority.require(control)


DELEGATED = (
    Control.APPLICATION_USERS,
    Control.API_TOKENS,
    Control.USER_MEMBERSHIP,
    Control.ACTIVITY,
    Control.TOKEN_INVENTORY,
    Control.AUDIT_LOG,
)


@pytest.fixture
def tokens(populated):
    """A token of jdoe, of Finance, and one of asmith, of Sales."""
    return {
        owner: populated.tokens.add(owner, f"{owner}-load", {"orders": Access.READ}).token.id
        for owner in ("jdoe", "asmith")
    }


@pytest.fixture
def delegate(populated, tokens, platform_of):
    """The platform as dora, who administers the users of Finance and nobody else."""
    populated.users.add("dora", "Dora Delegate", department="Finance")
    populated.groups.add("Finance desk", controls=DELEGATED, departments=["Finance"])
    populated.memberships.set("dora", "Finance desk", True)
    return platform_of("dora")


def test_a_delegated_administrator_sees_only_their_departments_users(delegate):
    page = delegate.users.page()
    assert ([user.user_id for user in page.rows], page.total) == (["dora", "jdoe"], 2)
    assert delegate.users.page(search="smith").total == 0
    assert delegate.users.departments() == ("Finance",)
    assert delegate.users.get("jdoe").live_tokens == 1
    with pytest.raises(UnknownUser):
        delegate.users.get("asmith")
    for sort in ("name", "email", "department", "is_active", "live_tokens", "next_expiry"):
        assert {user.user_id for user in delegate.users.page(sort=sort).rows} == {"dora", "jdoe"}


def test_a_delegated_administrator_sees_only_their_departments_tokens(delegate, tokens):
    assert delegate.tokens.page("jdoe").total == 1
    assert delegate.tokens.get(tokens["jdoe"]).owner == "jdoe"
    page = delegate.inventory.page()
    assert ([token.owner for token in page.rows], page.total) == (["jdoe"], 1)
    assert delegate.inventory.revocable() == 1
    assert [month.count for month in delegate.inventory.expirations()] == [1]
    assert [(api.api, api.count) for api in delegate.inventory.by_api()] == [("orders", 1)]
    with pytest.raises(UnknownUser):
        delegate.inventory.page(TokenFilter(owner="asmith"))


def test_a_delegated_administrator_sees_only_their_departments_history(delegate, platform):
    seen = delegate.history.page(rows=1000)
    assert {event.user_id for event in seen.rows} == {"jdoe", "dora"}
    about_them = [
        event
        for event in platform.history.page(rows=1000).rows
        if event.user_id in ("jdoe", "dora")
    ]
    assert list(seen.rows) == about_them and seen.total == len(about_them)
    assert delegate.history.page(user_id="asmith").total == 0
    assert delegate.history.page(search="asmith").total == 0
    with pytest.raises(UnknownUser):
        delegate.history.of_user("asmith")


def test_another_departments_users_and_tokens_are_as_if_they_were_not_there(
    delegate, tokens, database
):
    other = tokens["asmith"]
    refused = {
        UnknownUser: (
            lambda: delegate.users.edit("asmith", name="Other"),
            lambda: delegate.tokens.page("asmith"),
            lambda: delegate.tokens.add("asmith", "mine", Access.READ),
            lambda: delegate.tokens.add_separately("asmith", "mine", Access.READ),
            lambda: delegate.tokens.revoke_all("asmith"),
            lambda: delegate.memberships.of_user("asmith"),
            lambda: delegate.memberships.set("asmith", "Finance desk", True),
        ),
        UnknownToken: (
            lambda: delegate.tokens.get(other),
            lambda: delegate.tokens.edit(other, name="mine"),
            lambda: delegate.tokens.regenerate(other),
            lambda: delegate.tokens.revoke(other),
            lambda: delegate.inventory.revoke_selected([tokens["jdoe"], other]),
        ),
    }
    before = rows(database)
    for kind, calls in refused.items():
        for call in calls:
            with pytest.raises(kind):
                call()
    assert rows(database) == before


def test_the_refusal_does_not_tell_whether_the_other_user_exists(delegate):
    def refusal(user_id):
        with pytest.raises(UnknownUser) as refused:
            delegate.users.get(user_id)
        return str(refused.value).replace(user_id, "?")

    assert refusal("asmith") == refusal("nobody")


def test_a_delegated_administrator_changes_their_departments_users(delegate, platform):
    delegate.users.edit("jdoe", name="Jane Roe")
    new = delegate.tokens.add("jdoe", "new", Access.READ)
    delegate.tokens.edit(new.token.id, name="newer")
    assert delegate.tokens.revoke_all("jdoe") == 2
    delegate.users.add("fred", "Fred Finance", department="Finance")
    assert platform.users.get("fred").department == "Finance"


@pytest.mark.parametrize("department", ["Sales", "", "finance"])
def test_nobody_can_be_put_where_the_delegated_administrator_does_not_reach(
    delegate, platform, department
):
    with pytest.raises(InvalidValue, match="Department: must be one that you administer: Finance"):
        delegate.users.add("new", "New", department=department)
    with pytest.raises(InvalidValue, match="Department"):
        delegate.users.edit("jdoe", department=department)
    assert platform.users.get("jdoe").department == "Finance"


def test_nobody_is_moved_to_where_more_of_the_delegates_controls_reach(delegate, platform):
    platform.groups.add("Sales profiles", controls=["Application Users"], departments=["Sales"])
    platform.memberships.set("dora", "Sales profiles", True)
    file = b"user_id,name,department\nasmith,Alan Smith,Finance\n"
    refusal = "cannot be one that your control “Application Users > API Tokens” reaches"
    for error, move in (
        (InvalidValue, lambda: delegate.users.edit("asmith", department="Finance")),
        (ImportRefused, lambda: delegate.imports.users(file, "users.csv")),
    ):
        with pytest.raises(error, match=refusal):
            move()
    assert platform.users.get("asmith").department == "Sales"
    # The other way only gives power away, and a new user has nothing yet.
    delegate.users.edit("jdoe", department="Sales")
    with pytest.raises(InvalidValue, match=refusal):
        delegate.users.edit("jdoe", department="Finance")
    delegate.users.add("new", "New", department="Finance")
    platform.groups.set_controls("Sales profiles", DELEGATED)
    assert delegate.users.edit("jdoe", department="Finance").department == "Finance"


def test_who_has_controls_is_switched_on_and_off_only_by_who_has_them_too(delegate, platform):
    platform.memberships.set("jdoe", "Administrators", True)
    file = b"user_id,name,active\njdoe,Jane Doe,%s\n"
    for active, word in ((False, b"no"), (True, b"yes")):
        for switch in (
            lambda active=active: delegate.users.edit("jdoe", is_active=active),
            lambda word=word: delegate.imports.users(file % word, "users.csv"),
        ):
            with pytest.raises(NotAllowed, match=r"dora cannot .* Administrators"):
                switch()
        platform.users.edit("jdoe", is_active=active)
    refused = platform.history.page(outcome="denied").rows
    assert [event.action for event in refused] == ["import users", "edit user"]
    delegate.users.edit("jdoe", name="Jane Roe", is_active=True)
    # What dora has, too, is no obstacle.
    platform.memberships.set("jdoe", "Administrators", False)
    platform.memberships.set("jdoe", "Finance desk", True)
    assert not delegate.users.edit("jdoe", is_active=False).is_active
    assert delegate.imports.users(file % b"yes", "users.csv").changed == 1


def test_groups_and_apis_belong_to_no_department_so_limited_controls_over_them_are_none(
    delegate, platform, database
):
    controls = [*DELEGATED, Control.USER_GROUPS, Control.APIS]
    platform.groups.set_controls("Finance desk", controls)
    assert delegate.users.authority().controls == DELEGATED
    before = rows(database, trail=False)
    for call in (
        lambda: delegate.groups.list(),
        lambda: delegate.groups.members("Administrators"),
        lambda: delegate.groups.edit("Finance desk", departments=[]),
        lambda: delegate.groups.set_controls("Finance desk", list(Control)),
        lambda: delegate.apis.edit("orders", is_active=False),
    ):
        with pytest.raises(NotAllowed, match="for everybody"):
            call()
    assert rows(database, trail=False) == before


def test_nobody_gives_more_than_they_have(delegate, platform):
    platform.groups.add("Sales desk", controls=DELEGATED, departments=["Sales"])
    platform.groups.add("Both desks", controls=DELEGATED, departments=["Finance", "Sales"])
    platform.groups.add("Nothing")
    for group in ("Administrators", "Sales desk", "Both desks"):
        with pytest.raises(NotAllowed, match="dora cannot give the control"):
            delegate.memberships.set("dora", group, True)
    for group in ("Finance desk", "Nothing"):
        delegate.memberships.set("jdoe", group, True)
    assert platform.users.get("jdoe").groups == ("Finance desk", "Nothing")


def test_the_controls_and_departments_of_several_groups_add_up(delegate, platform):
    platform.groups.add("Sales eyes", controls=["Application Users"], departments=["Sales"])
    platform.memberships.set("dora", "Sales eyes", True)
    assert {user.user_id for user in delegate.users.page().rows} == {"asmith", "dora", "jdoe"}
    with pytest.raises(UnknownUser):
        delegate.tokens.page("asmith")
    platform.groups.edit("Sales eyes", is_active=False)
    assert delegate.users.page().total == 2


def test_a_group_without_departments_reaches_everybody(delegate, platform):
    platform.groups.edit("Finance desk", departments=[])
    assert delegate.users.page().total == 4
    assert delegate.tokens.page("asmith").total == 1


def test_a_control_that_this_version_does_not_know_gives_nothing(delegate, platform, database):
    with database.write() as session:
        session.execute(
            update(GroupControl)
            .where(GroupControl.control == Control.AUDIT_LOG.value)
            .values(control="Everything > And More")
        )
    assert Control.AUDIT_LOG not in delegate.users.authority().controls
    with pytest.raises(NotAllowed):
        delegate.history.page()
    # Nor is it lost or in the way when the group's controls are set by this version.
    platform.groups.set_controls("Finance desk", [Control.APPLICATION_USERS])
    stored = {control for _, control in rows(database)["group_controls"]}
    assert "Everything > And More" in stored
