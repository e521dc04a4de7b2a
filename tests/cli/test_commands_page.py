"""The examples of docs/commands.md are true: each is run, in their order, in one shell."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import follow

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_every_example_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOKENWIDGETS_LOCAL_USER")
    assert follow(PAGE.read_text(encoding="utf-8"), tmp_path) > 30
