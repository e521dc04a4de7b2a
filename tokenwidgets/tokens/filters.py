"""Which tokens of all: the filters of the inventory, as conditions for the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from tokenwidgets import errors
from tokenwidgets.authority import Reach
from tokenwidgets.directory.apis import find_api
from tokenwidgets.directory.groups import find_group
from tokenwidgets.directory.lookup import unknown_user
from tokenwidgets.instants import check_instant
from tokenwidgets.schema import Grant, Membership, Token, User
from tokenwidgets.search import containing
from tokenwidgets.search_index import TOKENS, USERS, is_short, narrowed, narrows_by_itself
from tokenwidgets.tokens.bulk import among
from tokenwidgets.tokens.grants import gives
from tokenwidgets.vocabulary import EXPIRING_WITHIN, Access, TokenStatus

__all__ = ["TokenFilter", "conditions", "status_expression"]

_FEW = 500
_MANY = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFilter:
    """Which tokens: those that match all that is given. Instants are timezone-aware.

    Args:
        status: one status or several, as of the instant at which the tokens are read.
        owner: the User ID of the owner, or of several.
        group: the name of a user group that the owner is in.
        department: the owner's department.
        api: the name of an API that the token opens.
        access: exactly this access, to ``api`` or without one to any API. ``Access.NONE`` finds
            the tokens that do not open ``api``, or that open nothing at all.
        search: part of the token's name, or of the owner's User ID or name.
        expiring_within: live tokens that expire within this time from now.
        unused_for: tokens that were not used for this long; one never used, since it was made.
        created_since: tokens added at this instant or later.
        created_before: tokens added earlier.
        expires_since: tokens whose expiration is at this instant or later.
        expires_before: tokens whose expiration is earlier.

    """

    status: TokenStatus | str | Sequence[TokenStatus | str] | None = None
    owner: str | Sequence[str] | None = None
    group: str | None = None
    department: str | None = None
    api: str | None = None
    access: Access | None = None
    search: str = ""
    expiring_within: timedelta | None = None
    unused_for: timedelta | None = None
    created_since: datetime | None = None
    created_before: datetime | None = None
    expires_since: datetime | None = None
    expires_before: datetime | None = None


def conditions(
    session: Session, reach: Reach, wanted: TokenFilter, at: datetime
) -> list[ColumnElement[bool]]:
    """The filter as conditions on ``Token`` alone, for the tokens of users within reach.

    A name that does not exist is a mistake, not a reason to find nothing.

    Raises:
        InvalidValue: a value cannot be taken.
        UnknownUser, UnknownGroup, UnknownAPI: nothing within reach has this name.

    """
    return [
        *_owned_within(reach),
        *_of_owner(session, reach, wanted),
        *_of_status(wanted.status, at),
        *_with_access(session, wanted),
        *_in_time(wanted, at),
        *_matching(session, wanted.search),
    ]


def status_expression(at: datetime) -> ColumnElement[str]:
    """A token's status at this instant, as the database computes it; as ``status_at``."""
    return case(
        (Token.revoked_at.is_not(None), TokenStatus.REVOKED.value),
        (Token.expires_at <= at, TokenStatus.EXPIRED.value),
        (Token.expires_at <= at + EXPIRING_WITHIN, TokenStatus.EXPIRING.value),
        else_=TokenStatus.ACTIVE.value,
    )


def _owned_within(reach: Reach) -> list[ColumnElement[bool]]:
    if reach.everybody:
        return []
    return [Token.owner_id.in_(select(User.id).where(reach.where()))]


def _of_owner(session: Session, reach: Reach, wanted: TokenFilter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if wanted.owner is not None:
        names = _several(wanted.owner)
        texts = [str(name) for name in names if isinstance(name, str)]
        found = select(User.user_id, User.id).where(_one_of(session, texts, User.user_id))
        ids = dict(session.execute(found.where(reach.where())).all())
        for name in names:
            if name not in ids:
                raise unknown_user(name)
        where.append(_one_of(session, list(ids.values()), Token.owner_id))
    if wanted.group is not None:
        group = find_group(session, wanted.group)
        members = select(Membership.user_id).where(Membership.group_id == group.id)
        where.append(Token.owner_id.in_(members))
    if wanted.department is not None:
        of_department = select(User.id).where(User.department == wanted.department)
        where.append(Token.owner_id.in_(of_department))
    return where


def _of_status(status: Any, at: datetime) -> list[ColumnElement[bool]]:
    if status is None:
        return []
    soon = at + EXPIRING_WITHIN
    not_revoked = Token.revoked_at.is_(None)
    meaning = {
        TokenStatus.ACTIVE: and_(not_revoked, Token.expires_at > soon),
        TokenStatus.EXPIRING: and_(not_revoked, Token.expires_at > at, Token.expires_at <= soon),
        TokenStatus.EXPIRED: and_(not_revoked, Token.expires_at <= at),
        TokenStatus.REVOKED: Token.revoked_at.is_not(None),
    }
    try:
        chosen = {TokenStatus(one) for one in _several(status)}
    except ValueError:
        words = ", ".join(TokenStatus)
        raise errors.InvalidValue(
            "Status", f"must be one of {words}, not {str(status)[:50]!r}."
        ) from None
    return [or_(*(meaning[one] for one in TokenStatus if one in chosen))]


def _with_access(session: Session, wanted: TokenFilter) -> list[ColumnElement[bool]]:
    if wanted.access is not None and not isinstance(wanted.access, Access):
        raise errors.InvalidValue("Access", "must be Access.NONE, Access.READ or Access.FULL.")
    if wanted.api is None and wanted.access is None:
        return []
    granted = [Grant.token_id == Token.id]
    if wanted.api is not None:
        granted.append(Grant.api_id == find_api(session, wanted.api).id)
    if wanted.access is Access.NONE:
        return [~exists().where(*granted).correlate(Token)]
    if wanted.access is not None:
        granted.append(gives(wanted.access))
    if wanted.api is not None and _are_few(session, granted[1:]):
        return [Token.id.in_(select(Grant.token_id).where(*granted[1:]))]
    return [exists().where(*granted).correlate(Token)]


def _are_few(session: Session, granted: Sequence[ColumnElement[bool]]) -> bool:
    """Whether the tokens are found sooner by these grants than among all in their order."""
    some = select(literal(1)).select_from(Grant).where(*granted).limit(_MANY + 1).subquery()
    return session.scalars(select(func.count()).select_from(some)).one() <= _MANY


def _in_time(wanted: TokenFilter, at: datetime) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if wanted.expiring_within is not None:
        until = at + _positive("Expiring within", wanted.expiring_within)
        where += [Token.revoked_at.is_(None), Token.expires_at > at, Token.expires_at <= until]
    if wanted.unused_for is not None:
        since = at - _positive("Unused for", wanted.unused_for)
        never = and_(Token.last_used_at.is_(None), Token.created_at <= since)
        where.append(or_(Token.last_used_at <= since, never))
    bounds = (
        ("Created since", wanted.created_since, Token.created_at.__ge__),
        ("Created before", wanted.created_before, Token.created_at.__lt__),
        ("Expires since", wanted.expires_since, Token.expires_at.__ge__),
        ("Expires before", wanted.expires_before, Token.expires_at.__lt__),
    )
    for field, bound, compare in bounds:
        if bound is not None:
            where.append(compare(check_instant(field, bound)))
    return where


def _matching(session: Session, search: str) -> list[ColumnElement[bool]]:
    of_token, of_owner = containing(search, Token.name), containing(search, User.user_id, User.name)
    if not of_token:
        return []
    tokens = narrowed(session, search, Token.id, TOKENS)
    owners = narrowed(session, search, User.id, USERS)
    if narrows_by_itself(session) or (tokens and owners) or is_short(search):
        # Each half by its own index; an OR of the two would be by none.
        found = select(User.id).where(*owners, *of_owner)
        by_name = select(Token.id).where(*tokens, *of_token)
        return [Token.id.in_(by_name.union(select(Token.id).where(Token.owner_id.in_(found))))]
    # Very many match, so some are soon found among the tokens in their order.
    return [or_(*of_token, exists().where(User.id == Token.owner_id, *of_owner).correlate(Token))]


def _one_of(session: Session, values: list[Any], column: Any) -> ColumnElement[bool]:
    """Whether a column is one of these: of few as the planner likes it, of many as it can be."""
    if len(values) > _FEW:
        return among(session, values, column)
    some: ColumnElement[bool] = column.in_(values)
    return some


def _several(value: Any) -> list[Any]:
    """The values of a filter that takes one or several of them."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        return [value]
    return list(dict.fromkeys(value))


def _positive(field: str, time: object) -> timedelta:
    if not isinstance(time, timedelta) or not timedelta(0) <= time <= timedelta(days=36_500):
        raise errors.InvalidValue(field, "must be a time from 0 to 36,500 days.")
    return time
