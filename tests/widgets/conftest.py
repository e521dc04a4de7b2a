"""Fixtures for tests of widgets without a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from wire import Wire, recording


@pytest.fixture(autouse=True)
def wire() -> Iterator[Wire]:
    """The wire between the widgets that the test makes and a browser that there is not."""
    with recording() as wire:
        yield wire
