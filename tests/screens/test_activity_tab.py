"""The tab Activity: what was done to a user, in words."""

from __future__ import annotations

from typing import Any

from person import Person

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access


def events_of(person: Person) -> Any:
    return person.app.detail._tabs["Activity"].events


def details(person: Person) -> dict[str, str]:
    """The details of the newest event of each action."""
    rows = reversed(events_of(person).rows)
    return {row["action"]: row["details"] for row in rows}


def test_what_was_done_is_told_in_words_newest_first(admin: Person, populated: Platform):
    grants = {"orders": Access.FULL, "billing": Access.READ}
    token = populated.tokens.add("jdoe", "etl", grants, months=3).token
    populated.tokens.edit(token.id, name="etl 2", months=12, grants={"orders": Access.READ})
    populated.users.edit("jdoe", name="Jane Miller")
    populated.users.edit("jdoe", is_active=False)
    populated.tokens.revoke_all("jdoe")
    admin.opens("jdoe", "Activity")
    assert [row["action"] for row in events_of(admin).rows] == [
        "revoke all tokens",
        "deactivate user",
        "edit user",
        "edit token",
        "add token",
        "add user",
    ]
    assert events_of(admin).total == "6 events"
    said = details(admin)
    assert said["add token"].startswith("months: 3; expires: 2026-04-30T12:00:00+00:00; ")
    assert "Full Access: orders; Read Access: billing; token: twk_…" in said["add token"]
    assert said["edit token"] == (
        "name: etl → etl 2; expires: 2026-04-30T12:00:00+00:00 → 2027-01-31T12:00:00+00:00;"
        " billing: Read Access → No Access, orders: Full Access → Read Access"
    )
    assert said["edit user"] == "name: Jane Doe → Jane Miller"
    assert said["deactivate user"] == "active: yes → no"
    assert said["revoke all tokens"] == "count: 1"
    assert said["add user"] == "name: Jane Doe; email: jdoe@example.org; department: Finance"


def test_many_names_are_cut_short(admin: Person, populated: Platform):
    names = [f"api{number:02}" for number in range(13)]
    for name in names:
        populated.apis.add(name)
    populated.tokens.add("jdoe", "etl", dict.fromkeys(names, Access.READ))
    admin.opens("jdoe", "Activity")
    assert f"Read Access: {', '.join(names[:10])} and 3 more;" in details(admin)["add token"]


def test_it_comes_in_pages(admin: Person, populated: Platform):
    for number in range(30):
        populated.users.edit("jdoe", name=f"Jane {number}")
    admin.opens("jdoe", "Activity")
    events = events_of(admin)
    assert (len(events.rows), events.has_next) == (25, True)
    admin.does(events, "next-page")
    assert len(events.rows) == 6
    admin.does(events, "rows-per-page", count=10)
    assert (len(events.rows), events.page) == (10, 1)


def test_nothing_of_another_user_is_in_it(admin: Person, populated: Platform):
    populated.users.edit("asmith", name="Alan Other")
    admin.opens("jdoe", "Activity")
    assert [row["subject"] for row in events_of(admin).rows] == ["jdoe"]
