"""The words of tokenwidgets as types: access, expiration, status, control, decision.

Everything else in the package speaks in these words, and so do the screens.
"""

from __future__ import annotations

import enum
from datetime import UTC, datetime, timedelta

import msgspec
from dateutil.relativedelta import relativedelta

__all__ = [
    "DEFAULT_MONTHS",
    "EXPIRATION_MONTHS",
    "EXPIRING_WITHIN",
    "OVERLAPS",
    "Access",
    "Control",
    "Decision",
    "Reason",
    "TokenStatus",
    "add_months",
    "now",
    "status_at",
]

EXPIRATION_MONTHS: tuple[int, ...] = (3, 6, 12)
"""The expirations a token may be given, in calendar months."""

DEFAULT_MONTHS = 6
"""The expiration that is chosen until somebody chooses another, in calendar months."""

EXPIRING_WITHIN = timedelta(days=30)
"""How long before its expiration a live token is called *expiring*."""

OVERLAPS: dict[str, timedelta] = {
    "No overlap": timedelta(0),
    "1 hour": timedelta(hours=1),
    "24 hours": timedelta(hours=24),
    "7 days": timedelta(days=7),
}
"""How long a regenerated token's old secret may be kept working, by the words on screen."""


class Access(enum.IntEnum):
    """What a token may do with one API; the numbers are what the database stores."""

    NONE = 0
    READ = 1
    FULL = 2

    @property
    def label(self) -> str:
        """The words on screen: ``No Access``, ``Read Access``, ``Full Access``."""
        return _ACCESS_LABELS[self]

    @property
    def methods(self) -> frozenset[str]:
        """The HTTP methods that it allows. HEAD is GET without a body (RFC 9110, 9.3.2)."""
        return _ACCESS_METHODS[self]

    def allows(self, method: str) -> bool:
        """Whether it allows the HTTP method; methods are case-sensitive (RFC 9110, 9.1)."""
        return method in _ACCESS_METHODS[self]


_ACCESS_LABELS = {
    Access.NONE: "No Access",
    Access.READ: "Read Access",
    Access.FULL: "Full Access",
}
_ACCESS_METHODS: dict[Access, frozenset[str]] = {
    Access.NONE: frozenset(),
    Access.READ: frozenset({"GET", "HEAD"}),
    Access.FULL: frozenset({"GET", "HEAD", "POST"}),
}


class TokenStatus(enum.StrEnum):
    """Where a token stands at one instant; computed, never stored."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REVOKED = "revoked"

    @property
    def is_live(self) -> bool:
        """Whether a token of this status opens what it was granted."""
        return self in (TokenStatus.ACTIVE, TokenStatus.EXPIRING)


class Control(enum.StrEnum):
    """A permission, named by its path on screen. A control needs those above it on its path."""

    APPLICATION_USERS = "Application Users"
    API_TOKENS = "Application Users > API Tokens"
    USER_MEMBERSHIP = "Application Users > User Groups"
    ACTIVITY = "Application Users > Activity"
    USER_GROUPS = "User Groups"
    APIS = "APIs"
    TOKEN_INVENTORY = "Token Inventory"  # noqa: S105 - the name of a screen
    AUDIT_LOG = "Audit Log"

    @property
    def parent(self) -> Control | None:
        """The control directly above on the path, or None at its top."""
        above, arrow, _ = self.value.rpartition(" > ")
        return Control(above) if arrow else None

    @property
    def needs_everybody(self) -> bool:
        """Whether it is over things of no department, so that it cannot be limited to some."""
        return self in (Control.USER_GROUPS, Control.APIS)

    @property
    def screen(self) -> str:
        """The first word of the path: the screen that the control belongs to."""
        return self.value.partition(" > ")[0]


class Reason(enum.StrEnum):
    """Why the verifier decided as it did: for operators, never for the caller."""

    ALLOWED = "allowed"
    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"
    REPLACED = "replaced"
    USER_INACTIVE = "user inactive"
    API_UNKNOWN = "api unknown"
    API_INACTIVE = "api inactive"
    NO_ACCESS = "no access"
    METHOD_NOT_ALLOWED = "method not allowed"
    UNAVAILABLE = "database unavailable"
    CLOCK = "clock wrong"


class Decision(msgspec.Struct, frozen=True, gc=False):
    """The verifier's answer to: may this secret do this method on this API?

    ``user_id``, ``token_id`` and ``expires_at`` are there when the secret belongs to a token,
    whether or not it was allowed. The secret itself never is. ``expires`` is when the secret
    ends, in seconds since 1970, which takes a fraction of the time of a datetime.
    """

    allowed: bool
    reason: Reason
    user_id: str | None = None
    token_id: int | None = None
    expires: float | None = None

    @property
    def expires_at(self) -> datetime | None:
        """When the secret ends (UTC): its token's expiration or, before it, an overlap's end."""
        return None if self.expires is None else datetime.fromtimestamp(self.expires, UTC)

    def __repr__(self) -> str:
        return (
            f"Decision(allowed={self.allowed}, reason={self.reason}, user_id={self.user_id!r},"
            f" token_id={self.token_id}, expires_at={self.expires_at})"
        )


def now() -> datetime:
    """The present instant, timezone-aware, in UTC."""
    return datetime.now(UTC)


def add_months(start: datetime, months: int) -> datetime:
    """``start`` plus calendar months, clamped to the month: 31 January + 3 = 30 April."""
    return start + relativedelta(months=months)


def status_at(
    instant: datetime, *, expires_at: datetime, revoked_at: datetime | None
) -> TokenStatus:
    """A token's status at an instant (all three timezone-aware); revoked wins over expired."""
    if revoked_at is not None:
        return TokenStatus.REVOKED
    if expires_at <= instant:
        return TokenStatus.EXPIRED
    if expires_at - instant <= EXPIRING_WITHIN:
        return TokenStatus.EXPIRING
    return TokenStatus.ACTIVE
