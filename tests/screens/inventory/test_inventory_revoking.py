"""Many tokens revoked at once from the inventory."""

from __future__ import annotations

from typing import Any

import pytest
from house import goes_to
from inventory_steps import filters, selects
from person import Person, live_tokens

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access, Control

READ_ORDERS = {"orders": Access.READ}


def test_the_selected_are_revoked_when_their_number_is_typed(
    admin: Person, screen: Any, tokens: dict[str, int], populated: Platform
):
    selects(admin, screen, tokens["loader"], tokens["=cmd|x"], tokens["gone"])
    admin.does(screen.table, "act", name="revoke-selected")
    assert admin.dialog.title == "Revoke 2 tokens?"
    for wrong in ("", "3", "two", "2.0", "02"):
        admin.confirms(count=wrong, why="")
        assert admin.dialog.problem == "Number of tokens: type 2 to confirm."
    assert len(live_tokens(populated)) == 2
    admin.confirms(count="2", why="They leaked.")
    assert set(live_tokens(populated)) == {"report"}
    assert live_tokens(populated, "asmith") == {}
    assert admin.said == ("status", "2 tokens were revoked.")
    events = populated.history.page(action="revoke tokens").rows
    assert {event.user_id for event in events} == {"jdoe", "asmith"}
    assert {event.detail["why"] for event in events} == {"They leaked."}


def test_only_what_was_on_show_can_be_selected(
    admin: Person, screen: Any, tokens: dict[str, int], populated: Platform
):
    filters(admin, screen, owner="jdoe")
    selects(admin, screen, tokens["=cmd|x"])
    admin.does(screen.table, "act", name="revoke-selected")
    assert admin.dialog.nonce == ""
    assert set(live_tokens(populated, "asmith")) == {"=cmd|x"}


def test_all_that_match_are_revoked_and_no_others(admin: Person, screen: Any, populated: Platform):
    filters(admin, screen, api="orders")
    admin.does(screen.bar, "act", name="revoke-matching")
    assert admin.dialog.title == "Revoke 2 tokens?"
    admin.confirms(count="2", why="")
    assert set(live_tokens(populated)) == {"report"}
    assert [row["status"] for row in screen.table.rows] == ["revoked"] * 3


def test_that_no_filter_is_set_is_said_before_all_are_revoked(admin: Person, screen: Any):
    nothing_set = "No filter is set: these are all live tokens that you may see."
    admin.does(screen.bar, "act", name="revoke-matching")
    assert nothing_set in admin.dialog.lines
    filters(admin, screen, api="orders")
    admin.does(screen.bar, "act", name="revoke-matching")
    assert admin.dialog.title == "Revoke 2 tokens?"
    assert nothing_set not in admin.dialog.lines


def test_when_another_number_matches_by_now_none_is_revoked(
    admin: Person, screen: Any, populated: Platform
):
    filters(admin, screen, api="orders")
    admin.does(screen.bar, "act", name="revoke-matching")
    populated.tokens.add("jdoe", "new", READ_ORDERS)
    admin.confirms(count="2", why="")
    assert "none was revoked" in admin.dialog.problem
    assert set(live_tokens(populated)) == {"loader", "report", "new"}


def test_nothing_live_is_nothing_to_revoke(admin: Person, screen: Any, tokens: dict[str, int]):
    filters(admin, screen, status="revoked")
    admin.does(screen.bar, "act", name="revoke-matching")
    assert admin.said == ("status", "No live token matches, so there is nothing to revoke.")
    selects(admin, screen, tokens["gone"])
    admin.does(screen.table, "act", name="revoke-selected")
    assert "nothing to revoke" in admin.said[1]
    assert admin.dialog.nonce == ""


@pytest.fixture
def auditor(with_controls: Any, tokens: dict[str, int]) -> Person:
    """Somebody who may see the inventory, and nothing else."""
    return with_controls(Control.TOKEN_INVENTORY)


def test_who_may_only_look_has_no_buttons_that_revoke_and_revokes_nothing(
    auditor: Person, tokens: dict[str, int], populated: Platform
):
    screen = goes_to(auditor, Control.TOKEN_INVENTORY)
    assert [action["name"] for action in screen.bar.actions] == ["download"]
    assert not screen.table.selectable
    assert {column["kind"] for column in screen.table.columns if column["key"] == "owner"} == {
        "text"
    }
    selects(auditor, screen, tokens["loader"])
    auditor.does(screen.table, "act", name="revoke-selected")
    auditor.confirms(count="1", why="")
    auditor.does(screen.bar, "act", name="revoke-matching")
    assert auditor.said[0] == "alert"
    assert len(live_tokens(populated)) == 2
    auditor.does(screen.table, "open-row", key=str(tokens["loader"]))
    assert auditor.said[0] == "alert"
    assert auditor.shown == [screen.bar, screen.chart, screen.table]
