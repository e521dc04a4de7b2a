"""The steps that the changes of tokens share: what is refused, and what is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from tokenwidgets import errors
from tokenwidgets.audit import Entry
from tokenwidgets.language import Phrase
from tokenwidgets.schema import Token, User
from tokenwidgets.service import Change
from tokenwidgets.text import comparison_key
from tokenwidgets.tokens.rows import TokenRow
from tokenwidgets.vocabulary import EXPIRATION_MONTHS, Access

__all__ = [
    "checked_months",
    "difference",
    "entry",
    "labels",
    "refuse_ended",
    "refuse_stale",
    "refuse_used_names",
    "require_active",
]


def refuse_used_names(change: Change, user: User, names: Sequence[str], besides: int = 0) -> None:
    """Refuse names that live tokens of the owner have, the one ``besides`` left out."""
    used = change.session.scalar(
        select(func.min(Token.name)).where(
            Token.owner_id == user.id,
            Token.name_key.in_({comparison_key(name) for name in names}),
            Token.id != besides,
            Token.revoked_at.is_(None),
            Token.expires_at > change.at,
        )
    )
    if used is not None:
        raise errors.NameInUse(
            "Token name",
            Phrase("{user} has a live token named {name} already.", user=user.user_id, name=used),
        )


def checked_months(months: object) -> int:
    """The months if they are 3, 6 or 12; else ``InvalidValue``."""
    # True is an int equal to 1 and 6.0 equals 6; neither is what was asked for.
    if type(months) is not int or months not in EXPIRATION_MONTHS:
        allowed = ", ".join(map(str, EXPIRATION_MONTHS))
        raise errors.InvalidValue(
            "Expiration (Months)",
            Phrase(
                "must be one of {allowed}, not {given}.", allowed=allowed, given=str(months)[:20]
            ),
        )
    return months


def require_active(user: User) -> None:
    """Refuse a new secret for a user who is not active (``InactiveUser``)."""
    if not user.is_active:
        raise errors.InactiveUser(
            Phrase(
                "{user} is not active, so can have no new secret. Activate the user first.",
                user=user.user_id,
            )
        )


def refuse_stale(row: TokenRow, version: int | None) -> None:
    """Refuse a change that was made from an older row (``StaleVersion``)."""
    if version is not None and version != row.version:
        raise errors.StaleVersion(
            Phrase("Somebody else changed the token {name} in the meantime.", name=row.name), row
        )


def refuse_ended(row: TokenRow) -> None:
    """Refuse to edit a token that is revoked or expired (``TokenEnded``)."""
    if not row.status.is_live:
        raise errors.TokenEnded(
            Phrase("The token {token} is {status}.", token=row.name, status=row.status)
        )


def entry(
    action: str, user: User, token: Token | TokenRow, detail: dict[str, Any] | None = None
) -> Entry:
    """The audit entry for something done to a token."""
    return Entry(action, token.name, user_id=user.user_id, token_id=token.id, detail=detail)


def labels(grants: Mapping[str, Access]) -> dict[str, str]:
    """The access by API name, in the words on screen."""
    return {api: access.label for api, access in grants.items()}


def difference(before: TokenRow, after: TokenRow) -> dict[str, Any]:
    """What an edit changed, as ``{what: [before, after]}``."""
    detail: dict[str, Any] = {}
    if before.name != after.name:
        detail["name"] = [before.name, after.name]
    if before.expires_at != after.expires_at:
        detail["expires_at"] = [before.expires_at.isoformat(), after.expires_at.isoformat()]
    access = {
        api: [
            before.grants.get(api, Access.NONE).label,
            after.grants.get(api, Access.NONE).label,
        ]
        for api in sorted({*before.grants, *after.grants})
        if before.grants.get(api) != after.grants.get(api)
    }
    if access:
        detail["access"] = access
    return detail
