"""Frames with names that spreadsheets, files and readers may take for something else."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd

from tokenwidgets.frames.columns import INVENTORY, Kind

LINK = '=HYPERLINK("http://evil.example","Click")'
NAMES = [LINK, "+1+1", "-2", "@SUM(A1)", "'quoted'", "'=1", "\t=1", " =1", "\uff1d1+1", "#N/A"]
NAMES += ["#REF!", "a\u202eb", "zero\u200bwidth", "line\nbreak", "nul\0", r"back\u202eslash", "\\"]
NAMES += [
    "_x202E_",
    "_x005F_x202e_",
    "__x000A_x0041_",
    "_xD83D_",
    "1e5",
    "007",
    "TRUE",
    "nan",
    "None",
    "2026-01-31",
    "a,b;c",
    '"',
    "é 夜 🚀",
    "x" * 200,
]


def series(values, kind):
    if kind is Kind.INSTANT:
        return pd.Series(pd.to_datetime(values, utc=True)).dt.as_unit("us")
    return pd.Series(values, dtype=kind.dtype)


def inventory_of(names):
    rows = len(names)
    values = {
        Kind.ID: range(1, rows + 1),
        Kind.NUMBER: [6] * rows,
        Kind.TEXT: names,
        Kind.OPTIONAL_TEXT: [None] * rows,
        Kind.FLAG: [True] * rows,
        Kind.INSTANT: [datetime(2026, 7, 1, 9, 30, 15, 123_457, tzinfo=UTC)] * rows,
        Kind.STATUS: ["revoked"] * rows,
    }
    return pd.DataFrame(
        {column.name: series(values[column.kind], column.kind) for column in INVENTORY}
    )
