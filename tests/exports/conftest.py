"""Fixtures for tests of files of frames."""

from __future__ import annotations

import pytest

from tokenwidgets.exports import FORMATS


@pytest.fixture(params=FORMATS)
def path(request, tmp_path):
    """A file of each kind, which is not there yet."""
    return tmp_path / f"tokens{request.param}"
