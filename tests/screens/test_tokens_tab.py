"""The tab API Tokens: which tokens it shows, and what can be done with each."""

from __future__ import annotations

import pytest
from person import Person, live_tokens

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access


def test_a_token_that_ended_cannot_be_edited_and_the_grid_shows_that_it_ended(
    at_token: Person, populated: Platform, token: int
):
    populated.tokens.revoke(token)
    at_token.does(at_token.tokens.grid, "edit-token", id=token)
    assert at_token.said[0] == "alert"
    assert at_token.shown == [at_token.strip, at_token.tokens.grid]
    assert at_token.tokens.grid.rows == []


@pytest.mark.parametrize("kind", ["edit-token", "regenerate-token", "revoke-token"])
def test_a_message_about_another_users_token_is_refused(
    at_tokens: Person, populated: Platform, kind: str
):
    other = populated.tokens.add("asmith", "not jdoe's", {"orders": Access.READ}).token
    at_tokens.does(at_tokens.tokens.grid, kind, id=other.id)
    assert at_tokens.said[0] == "alert"
    assert at_tokens.dialog.nonce == ""
    assert at_tokens.shown == [at_tokens.strip, at_tokens.tokens.grid]
    at_tokens.confirms()
    at_tokens.saves("taken over", orders="Full Access")
    assert populated.tokens.get(other.id) == other


def test_ended_tokens_are_shown_when_asked_for(at_token: Person, populated: Platform, token: int):
    populated.tokens.add("jdoe", "other", {"orders": Access.READ})
    populated.tokens.revoke(token)
    at_token.does(at_token.tokens.grid, "show-ended", shown=True)
    assert {row["name"]: row["status"] for row in at_token.tokens.grid.rows} == {
        "nightly-load": "revoked",
        "other": "active",
    }
    assert at_token.row("nightly-load")["can"] == []
    assert at_token.tokens.grid.total == "2 tokens"
    at_token.does(at_token.tokens.grid, "show-ended", shown=False)
    assert [row["name"] for row in at_token.tokens.grid.rows] == ["other"]
    assert at_token.tokens.grid.total == "1 live token"


def test_ended_tokens_are_not_shown_of_the_next_user(at_token: Person):
    at_token.does(at_token.tokens.grid, "show-ended", shown=True)
    at_token.does(at_token.strip, "close")
    at_token.opens("asmith", "API Tokens")
    assert at_token.tokens.grid.show_ended is False


def test_many_tokens_come_in_pages(at_tokens: Person, populated: Platform):
    for number in range(30):
        populated.tokens.add("jdoe", f"token {number:02}", {"orders": Access.READ})
    at_tokens.does(at_tokens.strip, "select-tab", name="API Tokens")
    grid = at_tokens.tokens.grid
    first = [row["name"] for row in grid.rows]
    assert (len(first), grid.has_next, grid.total) == (25, True, "30 live tokens")
    at_tokens.does(grid, "next-page")
    assert [row["name"] for row in grid.rows] == [f"token {number:02}" for number in range(25, 30)]
    at_tokens.does(grid, "previous-page")
    assert [row["name"] for row in grid.rows] == first


def test_a_page_that_others_emptied_is_not_gone_to(at_tokens: Person, populated: Platform):
    for number in range(26):
        last = populated.tokens.add("jdoe", f"token {number:02}", {"orders": Access.READ}).token
    at_tokens.does(at_tokens.strip, "select-tab", name="API Tokens")
    grid = at_tokens.tokens.grid
    populated.tokens.revoke(last.id)
    at_tokens.does(grid, "next-page")
    assert (len(grid.rows), grid.page, grid.has_next) == (25, 1, False)


def test_a_user_who_is_not_active_is_given_no_new_secret(
    at_token: Person, populated: Platform, token: int
):
    populated.users.edit("jdoe", is_active=False)
    at_token.does(at_token.strip, "select-tab", name="API Tokens")
    assert at_token.tokens.grid.can_add is False
    assert at_token.row("nightly-load")["can"] == ["edit", "revoke"]
    # The browser asks for it all the same.
    before = populated.tokens.get(token)
    at_token.adds("etl", orders="Read Access")
    assert at_token.said[0] == "alert"
    at_token.does(at_token.tokens.grid, "regenerate-token", id=token)
    at_token.confirms(months="6", overlap="No overlap")
    assert populated.tokens.get(token) == before
    assert list(live_tokens(populated)) == ["nightly-load"]


def test_no_secret_is_in_any_state_after_everything_was_done(
    at_token: Person, populated: Platform, token: int
):
    seen = []
    at_token.adds("etl", separate=True, orders="Full Access", billing="Read Access")
    assert at_token.secrets_in_state() == []
    seen += at_token.takes_secrets().values()
    at_token.does(at_token.tokens.grid, "regenerate-token", id=token)
    at_token.confirms(months="6", overlap="1 hour")
    assert at_token.secrets_in_state() == []
    seen += at_token.takes_secrets().values()
    for tab in ("General", "User Groups", "Activity", "API Tokens"):
        at_token.does(at_token.strip, "select-tab", name=tab)
    at_token.does(at_token.tokens.grid, "revoke-all")
    at_token.confirms()
    at_token.does(at_token.strip, "close")
    assert len(seen) == 3
    assert at_token.secrets_in_state() == []
