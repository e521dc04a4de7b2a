"""The words that the screens share."""

from __future__ import annotations

from tokenwidgets.screens.words import users_in_all


def test_a_count_says_when_there_are_more_that_nobody_counted():
    assert users_in_all(1) == "1 user"
    assert users_in_all(10_000) == "10,000 users"
    assert users_in_all(10_000, more=True) == "10,000+ users"
