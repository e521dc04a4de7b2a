"""Tokens of two owners, in every status, read in both ways."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tokenwidgets.vocabulary import Access


@pytest.fixture(params=[True, False], ids=["through Arrow", "plainly"])
def fast(request):
    """How frames are read; a test that asks for it runs in both ways."""
    return request.param


@pytest.fixture
def tokens(populated, clock):
    """The ids of tokens by name.

    Of jdoe: "nightly" (expiring), "yearly" (active), "gone" (revoked). Of asmith: "weekly"
    (active, added by clerk) and "old" (expired, 60 days older than the others).
    """
    add = populated.tokens.add
    made = {"old": add("asmith", "old", {"billing": Access.READ}, months=3)}
    clock.advance(timedelta(days=60))
    made |= {
        "nightly": add("jdoe", "nightly", Access.READ, months=3),
        "yearly": add("jdoe", "yearly", {"orders": Access.FULL}, months=12),
        "gone": add("jdoe", "gone", {"orders": Access.READ}, months=12),
        "weekly": add(
            "asmith", "weekly", {"orders": Access.READ, "billing": Access.FULL}, months=6
        ),
    }
    clock.advance(timedelta(days=65))
    populated.tokens.revoke(made["gone"].token.id)
    return {name: new.token.id for name, new in made.items()}
