"""Editing a live token, and taking an edit back."""

from __future__ import annotations

from tokenwidgets import errors
from tokenwidgets.language import Phrase
from tokenwidgets.schema import Token, User
from tokenwidgets.service import Change
from tokenwidgets.text import check_name, comparison_key
from tokenwidgets.tokens import rows as token_rows
from tokenwidgets.tokens.grants import GrantChoice, offered, read_choice, replace_grants
from tokenwidgets.tokens.rows import TokenRow
from tokenwidgets.tokens.steps import (
    checked_months,
    difference,
    entry,
    refuse_ended,
    refuse_stale,
    refuse_used_names,
)
from tokenwidgets.vocabulary import EXPIRATION_MONTHS, add_months

__all__ = ["edit", "restore"]


def edit(
    change: Change,
    token_id: int,
    version: int | None,
    *,
    name: str | None,
    months: int | None,
    grants: GrantChoice | None,
) -> TokenRow:
    """Change what is given, as ``TokenService.edit`` says."""
    token, user, before = _live(change, token_id, version)
    if name is not None:
        _rename(change, user, token, name)
    if months is not None:
        token.months = checked_months(months)
        token.expires_at = add_months(change.at, months)
    change.session.flush()
    if grants is not None:
        chosen = read_choice(change.session, grants, present=before.grants)
        replace_grants(change.session, token.id, chosen)
    return _recorded(change, user, token, before)


def restore(change: Change, earlier: TokenRow, version: int) -> TokenRow:
    """Give a token back what it had, as ``TokenService.restore`` says."""
    token, user, before = _live(change, earlier.id, version)
    if earlier.expires_at <= change.at:
        raise errors.TokenEnded(
            Phrase("The token {token} would be expired as it was before.", token=token.name)
        )
    if earlier.expires_at > add_months(change.at, max(EXPIRATION_MONTHS)):
        raise errors.InvalidValue(
            "Expiration (Months)", Phrase("is later than a token can have it.")
        )
    if earlier.name != token.name:
        _rename(change, user, token, earlier.name)
    token.months, token.expires_at = checked_months(earlier.months), earlier.expires_at
    change.session.flush()
    # An API may offer less by now; what the edit left alone is not taken from the token for that.
    most = offered(change.session)
    had, has = (
        {api: min(access, most[api]) for api, access in row.grants.items() if api in most}
        for row in (earlier, before)
    )
    if had != has:
        chosen = read_choice(change.session, had, present=before.grants)
        replace_grants(change.session, token.id, chosen)
    return _recorded(change, user, token, before)


def _live(change: Change, token_id: int, version: int | None) -> tuple[Token, User, TokenRow]:
    token, user = token_rows.find(change.session, change.authority, token_id)
    before = token_rows.read(change.session, token.id, change.at)
    refuse_stale(before, version)
    refuse_ended(before)
    return token, user, before


def _rename(change: Change, user: User, token: Token, name: str) -> None:
    checked = check_name("Token name", name)
    refuse_used_names(change, user, [checked], besides=token.id)
    token.name, token.name_key = checked, comparison_key(checked)


def _recorded(change: Change, user: User, token: Token, before: TokenRow) -> TokenRow:
    """The token as it is now; what is other than before is in the trail."""
    after = token_rows.read(change.session, token.id, change.at)
    if after == before:
        change.nothing_to_do()
        return before
    token.version += 1
    change.session.flush()
    change.record(entry("edit token", user, token, difference(before, after)))
    return token_rows.read(change.session, token.id, change.at)
