"""Put frames together from arrays that were read apart: look rows up, tell status."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from tokenwidgets.frames.columns import NOT_A_TIME, Kind
from tokenwidgets.instants import microseconds
from tokenwidgets.vocabulary import EXPIRING_WITHIN, TokenStatus

__all__ = ["positions", "status", "take"]


def positions(keys: Any, ids: Any) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Where each id is among the unique keys; -1 for an id that is missing."""
    if isinstance(ids, pd.arrays.IntegerArray):
        ids = ids.to_numpy("int64", na_value=-1)
    return pd.Index(keys).get_indexer(ids)


def take(array: Any, where: np.ndarray[Any, np.dtype[np.intp]]) -> Any:
    """The values at these positions; at -1, what stands for a missing value."""
    if isinstance(array, np.ndarray):
        return array.take(where)
    return array.take(where, allow_fill=True)


def status(expires_at: Any, revoked_at: Any, at: datetime) -> pd.Categorical:
    """The status of tokens at this instant, as ``status_at`` tells it of one."""
    expires = expires_at.astype("int64")
    codes = np.zeros(len(expires), np.int8)
    order = list(TokenStatus)
    codes[expires <= microseconds(at + EXPIRING_WITHIN)] = order.index(TokenStatus.EXPIRING)
    codes[expires <= microseconds(at)] = order.index(TokenStatus.EXPIRED)
    codes[revoked_at.astype("int64") != NOT_A_TIME] = order.index(TokenStatus.REVOKED)
    return pd.Categorical.from_codes(codes, dtype=Kind.STATUS.dtype)
