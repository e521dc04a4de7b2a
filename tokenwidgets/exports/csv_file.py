"""CSV: UTF-8 with its mark, instants as ISO 8601 in UTC, nothing for a missing value."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from tokenwidgets.exports.kinds import is_matrix, restored
from tokenwidgets.exports.safety import as_text, each_once, from_text

__all__ = ["read", "write"]


def write(frames: Iterator[pd.DataFrame], path: Path) -> None:
    """Write the frames below one header."""
    # With its mark, because Excel takes a CSV file for its own code page otherwise.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        header = True
        for frame in frames:
            text = pd.DataFrame({as_text(str(name)): _text(frame[name]) for name in frame})
            text.to_csv(file, index=False, header=header, lineterminator="\n")
            header = False


def read(path: Path) -> pd.DataFrame:
    """Read all columns; those that are not known, as pandas would."""
    frame = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
    frame.columns = [from_text(name) for name in frame.columns]
    for name in frame.columns:
        frame[name] = each_once(frame[name], from_text)
    return restored(frame, matrix=is_matrix(frame), otherwise=_guessed)


def _text(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        instants = values.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]")
        words = np.datetime_as_string(instants, unit="us", timezone="UTC").astype(object)
        return pd.Series(np.where(np.isnat(instants), None, words), index=values.index)
    if pd.api.types.infer_dtype(values, skipna=True) == "boolean":
        return values.map({True: "true", False: "false"}, na_action="ignore")
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values
    return each_once(values.astype("str"), as_text)


def _guessed(values: pd.Series) -> pd.Series:
    try:
        return pd.to_numeric(values)
    except (ValueError, TypeError):
        return values
