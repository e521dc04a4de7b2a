"""Secrets to be found."""

from __future__ import annotations

import pytest

from tokenwidgets.secret import mint


@pytest.fixture
def secret():
    """The text of a well-formed secret of no platform."""
    return mint().reveal()


@pytest.fixture
def secrets():
    """Mint the texts of so many secrets."""
    return lambda count: [mint().reveal() for _ in range(count)]
