"""Four tokens, and the screen Token Inventory that shows them."""

from __future__ import annotations

from typing import Any

import pytest
from house import goes_to
from person import Person

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access, Control

READ_ORDERS = {"orders": Access.READ}


@pytest.fixture
def tokens(populated: Platform) -> dict[str, int]:
    """The ids of four tokens by name; the clock stands at 31 January 2026.

    "loader" and "=cmd|x" expire in July, "report" in April, and "gone" is revoked.
    """
    add = populated.tokens.add
    made = [
        add("jdoe", "loader", {"orders": Access.FULL, "billing": Access.READ}),
        add("jdoe", "report", {"reports": Access.READ}, months=3),
        add("asmith", "=cmd|x", READ_ORDERS),
        add("asmith", "gone", READ_ORDERS),
    ]
    ids = {new.token.name: new.token.id for new in made}
    populated.tokens.revoke(ids["gone"])
    return ids


@pytest.fixture
def screen(tokens: dict[str, int], admin: Person) -> Any:
    """The screen, with those four tokens."""
    return goes_to(admin, Control.TOKEN_INVENTORY)
