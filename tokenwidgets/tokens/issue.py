"""Mint secrets for new tokens, and new secrets for old ones, inside a change under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from tokenwidgets import errors
from tokenwidgets.schema import Token, TokenSecret, User
from tokenwidgets.secret import Secret, mint
from tokenwidgets.service import Change
from tokenwidgets.text import comparison_key
from tokenwidgets.tokens.grants import write_grants
from tokenwidgets.tokens.rows import TokenRow, read, read_many
from tokenwidgets.tokens.steps import checked_months, entry, labels, refuse_used_names
from tokenwidgets.vocabulary import OVERLAPS, Access, add_months

__all__ = ["NewToken", "issue", "replace_secret"]


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token whose secret was just minted. ``secret.reveal()`` is the one chance to have it."""

    token: TokenRow
    secret: Secret


def issue(
    change: Change,
    user: User,
    wanted: Sequence[tuple[str, Mapping[str, Access]]],
    months: int,
    prefix: str,
) -> list[NewToken]:
    """Add tokens of these names and grants to a user who is active."""
    checked_months(months)
    session = change.session
    refuse_used_names(change, user, [name for name, _ in wanted])
    tokens = [
        Token(
            owner_id=user.id,
            name=name,
            name_key=comparison_key(name),
            months=months,
            created_at=change.at,
            created_by=change.authority.actor,
            expires_at=add_months(change.at, months),
        )
        for name, _ in wanted
    ]
    session.add_all(tokens)
    session.flush()
    secrets = [mint(prefix) for _ in tokens]
    session.add_all(map(secret_row, tokens, secrets, [change.at] * len(tokens)))
    session.flush()
    granted = [grants for _, grants in wanted]
    write_grants(session, {token.id: grants for token, grants in zip(tokens, granted, strict=True)})
    change.record(
        *(
            entry("add token", user, token, first_detail(token, secret, grants))
            for token, secret, grants in zip(tokens, secrets, granted, strict=True)
        )
    )
    rows = read_many(session, [token.id for token in tokens], change.at)
    return list(map(NewToken, rows, secrets))


def replace_secret(
    change: Change, user: User, token: Token, months: int, overlap: timedelta, prefix: str
) -> NewToken:
    """Give the token a new secret and expiration; the old secret ends after the overlap."""
    if overlap not in OVERLAPS.values():
        words = ", ".join(OVERLAPS)
        raise errors.InvalidValue("Keep the old secret working for", f"must be one of {words}.")
    checked_months(months)
    # The old secret never outlives what it was given, and a dead one is not revived.
    old_ends = max(change.at, min(change.at + overlap, token.expires_at))
    end_secrets(change, token.id, old_ends)
    secret = mint(prefix)
    token.months = months
    token.expires_at = add_months(change.at, months)
    token.version += 1
    change.session.add(secret_row(token, secret, change.at))
    change.session.flush()
    detail: dict[str, Any] = {
        "months": months,
        "expires_at": token.expires_at.isoformat(),
        "hint": f"{secret.prefix}_…{secret.last_four}",
    }
    if old_ends > change.at:
        detail["old_secret_ends_at"] = old_ends.isoformat()
    change.record(entry("regenerate token", user, token, detail))
    return NewToken(read(change.session, token.id, change.at), secret)


def end_secrets(change: Change, token_id: int, present_ends: datetime) -> None:
    """End the present secret then, and an older one that was still working now."""
    session = change.session
    of_token = TokenSecret.token_id == token_id
    session.execute(
        update(TokenSecret)
        .where(of_token, TokenSecret.ends_at > change.at)
        .values(ends_at=change.at)
    )
    session.execute(
        update(TokenSecret)
        .where(of_token, TokenSecret.ends_at.is_(None))
        .values(ends_at=present_ends)
    )


def secret_row(token: Token, secret: Secret, at: datetime) -> TokenSecret:
    return TokenSecret(
        digest=secret.digest,
        token_id=token.id,
        prefix=secret.prefix,
        last_four=secret.last_four,
        minted_at=at,
    )


def first_detail(token: Token, secret: Secret, grants: Mapping[str, Access]) -> dict[str, Any]:
    return {
        "months": token.months,
        "expires_at": token.expires_at.isoformat(),
        "access": labels(grants),
        "hint": f"{secret.prefix}_…{secret.last_four}",
    }
