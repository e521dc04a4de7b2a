"""What the columns of an export hold, by their names, so that a file gives the frame again."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from tokenwidgets.frames.columns import COLUMNS, EVENTS, Kind

__all__ = ["kinds_of", "restored"]

_MATRIX_INDEX = "user_id"
_EVENT_KINDS = {column.name: column.kind for column in EVENTS}


def kinds_of(names: Sequence[str]) -> dict[str, Kind]:
    """The kinds of the columns that are known, of whichever frame has these."""
    if is_matrix(names):
        return dict.fromkeys(names[1:], Kind.ACCESS) | {_MATRIX_INDEX: Kind.TEXT}
    known = {name: column.kind for name, column in COLUMNS.items()}
    if EVENTS[0].name in names:
        known |= _EVENT_KINDS
    return {name: known[name] for name in names if name in known}


def is_matrix(names: Sequence[str]) -> bool:
    """Whether these are the columns of an access matrix: an API's name could be anything."""
    return bool(len(names)) and names[0] == _MATRIX_INDEX


def restored(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the dtypes that its columns had, from whatever a file could keep."""
    names = list(frame.columns)
    kinds = kinds_of(names)
    for name in names:
        frame[name] = _column(frame[name], kinds.get(name))
    return frame.set_index(_MATRIX_INDEX) if is_matrix(names) else frame


def _column(values: pd.Series, kind: Kind | None) -> pd.Series:
    match kind:
        case None:
            return values
        case Kind.TEXT:
            return values.astype("str").fillna("")
        case Kind.INSTANT if not isinstance(values.dtype, pd.DatetimeTZDtype):
            return pd.to_datetime(values, utc=True, format="ISO8601").dt.as_unit("us")
        case Kind.FLAG if values.dtype != bool:
            return values.map({"true": True, "false": False, True: True, False: False}).astype(bool)
        case Kind.ID | Kind.NUMBER | Kind.OPTIONAL_ID:
            return pd.to_numeric(values).astype(kind.dtype)
        case _:
            return values.astype(kind.dtype)
