"""The page about the inventory has the columns that there are."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from tokenwidgets.frames.columns import EVENTS, GRANTS, HINT, INVENTORY
from tokenwidgets.tokens import TokenFilter

PAGE = Path(__file__).resolve().parents[2] / "docs" / "inventory.md"


def test_every_column_is_documented_with_its_dtype_and_meaning():
    text = PAGE.read_text("utf-8")
    for heading, columns in (
        ("### `inventory`", (*INVENTORY, HINT)),
        ("### `grants`", GRANTS),
        ("### `events`", EVENTS),
    ):
        part = text[text.index(heading) :].partition("\n#")[0]
        rows = [line for line in part.splitlines() if line.startswith("| `")]
        assert rows == [
            f"| `{column.name}` | `{getattr(column.kind.dtype, 'name', column.kind.dtype)}`"
            f" | {column.meaning} |"
            for column in columns
        ]


def test_every_filter_is_documented():
    text = PAGE.read_text("utf-8")
    for field in dataclasses.fields(TokenFilter):
        assert f"`{field.name}`" in text
