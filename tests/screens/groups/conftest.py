"""The group "Desk", and the screen User Groups at its list."""

from __future__ import annotations

from typing import Any

import pytest
from group_steps import DESK
from house import goes_to
from person import Person

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Control


@pytest.fixture
def desk(populated: Platform) -> str:
    """The group "Desk", which gives two controls."""
    populated.groups.add("Desk", description="Looks after tokens.", controls=DESK)
    return "Desk"


@pytest.fixture
def screen(admin: Person, desk: str) -> Any:
    """The screen, at its list."""
    return goes_to(admin, Control.USER_GROUPS)
