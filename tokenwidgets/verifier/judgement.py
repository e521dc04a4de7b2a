"""The rules: what follows from a row of the database, for a method, at one instant."""

from __future__ import annotations

import math
from typing import Any

from tokenwidgets.verifier.statement import (
    API_INACTIVE,
    API_UNKNOWN,
    CLOCK_WRONG,
    REVOKED,
    USER_INACTIVE,
)
from tokenwidgets.vocabulary import Access, Decision, Reason

__all__ = ["KNOWN_METHODS", "UNKNOWN", "judge", "stands_until"]

KNOWN_METHODS = Access.FULL.methods
"""The methods that some access allows; every other is always denied."""

UNKNOWN = Decision(False, Reason.UNKNOWN)
"""The decision when the database does not know the digest."""

# Looked up once: an attribute of an enum is slow to get.
_ALLOWED = Reason.ALLOWED
_METHODS = [access.methods for access in Access]
_CLOSED = {
    USER_INACTIVE: Reason.USER_INACTIVE,
    API_UNKNOWN: Reason.API_UNKNOWN,
    API_INACTIVE: Reason.API_INACTIVE,
}
_FOR_GOOD = frozenset({Reason.REVOKED, Reason.REPLACED, Reason.EXPIRED})


def judge(row: tuple[Any, ...] | None, method: str, at: float) -> Decision:
    """Decide about a ``Row`` (or its bare tuple), if any; what is not plainly allowed is denied."""
    if row is None:
        return UNKNOWN
    token_id, user_id, expires, verdict = row
    replaced = expires < 0
    if replaced:
        expires = -expires
    live = at < expires
    if live and verdict > 0 and method in _METHODS[verdict & 3]:
        return Decision(True, _ALLOWED, user_id, token_id, expires)
    if verdict == CLOCK_WRONG:
        # The database has recorded what this clock says is yet to come, so it is wrong: by it,
        # expired tokens would pass.
        reason = Reason.CLOCK
    elif verdict == REVOKED:
        reason = Reason.REVOKED
    elif not live:
        reason = Reason.REPLACED if replaced else Reason.EXPIRED
    elif verdict < 0:
        reason = _CLOSED[verdict]
    else:
        reason = Reason.METHOD_NOT_ALLOWED if verdict & 3 else Reason.NO_ACCESS
    return Decision(False, reason, user_id, token_id, expires)


def stands_until(row: tuple[Any, ...] | None, decision: Decision) -> float:
    """Until when the same row gives the same decision, in seconds since 1970."""
    if row is None or decision.reason in _FOR_GOOD:
        return math.inf
    # A wrong clock may be set right at any moment.
    return -math.inf if decision.reason is Reason.CLOCK else abs(row[2])
