"""The words that the screens share."""

from __future__ import annotations

from tokenwidgets.paging import Page
from tokenwidgets.screens.words import events_in_all, tokens_in_all, users_in_all


def test_a_count_says_when_there_are_more_that_nobody_counted():
    assert users_in_all(Page((), 1)) == "1 user"
    assert users_in_all(Page((), 10_000)) == "10,000 users"
    assert users_in_all(Page((), 10_000, more=True)) == "10,000+ users"
    assert tokens_in_all(Page((), 10_000, more=True)) == "10,000+ tokens"
    assert events_in_all(Page((), 1)) == "1 event"
