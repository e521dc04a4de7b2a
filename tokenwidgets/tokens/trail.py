"""Which events of the audit trail are about a token, or about tokens of a name.

Tokens that were revoked together have one event for each owner, which has no room for all of
them: its instant is that at which they were revoked.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from tokenwidgets.audit import DONE
from tokenwidgets.schema import AuditEvent, Token, User
from tokenwidgets.search import containing
from tokenwidgets.search_index import TOKENS, is_short, names_very_many, narrowed
from tokenwidgets.tokens.bulk import REVOKING_MANY

__all__ = ["MOST_NAMED", "of_token", "revoking"]

MOST_NAMED = 10_000
"""The most tokens of a name whose common events are looked for."""


def of_token(session: Session, token_id: int) -> ColumnElement[bool]:
    """The events about a token, the one by which it was revoked with others among them."""
    own = AuditEvent.token_id == token_id
    together = _together(session, Token.id == token_id)
    if not together:
        return own
    details = select(AuditEvent.id, AuditEvent.detail).where(AuditEvent.id.in_(together))
    ids = [id_ for id_, detail in session.execute(details) if _may_have(detail, token_id)]
    return or_(own, AuditEvent.id.in_(ids))


def revoking(session: Session, search: str) -> list[int]:
    """The events by which tokens with this in their name were revoked with others.

    None for one or two characters, or where very many tokens have it: that says little of any.
    """
    if is_short(search):
        return []
    narrow = narrowed(session, search, Token.id, TOKENS)
    if not narrow and names_very_many(session, TOKENS):
        return []
    return _together(session, *narrow, *containing(search, Token.name))


def _together(session: Session, *which: ColumnElement[bool]) -> list[int]:
    """The events by which these tokens were revoked with others; none if they are very many."""
    named = (
        select(Token.revoked_at, User.user_id)
        .join(User, User.id == Token.owner_id)
        .where(*which)
        .limit(MOST_NAMED + 1)
    )
    found = session.execute(named).all()
    # Looked at here, as it takes long to find the revoked ones where very many have the name.
    revoked = {(at, owner) for at, owner in found if at is not None}
    if not revoked or len(found) > MOST_NAMED:
        return []
    # An expression, as the owners' own index would be the wrong one to begin with.
    of_owner = func.coalesce(AuditEvent.user_id, "").in_({owner for _, owner in revoked})
    events = select(
        AuditEvent.id,
        AuditEvent.at,
        AuditEvent.user_id,
        AuditEvent.token_id,
        AuditEvent.action,
        AuditEvent.outcome,
    ).where(AuditEvent.at.in_({at for at, _ in revoked}), of_owner)
    return [
        event.id
        for event in session.execute(events)
        if event.token_id is None
        and event.action in REVOKING_MANY
        and event.outcome == DONE
        and (event.at, event.user_id) in revoked
    ]


def _may_have(detail: dict[str, Any], token_id: int) -> bool:
    """Whether an event lists a token, or has more of them than it lists.

    Two of one owner may be of one instant, if the clock was set back.
    """
    listed = detail.get("token_ids", [])
    return token_id in listed or detail.get("count", 0) > len(listed)
