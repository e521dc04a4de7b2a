"""The screen Audit Log: filtered by the service, in days of the viewer's zone, and as a file."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from house import goes_to, takes_download
from person import Person

from tokenwidgets.platform import Platform
from tokenwidgets.screens import audit_log
from tokenwidgets.vocabulary import Access, Control


@pytest.fixture
def screen(admin: Person) -> Any:
    """The screen; the platform has been made on 31 January 2026 at 12:00 UTC."""
    return goes_to(admin, Control.AUDIT_LOG)


def filters(person: Person, screen: Any, zone: str = "", **values: str) -> None:
    person.does(screen.bar, "filter", values=values, zone=zone)


def subjects(screen: Any) -> set[str]:
    return {row["subject"] for row in screen.events.rows}


def test_the_newest_event_is_the_first(admin: Person, screen: Any, populated: Platform):
    populated.apis.edit("orders", title="Other")
    goes_to(admin, Control.AUDIT_LOG)
    assert screen.events.rows[0]["action"] == "edit API"
    assert screen.events.total.endswith(" events")


def test_a_search_for_what_no_text_has_is_refused_beside_the_filter(
    admin: Person, screen: Any, populated: Platform
):
    populated.tokens.add("jdoe", "nightly", {"orders": Access.READ})
    inventory = goes_to(admin, Control.TOKEN_INVENTORY)
    for each in (screen, inventory):
        filters(admin, each, search="jdoe\0")
        assert "U+0000" in each.bar.problems["search"]
        filters(admin, each, search="jdoe")
        assert each.bar.problems == {}
    assert (subjects(screen), inventory.table.total) == ({"jdoe", "nightly"}, "1 token")


def test_filters_leave_what_matches_all_of_them(admin: Person, screen: Any, populated: Platform):
    filters(admin, screen, search="JDOE")
    assert subjects(screen) == {"jdoe"}
    filters(admin, screen, action="add API")
    assert subjects(screen) == {"orders", "billing", "reports"}
    filters(admin, screen, action="add API", actor="nobody")
    assert subjects(screen) == set()
    assert screen.events.empty == "No event matches these filters."
    admin.does(screen.bar, "clear-filters")
    assert {"jdoe", "orders"} <= subjects(screen)


def test_the_actions_to_choose_from_are_those_that_there_are(screen: Any, populated: Platform):
    (actions,) = [each for each in screen.bar.filters if each["name"] == "action"]
    there_are = {event.action for event in populated.history.page(rows=1000).rows}
    assert [option["value"] for option in actions["options"]] == ["", *sorted(there_are)]


def test_refusals_can_be_filtered(admin: Person, screen: Any, platform_of: Any):
    with pytest.raises(PermissionError):
        platform_of("jdoe").apis.add("mine")
    filters(admin, screen, outcome="denied")
    (row,) = screen.events.rows
    assert (row["actor"], row["action"], row["outcome"]) == ("jdoe", "add API", "denied")


def test_days_are_those_of_the_viewer_and_the_last_one_is_included(
    admin: Person, screen: Any, populated: Platform, clock: Any
):
    # 1 February 2026, 23:30 in Stockholm, is 22:30 UTC; Tokyo has 2 February by then.
    clock.now = datetime(2026, 2, 1, 22, 30, tzinfo=UTC)
    populated.apis.edit("orders", title="Late")
    day = {"since": "2026-02-01", "until": "2026-02-01"}
    filters(admin, screen, "Europe/Stockholm", **day)
    assert subjects(screen) == {"orders"}
    filters(admin, screen, "Asia/Tokyo", **day)
    assert subjects(screen) == set()
    filters(admin, screen, "Asia/Tokyo", since="2026-02-02")
    assert subjects(screen) == {"orders"}


def test_a_zone_that_there_is_not_counts_as_utc(admin: Person, screen: Any):
    for zone in ("Mars/Olympus", "../../etc/passwd", "/etc/passwd", "\x00", "x" * 100):
        filters(admin, screen, zone, since="2026-01-31", search=zone[:1])
        filters(admin, screen, zone, until="2026-01-30")
        assert subjects(screen) == set()
        assert admin.said[1] == ""


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "0001-01-01", "9999-12-31", "1' OR 1"])
def test_what_is_no_day_is_told_beside_its_filter_and_changes_nothing(
    day: str, admin: Person, screen: Any
):
    before = screen.events.rows
    filters(admin, screen, since=day)
    assert list(screen.bar.problems) == ["since"]
    assert screen.events.rows == before
    filters(admin, screen, since="2026-01-31")
    assert screen.bar.problems == {}


def test_a_filter_that_there_is_not_is_ignored(admin: Person, screen: Any):
    filters(admin, screen, token_id="1", subject="jdoe", cursor="x", rows="1000000")
    assert screen.bar.values == {}
    assert len(screen.events.rows) > 3


def test_pages_follow_one_another(admin: Person, screen: Any, populated: Platform):
    for number in range(25):
        populated.apis.edit("orders", title=f"Title {number}")
    goes_to(admin, Control.AUDIT_LOG)
    admin.does(screen.events, "rows-per-page", count=10)
    first = screen.events.rows
    admin.does(screen.events, "next-page")
    assert screen.events.page == 2
    assert not {row["key"] for row in first} & {row["key"] for row in screen.events.rows}
    admin.does(screen.events, "previous-page")
    assert screen.events.rows == first


def test_the_whole_of_an_event_unfolds(admin: Person, screen: Any, populated: Platform):
    token = populated.tokens.add("jdoe", "nightly", {"orders": Access.READ}).token
    goes_to(admin, Control.AUDIT_LOG)
    details = screen.events.rows[0]["details"]
    items = dict(details["items"])
    assert items["user"] == "jdoe"
    assert items["token"] == str(token.id)
    assert items["at"] == "2026-01-31 12:00:00.000000 UTC"
    assert items["access"] == '{"orders": "Read Access"}'
    assert "orders" in details["summary"]


def test_a_summary_has_no_part_of_an_instant(admin: Person, screen: Any, populated: Platform):
    token = populated.tokens.add("jdoe", "n", {"orders": Access.READ}).token
    for length in range(5, 60, 2):
        version = populated.tokens.edit(token.id, name="n" * length, months=12).version
        populated.tokens.edit(token.id, name="n", months=3, version=version)
    filters(admin, screen, action="edit token")
    admin.does(screen.events, "rows-per-page", count=100)
    assert len(screen.events.rows) == 56
    for row in screen.events.rows:
        summary = row["details"]["summary"]
        rest = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", "", summary)
        assert not re.search(r"T1|\d-?…$", rest)
        assert len(summary) <= 120


def test_a_download_is_a_csv_of_what_matches_and_no_formula(
    admin: Person, screen: Any, populated: Platform
):
    populated.groups.add("=HYPERLINK(1)", description="x")
    populated.apis.edit("orders", title="Other")
    filters(admin, screen, action="add group", search="hyper")
    admin.does(screen.bar, "act", name="download")
    name, data = takes_download(admin)
    lines = data.decode("utf-8-sig").splitlines()
    assert name.startswith("audit-log-")
    assert name.endswith(".csv")
    assert lines[0].startswith("event_id,at,actor,action,outcome")
    assert len(lines) == 2
    assert "'=HYPERLINK(1)" in lines[1]
    assert admin.said == ("status", "1 event downloaded.")


def test_a_download_of_too_many_events_says_what_else_to_do(
    admin: Person, screen: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(audit_log, "MOST_ROWS", 3)
    admin.does(screen.bar, "act", name="download")
    assert admin.said[0] == "alert"
    assert "a download holds 3 at most" in admin.said[1]
    assert admin.wire.customs(admin.app.shell.downloads) == []


def test_a_limited_auditor_sees_and_downloads_events_about_their_users_alone(
    person_of: Any, populated: Platform
):
    populated.tokens.add("jdoe", "of-finance", {"orders": Access.READ})
    populated.tokens.add("asmith", "of-sales", {"orders": Access.READ})
    populated.groups.add("Auditors", controls=[Control.AUDIT_LOG], departments=["Finance"])
    populated.users.add("auditor", "Aud Itor")
    populated.memberships.set("auditor", "Auditors", True)
    auditor = person_of("auditor")
    screen = goes_to(auditor, Control.AUDIT_LOG)
    assert "of-finance" in subjects(screen)
    assert not {"of-sales", "asmith", "orders"} & subjects(screen)
    auditor.does(screen.bar, "act", name="download")
    _, data = takes_download(auditor)
    assert b"of-finance" in data
    assert b"of-sales" not in data
    assert b"asmith" not in data


def test_no_secret_is_in_the_log_or_its_download(admin: Person, screen: Any, populated: Platform):
    secret = populated.tokens.add("jdoe", "x", {"orders": Access.READ}).secret.reveal()
    goes_to(admin, Control.AUDIT_LOG)
    admin.does(screen.bar, "act", name="download")
    _, data = takes_download(admin)
    assert secret.encode() not in data
    assert secret not in admin.wire.states()


def test_old_events_of_long_ago_are_found_by_their_day(
    admin: Person, screen: Any, populated: Platform, clock: Any
):
    clock.advance(timedelta(days=400))
    populated.apis.edit("orders", title="Much later")
    filters(admin, screen, "UTC", until="2026-01-31")
    assert "orders" in subjects(screen)
    assert all(row["action"] != "edit API" for row in screen.events.rows)
