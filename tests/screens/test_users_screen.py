"""The summary of users: searched, sorted and paged by the service."""

from __future__ import annotations

from house import goes_to
from person import Person

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access, Control

REFUSED = "Search: has a character that cannot be shown plainly (U+0000)."


def keys(person: Person) -> list[str]:
    return [row["key"] for row in person.picker.rows]


def many_users(platform: Platform, count: int = 30) -> None:
    for number in range(count):
        platform.users.add(f"p{number:02}", f"User {number:02}")


def test_a_row_has_what_the_columns_show(admin: Person, populated: Platform):
    populated.tokens.add("jdoe", "x", {"orders": Access.READ}, months=3)
    populated.memberships.set("jdoe", "Administrators", True)
    admin.does(admin.picker, "search", text="jdoe")
    (row,) = admin.picker.rows
    expires = row.pop("next_expiry")
    assert expires.startswith("2026-04-30T12:00")
    assert row == {
        "key": "jdoe",
        "name": "Jane Doe",
        "email": "jdoe@example.org",
        "groups": ["Administrators"],
        "active": True,
        "tokens": 1,
    }


def test_a_search_shows_those_who_match(admin: Person):
    admin.does(admin.picker, "search", text="SMITH")
    assert keys(admin) == ["asmith"]
    assert admin.picker.total == "1 user"
    admin.does(admin.picker, "search", text="nobody like this")
    assert keys(admin) == []
    assert admin.picker.empty == "No user matches this search."


def test_a_search_for_what_no_text_has_is_refused_in_words(admin: Person):
    admin.does(admin.picker, "search", text="jdoe\0")
    assert admin.said == ("alert", REFUSED)
    admin.does(admin.picker, "search", text="jdoe")
    assert (keys(admin), admin.said[1]) == (["jdoe"], "")
    apis = goes_to(admin, Control.APIS)
    admin.does(apis.list.table, "search", text="orders\0")
    assert admin.said == ("alert", REFUSED)


def test_a_header_sorts_and_sorts_the_other_way(admin: Person):
    admin.does(admin.picker, "sort-by", column="name")
    assert [row["name"] for row in admin.picker.rows] == ["Ada Admin", "Alan Smith", "Jane Doe"]
    admin.does(admin.picker, "sort-by", column="name")
    assert [row["name"] for row in admin.picker.rows] == ["Jane Doe", "Alan Smith", "Ada Admin"]


def test_a_column_that_cannot_be_sorted_by_changes_nothing(admin: Person):
    before = admin.picker.get_state()
    for column in ("groups", "password", "", "user_id; DROP TABLE users"):
        admin.does(admin.picker, "sort-by", column=column)
    assert admin.picker.get_state() == before


def test_pages_follow_one_another_and_lead_back(admin: Person, populated: Platform):
    many_users(populated)
    admin.does(admin.picker, "rows-per-page", count=10)
    first = keys(admin)
    assert (admin.picker.has_previous, admin.picker.has_next) == (False, True)
    admin.does(admin.picker, "next-page")
    second = keys(admin)
    assert admin.picker.page == 2
    assert not set(first) & set(second)
    admin.does(admin.picker, "previous-page")
    assert keys(admin) == first
    assert admin.picker.page == 1


def test_past_the_ends_there_is_nothing(admin: Person):
    before = admin.picker.get_state()
    admin.does(admin.picker, "next-page")
    admin.does(admin.picker, "previous-page")
    assert admin.picker.get_state() == before


def test_search_sort_and_page_are_kept_while_a_user_is_open(admin: Person, populated: Platform):
    many_users(populated)
    admin.does(admin.picker, "search", text="user")
    admin.does(admin.picker, "sort-by", column="name")
    admin.does(admin.picker, "rows-per-page", count=10)
    admin.does(admin.picker, "next-page")
    left = keys(admin)
    admin.opens(left[0])
    admin.does(admin.strip, "close")
    assert admin.shown == [admin.picker]
    assert keys(admin) == left
    assert (admin.picker.search, admin.picker.sort, admin.picker.page) == ("user", "name", 2)


def test_the_summary_is_up_to_date_when_a_user_is_closed(admin: Person, populated: Platform):
    admin.opens("jdoe")
    populated.users.edit("jdoe", name="Jane Miller")
    admin.does(admin.strip, "close")
    assert "Jane Miller" in [row["name"] for row in admin.picker.rows]


def test_a_page_that_has_nothing_left_gives_way_to_the_first(admin: Person, populated: Platform):
    many_users(populated, 11)
    admin.does(admin.picker, "search", text="user")
    admin.does(admin.picker, "rows-per-page", count=10)
    admin.does(admin.picker, "next-page")
    (last,) = keys(admin)
    admin.opens(last)
    populated.users.edit(last, name="Somebody Else")
    admin.does(admin.strip, "close")
    assert admin.picker.page == 1
    assert admin.picker.total == "10 users"
    assert len(keys(admin)) == 10
