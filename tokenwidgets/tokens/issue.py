"""Mint secrets for new tokens, and new secrets for old ones, inside a change under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, update

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
    values = {
        "owner_id": user.id,
        "months": months,
        "created_at": change.at,
        "created_by": change.authority.actor,
        "expires_at": add_months(change.at, months),
    }
    keys = [comparison_key(name) for name, _ in wanted]
    inserted = session.execute(
        insert(Token).returning(Token.name_key, Token.id),
        [
            {**values, "name": name, "name_key": key}
            for (name, _), key in zip(wanted, keys, strict=True)
        ],
    )
    id_of = dict(inserted.all())
    ids = [id_of[key] for key in keys]
    secrets = [mint(prefix) for _ in ids]
    _add_secrets(change, dict(zip(ids, secrets, strict=True)))
    write_grants(session, {each: grants for each, (_, grants) in zip(ids, wanted, strict=True)})
    made = list(map(NewToken, read_many(session, ids, change.at), secrets))
    change.record(*(entry("add token", user, new.token, _first_detail(new)) for new in made))
    return made


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
    _end_secrets(change, token.id, old_ends)
    secret = mint(prefix)
    token.months = months
    token.expires_at = add_months(change.at, months)
    token.version += 1
    change.session.flush()
    _add_secrets(change, {token.id: secret})
    detail: dict[str, Any] = {
        "months": months,
        "expires_at": token.expires_at.isoformat(),
        "hint": secret.hint,
    }
    if old_ends > change.at:
        detail["old_secret_ends_at"] = old_ends.isoformat()
    change.record(entry("regenerate token", user, token, detail))
    return NewToken(read(change.session, token.id, change.at), secret)


def _end_secrets(change: Change, token_id: int, present_ends: datetime) -> None:
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


def _add_secrets(change: Change, secrets: Mapping[int, Secret]) -> None:
    """Store what may be stored of the new secrets, by their tokens' ids."""
    rows = [
        {
            "digest": secret.digest,
            "token_id": token_id,
            "prefix": secret.prefix,
            "last_four": secret.last_four,
            "minted_at": change.at,
        }
        for token_id, secret in secrets.items()
    ]
    change.session.execute(insert(TokenSecret), rows)


def _first_detail(new: NewToken) -> dict[str, Any]:
    return {
        "months": new.token.months,
        "expires_at": new.token.expires_at.isoformat(),
        "access": labels(new.token.grants),
        "hint": new.token.hint,
    }
