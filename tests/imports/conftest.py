"""What imports of users find."""

from __future__ import annotations

import pytest

from tokenwidgets.platform import Platform


@pytest.fixture
def with_groups(platform: Platform) -> Platform:
    """The platform with the groups "Desk" and "Readers", which give nothing."""
    platform.groups.add("Desk")
    platform.groups.add("Readers")
    return platform
