"""The screen Token Inventory: the table, its filters, the charts, files."""

from __future__ import annotations

import io
from datetime import timedelta
from functools import partial
from typing import Any

import pandas as pd
import pytest
from house import goes_to, takes_download
from inventory_steps import filters, names
from person import Person

from tokenwidgets.platform import Platform
from tokenwidgets.screens import inventory
from tokenwidgets.vocabulary import Access, Control, TokenStatus

READ_ORDERS = {"orders": Access.READ}


def test_a_row_has_what_the_columns_show(screen: Any, tokens: dict[str, int]):
    (row,) = [row for row in screen.table.rows if row["name"] == "loader"]
    hint = row.pop("hint")
    assert hint.startswith("twk_…")
    assert row == {
        "key": str(tokens["loader"]),
        "name": "loader",
        "owner": "jdoe",
        "access": {
            "summary": "Full: 1, Read: 1",
            "items": [["billing", "Read Access"], ["orders", "Full Access"]],
        },
        "created": "2026-01-31T12:00:00+00:00",
        "expires": "2026-07-31T12:00:00+00:00",
        "last_used": None,
        "status": "active",
    }
    (used,) = [column for column in screen.table.columns if column["key"] == "last_used"]
    assert used["none"] == "Never"
    assert screen.table.total == "4 tokens"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"search": "LOAD"}, {"loader"}),
        ({"search": "alan"}, {"=cmd|x", "gone"}),
        ({"status": "revoked"}, {"gone"}),
        ({"status": "live"}, {"loader", "report", "=cmd|x"}),
        ({"api": "orders"}, {"loader", "=cmd|x", "gone"}),
        ({"api": "orders", "access": "full"}, {"loader"}),
        ({"api": "orders", "access": "none"}, {"report"}),
        ({"owner": "jdoe"}, {"loader", "report"}),
        ({"month": "2026-04"}, {"report"}),
        ({"month": "2026-07", "owner": "asmith"}, {"=cmd|x", "gone"}),
        ({"unused": "30"}, set()),
        ({"expiring": "90"}, {"report"}),
        ({"expiring": "7"}, set()),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "-".join(sorted(value)) or "none",
)
def test_filters_leave_what_matches_all_of_them(
    values: dict[str, str], expected: set[str], admin: Person, screen: Any
):
    filters(admin, screen, **values)
    assert names(screen) == expected
    assert screen.bar.problems == {}
    admin.does(screen.bar, "clear-filters")
    assert len(names(screen)) == 4


def test_tokens_unused_for_long_are_found(admin: Person, screen: Any, clock: Any):
    clock.advance(timedelta(days=31))
    filters(admin, screen, unused="30", status="live")
    assert names(screen) == {"loader", "report", "=cmd|x"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "dead"),
        ("access", "Full Access"),
        ("unused", "31"),
        ("unused", "-30"),
        ("expiring", "1e9"),
        ("month", "2026-13"),
        ("month", "0000-01"),
        ("month", "July"),
        ("owner", "nobody"),
        ("api", "nothing"),
    ],
)
def test_what_is_none_of_the_choices_is_told_beside_its_filter_and_changes_nothing(
    name: str, value: str, admin: Person, screen: Any
):
    before = screen.table.rows
    filters(admin, screen, **{name: value})
    assert list(screen.bar.problems) == [name]
    assert screen.table.rows == before
    admin.does(screen.bar, "act", name="revoke-matching")
    assert admin.dialog.title == "Revoke 3 tokens?", "the filters that count are those on show"


def test_the_table_is_sorted_and_paged(admin: Person, screen: Any, populated: Platform):
    for number in range(20):
        populated.tokens.add("jdoe", f"t{number:02}", READ_ORDERS)
    admin.does(screen.table, "sort-by", column="name")
    admin.does(screen.table, "rows-per-page", count=10)
    first = [row["name"] for row in screen.table.rows]
    assert first == sorted(first)
    admin.does(screen.table, "next-page")
    assert not set(first) & names(screen)
    admin.does(screen.table, "sort-by", column="name")
    assert screen.table.rows[0]["name"] == "t19"
    admin.does(screen.table, "sort-by", column="hint")
    assert screen.table.sort == "name"


def test_the_charts_count_by_month_and_status_and_by_api_and_access(screen: Any):
    months, apis = screen.chart.figures
    assert months["columns"] == ["Month", "Active", "Revoked"]
    assert [(row["label"], [cell["value"] for cell in row["cells"]]) for row in months["rows"]] == [
        ("April 2026", [1, 0]),
        ("July 2026", [2, 1]),
    ]
    domain = months["spec"]["encoding"]["x"]["scale"]["domain"]
    assert domain == ["Apr 2026", "May 2026", "Jun 2026", "Jul 2026"], "no gaps"
    assert apis["columns"] == ["API", "Full Access", "Read Access"]
    assert [(row["label"], [cell["value"] for cell in row["cells"]]) for row in apis["rows"]] == [
        ("orders", [1, 2]),
        ("billing", [0, 1]),
        ("reports", [0, 1]),
    ]


def test_every_bar_of_a_chart_can_be_picked_and_leads_to_as_many_tokens(admin: Person, screen: Any):
    bars = [value for figure in screen.chart.figures for value in figure["spec"]["data"]["values"]]
    assert len({value["pick"] for value in bars}) == len(bars) > 4
    for value in bars:
        admin.does(screen.chart, "pick", key=value["pick"])
        assert len(screen.table.rows) == value["Tokens"], value
        admin.does(screen.chart, "pick", key=value["pick"])
        assert len(screen.table.rows) == 4, "picked again, it is let go"


def test_a_picked_bar_keeps_the_others_of_its_chart_and_filters_the_other_chart(
    admin: Person, screen: Any
):
    admin.does(screen.chart, "pick", key="month|2026-04|active")
    assert screen.bar.values == {"month": "2026-04", "status": "active"}
    months, apis = screen.chart.figures
    assert len(months["rows"]) == 2
    on = {value["pick"] for value in months["spec"]["data"]["values"] if value["on"]}
    assert on == {"month|2026-04|active"}
    assert [row["label"] for row in apis["rows"]] == ["reports"]


@pytest.mark.parametrize(
    "key", ["", "month", "month|x|y", "api|admin|orders", "api|read|nothing", "users|1|2", "||||"]
)
def test_a_bar_that_there_is_not_changes_nothing(key: str, admin: Person, screen: Any):
    before = screen.table.rows
    admin.does(screen.chart, "pick", key=key)
    assert screen.table.rows == before


def test_the_owner_s_link_opens_their_tokens_and_close_leads_back(admin: Person, screen: Any):
    filters(admin, screen, owner="asmith")
    admin.does(screen.table, "open-row", key=screen.table.rows[0]["key"])
    assert (admin.strip.subheading, admin.strip.selected) == ("asmith", "API Tokens")
    admin.does(admin.strip, "close")
    assert admin.shown == [screen.bar, screen.chart, screen.table]
    assert names(screen) == {"=cmd|x", "gone"}


def test_a_row_that_is_not_on_the_page_opens_nothing(admin: Person, screen: Any):
    for key in ("999", "x", "-1", "1' OR 1=1"):
        admin.does(screen.table, "open-row", key=key)
        assert admin.said[0] == "alert"
        assert admin.shown == [screen.bar, screen.chart, screen.table]


def test_a_limited_auditor_sees_charts_and_downloads_their_users_tokens_alone(
    person_of: Any, tokens: dict[str, int], populated: Platform
):
    populated.groups.add("Desk", controls=[Control.TOKEN_INVENTORY], departments=["Finance"])
    populated.users.add("auditor", "Aud Itor")
    populated.memberships.set("auditor", "Desk", True)
    auditor = person_of("auditor")
    screen = goes_to(auditor, Control.TOKEN_INVENTORY)
    assert names(screen) == {"loader", "report"}
    assert screen.table.total == "2 tokens"
    months, apis = screen.chart.figures
    assert sum(cell["value"] for row in months["rows"] for cell in row["cells"]) == 2
    assert {row["label"] for row in apis["rows"]} == {"orders", "billing", "reports"}
    filters(auditor, screen, owner="asmith")
    assert list(screen.bar.problems) == ["owner"]
    auditor.does(screen.bar, "act", name="download", item="CSV")
    _, data = takes_download(auditor)
    assert b"loader" in data
    assert b"asmith" not in data


def test_the_download_is_of_what_matches_and_the_same_in_each_format(
    admin: Person, screen: Any, tokens: dict[str, int]
):
    filters(admin, screen, status="live")
    frames = {}
    readers: dict[str, Any] = {
        "CSV": pd.read_csv,
        "Excel": partial(pd.read_excel, engine="openpyxl"),
        "Parquet": pd.read_parquet,
    }
    for kind, read in readers.items():
        admin.does(screen.bar, "act", name="download", item=kind)
        name, data = takes_download(admin)
        assert name.startswith("token-inventory-")
        frames[kind] = read(io.BytesIO(data))
    live = {tokens[name] for name in ("loader", "report", "=cmd|x")}
    assert {kind: set(frame["token_id"]) for kind, frame in frames.items()} == dict.fromkeys(
        readers, live
    )
    assert "'=cmd|x" in set(frames["CSV"]["name"]), "no formula"
    assert admin.said == ("status", "3 tokens downloaded as Parquet.")


def test_a_format_that_there_is_not_hands_over_nothing(admin: Person, screen: Any):
    for item in ("", "exe", "../x.csv", "csv"):
        admin.does(screen.bar, "act", name="download", item=item)
    assert admin.wire.customs(admin.app.shell.downloads) == []


def test_a_download_of_too_many_tokens_says_what_else_to_do(
    admin: Person, screen: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(inventory, "_MOST_IN_EXCEL", 3)
    admin.does(screen.bar, "act", name="download", item="Excel")
    assert admin.said[0] == "alert"
    assert "4 tokens match, and a download holds 3 at most" in admin.said[1]
    assert "tokenwidgets inventory -o FILE" in admin.said[1]
    admin.does(screen.bar, "act", name="download", item="CSV")
    assert takes_download(admin)[1]


def test_expired_tokens_are_shown_as_such_on_a_later_day(admin: Person, screen: Any, clock: Any):
    clock.advance(timedelta(days=100))
    filters(admin, screen, status=TokenStatus.EXPIRED.value)
    assert names(screen) == {"report"}


def test_no_tokens_yet_says_what_to_do_first(admin: Person):
    screen = goes_to(admin, Control.TOKEN_INVENTORY)
    assert "Open a user" in screen.table.empty
    assert [figure["rows"] for figure in screen.chart.figures] == [[], []]


def test_no_secret_is_anywhere_in_the_screen_s_state(
    admin: Person, screen: Any, populated: Platform
):
    secret = populated.tokens.add("jdoe", "fresh", READ_ORDERS).secret.reveal()
    goes_to(admin, Control.TOKEN_INVENTORY)
    assert secret not in admin.wire.states()
    assert admin.secrets_in_state() == []
