"""The words that the screens share."""

from __future__ import annotations

from tokenwidgets.screens.words import count_of


def test_a_count_says_when_there_are_more_that_nobody_counted():
    assert count_of(1, "user", "users") == "1 user"
    assert count_of(10_000, "user", "users") == "10,000 users"
    assert count_of(10_000, "user", "users", more=True) == "10,000+ users"
