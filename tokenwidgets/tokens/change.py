"""What is to change about a token, and what did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tokenwidgets.tokens.rows import TokenRow
from tokenwidgets.tokens.steps import difference
from tokenwidgets.vocabulary import Access

__all__ = ["TokenChange", "TokenDifference", "ended", "told"]


@dataclass(frozen=True, slots=True)
class TokenChange:
    """What is to become of one token; what is not given stays as it is.

    Args:
        token_id: which token.
        access: the access to these APIs by name; the access to others stays.
        months: a new expiration, 3, 6 or 12 calendar months from now.
        revoke: whether it is revoked; then nothing else can be changed.
        version: the ``version`` of the row that was seen; None for whatever it is by now.

    """

    token_id: int
    access: Mapping[str, Access] = field(default_factory=dict)
    months: int | None = None
    revoke: bool = False
    version: int | None = None


@dataclass(frozen=True, slots=True)
class TokenDifference:
    """One thing about a token that changes: ``what``, as it is before and after.

    ``what`` is ``name``, ``expires`` (ISO 8601, UTC), ``status`` or ``access to <API>``.
    """

    token_id: int
    owner: str
    token: str
    what: str
    before: str
    after: str


def told(before: TokenRow, after: TokenRow) -> Iterator[TokenDifference]:
    """What an edit changed, one thing after the other."""
    for what, change in difference(before, after).items():
        if what == "access":
            for api, pair in change.items():
                yield _difference(before, f"access to {api}", *pair)
        else:
            yield _difference(before, what.removesuffix("_at"), *change)


def ended(row: TokenRow) -> TokenDifference:
    """What revoking a live token changes."""
    return _difference(row, "status", row.status.value, "revoked")


def _difference(row: TokenRow, what: str, before: str, after: str) -> TokenDifference:
    return TokenDifference(row.id, row.owner, row.name, what, before, after)
