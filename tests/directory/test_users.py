"""Application users: search, add, edit, deactivate."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from state import events, rows

from tokenwidgets.errors import (
    InvalidValue,
    LastAdministrator,
    NameInUse,
    StaleVersion,
    UnknownUser,
)
from tokenwidgets.schema import User
from tokenwidgets.vocabulary import Access, add_months

BAD_TEXTS = ["a\0b", "a\ud800b", "a\u202eb", "a\nb", "x" * 10_000, 5, None]


def ids(page):
    return [user.user_id for user in page.rows]


def test_a_user_who_is_added_is_found_and_recorded(platform, clock, database):
    added = platform.users.add("jdoe", " Jane Doe ", email="jdoe@example.org", department="IT")
    assert added == platform.users.get("jdoe")
    assert (added.name, added.email, added.department, added.is_active, added.version) == (
        "Jane Doe",
        "jdoe@example.org",
        "IT",
        True,
        1,
    )
    event = events(database)[-1]
    assert (event.actor, event.action, event.subject, event.user_id, event.at) == (
        "admin",
        "add user",
        "jdoe",
        "jdoe",
        clock.now,
    )
    assert event.detail == {"name": "Jane Doe", "email": "jdoe@example.org", "department": "IT"}


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["admin", "asmith", "jdoe"]),
        ("  ", ["admin", "asmith", "jdoe"]),
        ("DOE", ["jdoe"]),
        ("Alan", ["asmith"]),
        ("@example.org", ["asmith", "jdoe"]),
        ("a%", []),
        ("a_a", []),
        ("\\", []),
        ("nobody", []),
        ("<script>", []),
        ("x" * 10_000, []),
    ],
)
def test_a_search_finds_parts_of_user_id_name_and_email(populated, search, found):
    page = populated.users.page(search=search)
    assert (ids(page), page.total) == (found, len(found))


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ångström", ["ang"]),
        ("ÅNGSTRÖM", ["ang"]),
        ("öm, ł", ["ang"]),
        ("straße", ["ang"]),
        ("łÓDŹ", ["ang"]),
        ("100% [Ö*?]", ["ang"]),
        ("Ö_", []),
        ("Ö%", []),
        ("Ö*", ["ang"]),
        ("Ö?", []),
        ("[Öx", []),
        ("عمر", ["omar"]),
    ],
)
def test_a_search_makes_no_difference_of_case_in_any_language(platform, search, found):
    platform.users.add("ang", "Åsa Ångström, Łódź, Bahnhofstraße 100% [ö*?]")
    platform.users.add("omar", "عمر")
    page = platform.users.page(search=search)
    assert (ids(page), page.total) == (found, len(found))


@pytest.mark.parametrize("user_id", ["JDOE", "jDoe", "jdoe"])
def test_a_user_id_in_use_is_refused_whatever_its_case(populated, database, user_id):
    before = rows(database)
    with pytest.raises(NameInUse, match="is in use") as refusal:
        populated.users.add(user_id, "Another")
    assert refusal.value.field == "User ID"
    assert rows(database) == before


@pytest.mark.parametrize("value", [*BAD_TEXTS, "", "a b", "<script>", "عمر"])
def test_a_bad_user_id_is_refused(populated, database, value):
    before = rows(database)
    with pytest.raises(InvalidValue) as refusal:
        populated.users.add(value, "Somebody")
    assert refusal.value.field == "User ID"
    assert rows(database) == before


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", [*BAD_TEXTS[:-1], "", "x" * 101]),
        ("email", [*BAD_TEXTS[:-1], "nowhere", "<a@b.org>"]),
        ("department", [*BAD_TEXTS[:-1], "x" * 101]),
    ],
)
def test_a_bad_value_is_refused_beside_its_field_and_changes_nothing(
    populated, database, field, values
):
    before = rows(database)
    for value in values:
        for call in (
            lambda value=value: populated.users.add("new", **{"name": "New", field: value}),
            lambda value=value: populated.users.edit("jdoe", **{field: value}),
        ):
            with pytest.raises(InvalidValue) as refusal:
                call()
            assert refusal.value.field == field.title()
    assert rows(database) == before


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "عمر الخيام", "'; DROP TABLE users"])
def test_a_strange_name_is_a_name(populated, name):
    populated.users.edit("jdoe", name=name)
    assert populated.users.get("jdoe").name == name
    assert ids(populated.users.page(search=name)) == ["jdoe"]


@pytest.mark.parametrize("user_id", ["nobody", "", "JDOE", "a\0b", "\ud800", "x" * 10_000, 5, None])
def test_an_unknown_user_is_told(populated, user_id):
    for call in (populated.users.get, lambda it: populated.users.edit(it, name="Other")):
        with pytest.raises((UnknownUser, InvalidValue)) as refusal:
            call(user_id)
        str(refusal.value).encode()
        assert len(str(refusal.value)) < 300


def test_an_edit_changes_what_is_given_and_records_before_and_after(populated, database, clock):
    clock.advance(timedelta(hours=1))
    edited = populated.users.edit("jdoe", name="Jane Roe", version=1)
    assert edited == populated.users.get("jdoe")
    assert (edited.name, edited.email, edited.version) == ("Jane Roe", "jdoe@example.org", 2)
    event = events(database)[-1]
    assert (event.action, event.user_id) == ("edit user", "jdoe")
    assert event.detail == {"before": {"name": "Jane Doe"}, "after": {"name": "Jane Roe"}}


def test_an_edit_that_changes_nothing_is_no_event(populated, database):
    before = rows(database)
    assert populated.users.edit("jdoe", name="Jane Doe", is_active=True).version == 1
    assert rows(database) == before


def test_a_second_administrators_stale_edit_is_refused_with_the_newer_state(populated, database):
    populated.tokens.add("jdoe", "nightly", Access.READ)
    seen = populated.users.get("jdoe")
    newer = populated.users.edit("jdoe", name="Jane Roe", version=seen.version)
    before = rows(database)
    with pytest.raises(StaleVersion, match="Somebody else changed jdoe") as refusal:
        populated.users.edit("jdoe", email="other@example.org", version=seen.version)
    assert refusal.value.current == newer == populated.users.get("jdoe")
    assert newer.live_tokens == 1
    assert rows(database) == before


def test_activating_and_deactivating_are_called_so_in_the_trail(populated, database):
    assert not populated.users.edit("jdoe", is_active=False).is_active
    assert populated.users.edit("jdoe", is_active=True).is_active
    assert [event.action for event in events(database)[-2:]] == ["deactivate user", "activate user"]


def test_a_name_that_is_older_than_the_rules_is_shown_and_in_nobodys_way(populated, database):
    with database.write() as session:
        session.execute(update(User).where(User.user_id == "jdoe").values(name="Jane\u034f"))
    edited = populated.users.edit("jdoe", email="j@example.org", name="Jane\u034f", is_active=False)
    assert (edited.name, edited.email, edited.is_active) == ("Jane\u034f", "j@example.org", False)
    with pytest.raises(InvalidValue, match=r"U\+034F"):
        populated.users.edit("jdoe", name="Janet\u034f")


def test_the_last_administrator_cannot_be_deactivated(populated, database):
    before = rows(database, trail=False)
    with pytest.raises(LastAdministrator, match="nobody who can administer"):
        populated.users.edit("admin", is_active=False)
    assert rows(database, trail=False) == before
    assert events(database)[-1].outcome == "denied"
    populated.memberships.set("jdoe", "Administrators", True)
    assert not populated.users.edit("admin", is_active=False).is_active


def test_live_tokens_and_the_next_expiry_are_those_of_tokens_that_still_work(populated, clock):
    soon = populated.tokens.add("jdoe", "soon", Access.READ, months=3).token
    populated.tokens.add("jdoe", "later", Access.READ, months=12)
    gone = populated.tokens.add("jdoe", "gone", Access.READ, months=3).token
    populated.tokens.revoke(gone.id)
    jane = populated.users.get("jdoe")
    assert (jane.live_tokens, jane.next_expiry) == (2, soon.expires_at)
    assert populated.users.page(search="jdoe").rows == (jane,)
    clock.now = soon.expires_at
    jane = populated.users.get("jdoe")
    assert (jane.live_tokens, jane.next_expiry) == (1, add_months(soon.created_at, 12))
    assert populated.users.get("asmith").next_expiry is None


def test_the_groups_of_a_user_are_named(populated):
    populated.groups.add("Zebras")
    populated.groups.add("Ants")
    for group in ("Zebras", "Ants"):
        populated.memberships.set("jdoe", group, True)
    assert populated.users.get("jdoe").groups == ("Ants", "Zebras")


def test_the_departments_are_those_of_users(populated):
    populated.users.add("new", "No Department")
    assert populated.users.departments() == ("Finance", "Sales")


def test_the_answer_to_a_change_that_takes_the_actors_own_rights_is_no_error(
    populated, platform_of
):
    """The change is made, so it must not look as if it were not."""
    populated.memberships.set("jdoe", "Administrators", True)
    assert not platform_of("jdoe").users.edit("jdoe", is_active=False).is_active
    assert not populated.users.get("jdoe").is_active
