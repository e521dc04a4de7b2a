"""The rules: what follows from a row of the database, for a method, at one instant."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tokenwidgets.verifier.statement import Row
from tokenwidgets.vocabulary import Access, Decision, Reason

__all__ = ["CLOCK_SLACK", "KNOWN_METHODS", "UNKNOWN", "Judgement", "judge"]

CLOCK_SLACK = 300.0
"""How many seconds the clocks of two machines may differ before one of them is called wrong."""

KNOWN_METHODS = Access.FULL.methods
"""The methods that some access allows; every other is always denied."""

_ALWAYS = -math.inf, math.inf


class Judgement(NamedTuple):
    """A decision and the instants from (and until before) which the same row gives the same one."""

    decision: Decision
    begins: float
    ends: float
    api_id: int | None = None


UNKNOWN = Judgement(Decision(False, Reason.UNKNOWN), *_ALWAYS)
"""The judgement when the database does not know the digest."""

# Looked up once: an attribute of an enum is slow to get.
_ALLOWED = Reason.ALLOWED
_FULL = Access.FULL.value
_METHODS = {access.value: access.methods for access in Access}
_fromtimestamp = datetime.fromtimestamp


def judge(row: tuple[Any, ...], method: str, at: float) -> Judgement:
    """Decide about a ``Row`` (or its bare tuple); what is not plainly allowed is denied."""
    (
        token_id,
        user_id,
        user_active,
        revoked,
        minted,
        ends,
        expires,
        api_id,
        api_active,
        read_only,
        access,
    ) = row
    expires_at = _fromtimestamp(expires, UTC)
    begins = minted - CLOCK_SLACK
    until = expires if ends is None or expires < ends else ends
    if not revoked and begins <= at < until:
        if access is None or not api_active or not user_active:
            reason = _closed(Row(*row))
        elif method in _METHODS[1 if read_only and access == _FULL else access]:
            decision = Decision(True, _ALLOWED, user_id, token_id, expires_at)
            return Judgement(decision, begins, until, api_id)
        else:
            reason = Reason.METHOD_NOT_ALLOWED
    else:
        reason, begins, until = _dead(Row(*row), at)
    return Judgement(Decision(False, reason, user_id, token_id, expires_at), begins, until, api_id)


def _closed(row: Row) -> Reason:
    """Why a live secret does not open the API at all."""
    if not row.user_active:
        return Reason.USER_INACTIVE
    if row.api_id is None:
        return Reason.API_UNKNOWN
    return Reason.NO_ACCESS if row.api_active else Reason.API_INACTIVE


def _dead(row: Row, at: float) -> tuple[Reason, float, float]:
    """Why a secret does not work at this instant, and when that begins and ends."""
    if row.revoked:
        return Reason.REVOKED, *_ALWAYS
    if row.minted - CLOCK_SLACK > at:
        # The database has recorded what this clock says is yet to come, so it is wrong: by it,
        # expired tokens would pass. It may be set right at any moment.
        return Reason.CLOCK, at, at
    if row.ends is not None and row.ends <= at:
        return Reason.REPLACED, row.ends, math.inf
    return Reason.EXPIRED, row.expires, math.inf if row.ends is None else row.ends
