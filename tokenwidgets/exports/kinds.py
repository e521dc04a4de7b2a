"""What the columns of an export hold, by their names, so that a file gives the frame again.

A frame of one's own may have columns of these names, too: a column whose values are not of its
kind, and would become others, stays as the file has it.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from tokenwidgets.frames.columns import COLUMNS, EVENTS, Kind

__all__ = ["is_matrix", "kinds_of", "restored"]

_MATRIX_INDEX = "user_id"
_EVENT_KINDS = {column.name: column.kind for column in EVENTS}
_FLAGS = {"true": True, "false": False}
_MAY_LACK = {Kind.ID: "Int64", Kind.NUMBER: "Int16", Kind.FLAG: "boolean"}
"""The dtype of a column with missing values, where its own has no way to say so."""


def kinds_of(frame: pd.DataFrame, *, matrix: bool) -> dict[str, Kind]:
    """The kinds of the columns that are known, of whichever frame has these."""
    names = list(frame.columns)
    if matrix:
        return dict.fromkeys(names[1:], Kind.ACCESS) | {_MATRIX_INDEX: Kind.TEXT}
    known = {name: column.kind for name, column in COLUMNS.items()}
    if EVENTS[0].name in names:
        known |= _EVENT_KINDS
    return {name: known[name] for name in names if name in known}


def is_matrix(frame: pd.DataFrame) -> bool:
    """Whether it is an access matrix: a row a user, and nothing but access in the columns.

    Their names say nothing, as an API's name could be anything.
    """
    names = list(frame.columns)
    if names[:1] != [_MATRIX_INDEX]:
        return False
    if frame.empty:
        return not (len(names) > 1 and set(names) <= set(COLUMNS))
    users = frame[_MATRIX_INDEX]
    levels = Kind.ACCESS.dtype.categories
    return (
        len(names) > 1
        and bool(users.notna().all())
        and users.is_unique
        and all(frame[name].isin(levels).all() for name in names[1:])
    )


def restored(
    frame: pd.DataFrame,
    *,
    matrix: bool,
    otherwise: Callable[[pd.Series], pd.Series] = lambda values: values,
) -> pd.DataFrame:
    """The frame with the dtypes that its columns had, from whatever a file could keep.

    Args:
        frame: what the file has.
        matrix: whether it is an access matrix.
        otherwise: what to make of a column that is none of ours.

    """
    kinds = kinds_of(frame, matrix=matrix)
    for name in list(frame.columns):
        column = _column(frame[name], kinds[name]) if name in kinds else None
        frame[name] = otherwise(frame[name]) if column is None else column
    return frame.set_index(_MATRIX_INDEX) if matrix else frame


def _column(values: pd.Series, kind: Kind) -> pd.Series | None:
    """The values as this kind of column has them; None if they are not of the kind."""
    numbers = pd.api.types.is_numeric_dtype(values.dtype) and values.notna().any()
    try:
        match kind:
            case Kind.TEXT | Kind.OPTIONAL_TEXT | Kind.INSTANT if numbers:
                return None
            case Kind.TEXT:
                return values.astype("str").fillna("")
            case Kind.INSTANT if not isinstance(values.dtype, pd.DatetimeTZDtype):
                return pd.to_datetime(values, utc=True, format="ISO8601").dt.as_unit("us")
            case Kind.FLAG if values.dtype != bool:
                found = values.map(_FLAGS if values.dtype == "str" else _flag)
                return _exact(values, found, kind)
            case Kind.ID | Kind.NUMBER | Kind.OPTIONAL_ID:
                return _exact(values, pd.to_numeric(values), kind)
            case Kind.STATUS | Kind.ACCESS | Kind.OUTCOME:
                known = values.isna() | values.isin(kind.dtype.categories)
                return values.astype(kind.dtype) if known.all() else None
            case _:
                return values.astype(kind.dtype)
    except (ValueError, TypeError, OverflowError):
        return None


def _exact(values: pd.Series, found: pd.Series, kind: Kind) -> pd.Series | None:
    """What was found in the values as this kind's dtype, if every value has stayed what it is."""
    lacks = values.isna()
    if (found.isna() != lacks).any():
        return None
    dtype = _MAY_LACK.get(kind, kind.dtype) if lacks.any() else kind.dtype
    column = found.astype(dtype)
    return column if (column[~lacks] == found[~lacks]).all() else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
