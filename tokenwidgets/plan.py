"""Change many tokens from a DataFrame: look at what would change, then apply it, all or nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pandas as pd

from tokenwidgets.frames.changes import changes_of
from tokenwidgets.frames.opening import opened
from tokenwidgets.platform import Platform
from tokenwidgets.tokens import TokenChange, TokenDifference

__all__ = ["Plan", "apply_plan", "make_plan"]

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

            Beside the inventory's other columns ``months`` is what the inventory has there: it
            changes nothing, and is refused where a token has another. For a new expiration give
            it without them: ``frame[["token_id"]].assign(months=12)``. Other columns change
            nothing, but one whose name is nearly that of one of these is refused.
        platform: what ``tokenwidgets.connect()`` gives; by default it is called.

    Raises:
        InvalidValue: a column or a value cannot be taken; a row has an API and no access, or the
            reverse; rows contradict each other; a token would be left opening nothing; or they
            are more than 10,000 tokens.
        TokenEnded: a token is revoked or expired, so it cannot be edited.
        UnknownToken, UnknownAPI: one is not there, or the actor may not see it.
        NotAllowed: the actor lacks ``Application Users > API Tokens``.

    """
    if platform is None:
        from tokenwidgets.connection import connect

        platform = connect()
    return Plan(platform, changes_of(frame, platform))


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
    rows = [dataclasses.astuple(_dated(each)) for each in differences]
    frame = pd.DataFrame(rows, columns=_DIFFERENCES)
    return frame.astype({"token_id": "int64"} | dict.fromkeys(_DIFFERENCES[1:], "str"))


def _dated(each: TokenDifference) -> TokenDifference:
    """With instants to the minute, as people read them."""
    if each.what != "expires":
        return each
    before, after = (f"{text[:16].replace('T', ' ')} UTC" for text in (each.before, each.after))
    return dataclasses.replace(each, before=before, after=after)
