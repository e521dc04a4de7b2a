"""The changes of tokens that the rows of a DataFrame ask for."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from tokenwidgets import errors
from tokenwidgets.frames.columns import COLUMNS, HINT, INVENTORY
from tokenwidgets.platform import Platform
from tokenwidgets.tokens import TokenChange
from tokenwidgets.tokens.bulk import checked_id
from tokenwidgets.vocabulary import Access

__all__ = ["changes_of"]

_LEVELS = {access.label: access for access in Access}
_KNOWN = ("token_id", "api", "access", "months", "revoke")
_INVENTORY = {column.name for column in (*INVENTORY, HINT)} - {"token_id", "months"}
_HOW_TO_RENEW = 'for a new expiration give frame[["token_id", "months"]]'
_NEAR = 0.8
"""How alike two names are, of 0 to 1, for one to be a slip of the other."""


def changes_of(frame: pd.DataFrame, platform: Platform) -> list[TokenChange]:
    """What the rows say, one change for each token; as ``make_plan`` describes them.

    Raises:
        InvalidValue: a column, a row or a value cannot be taken, or rows contradict each other.
        UnknownToken: one is not there, or the actor may not see it.
        NotAllowed: the actor lacks ``Application Users > API Tokens``.

    """
    present = _columns(frame)
    access: defaultdict[int, dict[str, Access]] = defaultdict(dict)
    months: dict[int, int] = {}
    revoked: dict[int, bool] = {}
    rows = frame[present].to_dict("records")
    for label, row in zip(frame.index, rows, strict=True):
        _refuse_half(label, row)
        token_id = checked_id(row["token_id"])
        access[token_id]  # there, even when nothing is said of it
        if not _lacks(row.get("api")):
            _say(access[token_id], str(row["api"]), _level(row["access"]), f"token {token_id}")
        if not _lacks(row.get("months")):
            _say(months, token_id, _months(row["months"]), "months")
        if not _lacks(row.get("revoke")):
            _say(revoked, token_id, _flag(row["revoke"]), "revoke")
    if months and not _INVENTORY.isdisjoint(map(str, frame.columns)):
        _refuse_other_months(months, platform)
        months = {}
    return [
        TokenChange(token_id, levels, months.get(token_id), revoked.get(token_id, False))
        for token_id, levels in access.items()
    ]


def _columns(frame: pd.DataFrame) -> list[str]:
    """Those of the frame's columns that say something."""
    names = [str(name) for name in frame.columns]
    for name in names:
        near = difflib.get_close_matches(name.strip().casefold(), _KNOWN, 1, _NEAR)
        if near and name not in COLUMNS and name not in _KNOWN:
            raise errors.InvalidValue(
                "Plan", f"has a column {name!r}: is it {near[0]!r}? Else rename it."
            )
    present = [name for name in _KNOWN if name in names]
    if "token_id" not in present or len(present) == 1:
        raise errors.InvalidValue("Plan", f"needs token_id, and others of {', '.join(_KNOWN)}.")
    if ("api" in present) != ("access" in present):
        raise errors.InvalidValue("Plan", "needs api and access together.")
    for name in present:
        if names.count(name) > 1:
            raise errors.InvalidValue("Plan", f"has the column {name!r} more than once.")
    if present == ["token_id", "months"] and not _INVENTORY.isdisjoint(names):
        raise errors.InvalidValue(
            "Plan",
            "says nothing: beside the inventory's other columns, months is what was chosen;"
            f" {_HOW_TO_RENEW}.",
        )
    return present


def _refuse_half(label: Hashable, row: Mapping[Hashable, Any]) -> None:
    """Refuse a row of which some would be passed over."""
    for name, value in row.items():
        if not (value is None or pd.api.types.is_scalar(value)):
            raise errors.InvalidValue(
                "Plan", f"row {label!r} has no single value as {name}: {type(value).__name__}."
            )
    api, access = row.get("api"), row.get("access")
    if _lacks(api) != _lacks(access):
        token = f"row {label!r} (token {row['token_id']})"
        if _lacks(access):
            raise errors.InvalidValue("Plan", f"{token} has the api {str(api)!r} and no access.")
        raise errors.InvalidValue("Plan", f"{token} has the access {str(access)!r} and no api.")


def _refuse_other_months(months: Mapping[int, int], platform: Platform) -> None:
    """Refuse months that are not the inventory's, so that no wish is passed over."""
    for token_id, chosen in platform.many_tokens.months(months).items():
        if months[token_id] != chosen:
            raise errors.InvalidValue(
                "Plan",
                f"has months {months[token_id]} for token {token_id}, which has {chosen}: beside"
                f" the inventory's other columns it changes nothing. Leave it out;"
                f" {_HOW_TO_RENEW}.",
            )


def _say(said: dict[Any, Any], key: Any, value: Any, what: str) -> None:
    """Note a value, unless another row says something else."""
    if said.setdefault(key, value) != value:
        raise errors.InvalidValue("Plan", f"says two things about {what}: {key}.")


def _lacks(value: Any) -> bool:
    return not value.strip() if isinstance(value, str) else bool(pd.isna(value))


def _level(value: Any) -> Access:
    if isinstance(value, str) and value in _LEVELS:
        return _LEVELS[value]
    # pandas makes numbers of the members of ``Access``.
    if _is_whole(value) and value in _LEVELS.values():
        return Access(int(value))
    raise errors.InvalidValue("Access", f"must be one of {', '.join(_LEVELS)}, not {value!r}.")


def _months(value: Any) -> int:
    if not _is_whole(value):
        raise errors.InvalidValue("Expiration (Months)", f"must be 3, 6 or 12, not {value!r}.")
    return int(value)


def _is_whole(value: Any) -> bool:
    # A column with gaps is one of floats.
    is_float = pd.api.types.is_float(value)
    return float(value).is_integer() if is_float else bool(pd.api.types.is_integer(value))


def _flag(value: Any) -> bool:
    if value in (True, False):
        return bool(value)
    raise errors.InvalidValue("Revoke", f"must be True or False, not {value!r}.")
