"""Change many tokens from a DataFrame: look at what would change, then apply it, all or nothing."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pandas as pd

from tokenwidgets import errors
from tokenwidgets.frames.opening import opened
from tokenwidgets.platform import Platform
from tokenwidgets.tokens import TokenChange, TokenDifference
from tokenwidgets.tokens.bulk import checked_id
from tokenwidgets.vocabulary import Access

__all__ = ["Plan", "apply_plan", "make_plan"]

_LEVELS = {access.label: access for access in Access}
_KNOWN = ("token_id", "api", "access", "months", "revoke")
_DIFFERENCES = [field.name for field in dataclasses.fields(TokenDifference)]


class Plan:
    """Changes that were looked at and not made yet. At the end of a cell it shows them.

    It remembers in which state it has seen each token: when somebody else changes one of them
    before it is applied, none is changed.
    """

    def __init__(self, platform: Platform, changes: Sequence[TokenChange]) -> None:
        self._platform = platform
        versions = platform.many_tokens.versions([change.token_id for change in changes])
        self._changes = tuple(
            dataclasses.replace(change, version=versions[change.token_id]) for change in changes
        )
        self._differences = platform.many_tokens.preview(self._changes)

    def diff(self) -> pd.DataFrame:
        """What would change, one row for each thing.

        ``what`` (such as "access to orders") of the ``token`` with this ``token_id`` and
        ``owner``, and how it stands ``before`` and ``after``.
        """
        return _frame(self._differences)

    def apply(self, *, why: str = "") -> pd.DataFrame:
        """Make the changes, in one transaction; gives what was changed, as ``diff``.

        Args:
            why: a note for the audit trail, at most 500 characters.

        Raises:
            StaleVersion: a token was changed in the meantime; nothing was done.
            As ``make_plan``.

        """
        return _frame(self._platform.many_tokens.apply(self._changes, why=why))

    def __len__(self) -> int:
        return len(self._differences)

    def __repr__(self) -> str:
        tokens = len({each.token_id for each in self._differences})
        return f"<Plan of {len(self)} changes of {tokens} tokens; plan.apply() makes them>"

    def _repr_html_(self) -> str:
        return self.diff().to_html(index=False, max_rows=60)


def make_plan(frame: pd.DataFrame, platform: Platform | None = None) -> Plan:
    """Look at what a frame would change, without changing anything.

    Args:
        frame: rows about tokens, which are named by ``token_id`` as ``tokenwidgets.inventory()``
            has it. Of the other columns each row may have, or lack:

            - ``api`` and ``access``: the access to this API, "Full Access", "Read Access" or
              "No Access"; the access to other APIs stays. A token may have several such rows.
            - ``months``: a new expiration, 3, 6 or 12 calendar months from now.
            - ``revoke``: True to revoke the token.
        platform: what ``tokenwidgets.connect()`` gives; by default it is called.

    Raises:
        InvalidValue: a column or a value cannot be taken; rows contradict each other; a token
            would be left opening nothing; or they are more than 10,000 tokens.
        TokenEnded: a token is revoked or expired, so it cannot be edited.
        UnknownToken, UnknownAPI: one is not there, or the actor may not see it.
        NotAllowed: the actor lacks ``Application Users > API Tokens``.

    """
    if platform is None:
        from tokenwidgets.connection import connect

        platform = connect()
    return Plan(platform, _changes(frame))


def apply_plan(
    plan: Plan | pd.DataFrame, platform: Platform | None = None, *, why: str = ""
) -> pd.DataFrame:
    """Apply a plan, or a frame without looking at it first; gives what was changed.

    Args:
        plan: what ``make_plan`` gives, or takes.
        platform: as for ``make_plan``; not needed for a plan.
        why: a note for the audit trail, at most 500 characters.

    Raises:
        As ``Plan.apply`` and ``make_plan``.

    """
    if isinstance(plan, Plan):
        return plan.apply(why=why)
    with opened(platform) as platform:
        return make_plan(plan, platform).apply(why=why)


def _frame(differences: Sequence[TokenDifference]) -> pd.DataFrame:
    rows = [dataclasses.astuple(each) for each in differences]
    frame = pd.DataFrame(rows, columns=_DIFFERENCES)
    return frame.astype({"token_id": "int64"} | dict.fromkeys(_DIFFERENCES[1:], "str"))


def _changes(frame: pd.DataFrame) -> list[TokenChange]:
    names = [str(name) for name in frame.columns]
    if "token_id" not in names or len(set(names) - {"token_id"}) == 0:
        raise errors.InvalidValue("Plan", f"needs token_id, and others of {', '.join(_KNOWN)}.")
    if ("api" in names) != ("access" in names):
        raise errors.InvalidValue("Plan", "needs api and access together.")
    access: defaultdict[int, dict[str, Access]] = defaultdict(dict)
    months: dict[int, int] = {}
    revoked: dict[int, bool] = {}
    present = [name for name in _KNOWN if name in names]
    for row in frame[present].to_dict("records"):
        token_id = checked_id(row["token_id"])
        access[token_id]  # there, even when nothing is said of it
        if not _lacks(row.get("api")) and not _lacks(row.get("access")):
            _say(access[token_id], str(row["api"]), _level(row["access"]), f"token {token_id}")
        if not _lacks(row.get("months")):
            _say(months, token_id, _months(row["months"]), "months")
        if not _lacks(row.get("revoke")):
            _say(revoked, token_id, _flag(row["revoke"]), "revoke")
    return [
        TokenChange(token_id, levels, months.get(token_id), revoked.get(token_id, False))
        for token_id, levels in access.items()
    ]


def _say(said: dict[Any, Any], key: Any, value: Any, what: str) -> None:
    """Note a value, unless another row says something else."""
    if said.setdefault(key, value) != value:
        raise errors.InvalidValue("Plan", f"says two things about {what}: {key}.")


def _lacks(value: Any) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def _level(value: Any) -> Access:
    if isinstance(value, str) and value in _LEVELS:
        return _LEVELS[value]
    # pandas makes numbers of the members of ``Access``.
    if pd.api.types.is_integer(value) and value in _LEVELS.values():
        return Access(int(value))
    raise errors.InvalidValue("Access", f"must be one of {', '.join(_LEVELS)}, not {value!r}.")


def _months(value: Any) -> int:
    # A column with gaps is one of floats.
    if isinstance(value, bool) or not hasattr(value, "__float__") or float(value) % 1:
        raise errors.InvalidValue("Expiration (Months)", f"must be 3, 6 or 12, not {value!r}.")
    return int(value)


def _flag(value: Any) -> bool:
    if value in (True, False):
        return bool(value)
    raise errors.InvalidValue("Revoke", f"must be True or False, not {value!r}.")
