"""Read the audit trail: one user's activity, or all of it, filtered and page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session

from tokenwidgets.audit import DONE
from tokenwidgets.authority import Reach
from tokenwidgets.directory.apis import find_api
from tokenwidgets.directory.groups import find_group
from tokenwidgets.directory.lookup import user_within
from tokenwidgets.instants import check_instant
from tokenwidgets.paging import ROWS_PER_PAGE, Cursor, Keyset, Page, count
from tokenwidgets.schema import AuditEvent, User
from tokenwidgets.search import containing
from tokenwidgets.search_index import EVENTS, narrowed
from tokenwidgets.service import Service
from tokenwidgets.tokens.trail import of_token, revoking
from tokenwidgets.vocabulary import Control

__all__ = ["EventRow", "HistoryService", "matching"]

_API_ACTIONS = ("add API", "edit API", "activate API", "deactivate API")
_GROUP_ACTIONS = ("add group", "edit group", "set controls", "add member", "remove member")
_MOST_RENAMINGS = 50


@dataclass(frozen=True, slots=True)
class EventRow:
    """Who did what to what, when (UTC), and whether it was done or denied."""

    id: int
    at: datetime
    actor: str
    action: str
    outcome: str
    user_id: str | None
    token_id: int | None
    subject: str
    detail: dict[str, Any]


class HistoryService(Service):
    """Reads of the audit trail, newest first."""

    def of_user(
        self, user_id: str, *, cursor: Cursor | None = None, rows: int = ROWS_PER_PAGE
    ) -> Page[EventRow]:
        """What was done to a user and to their tokens, for ``Application Users > Activity``.

        Raises:
            UnknownUser: there is none whom the actor may see.
            NotAllowed: the actor lacks the control.

        """
        with self.reading(Control.ACTIVITY) as (session, authority):
            user = user_within(session, authority, Control.ACTIVITY, user_id)
            return _page(session, [AuditEvent.user_id == user.user_id], cursor, rows)

    def of_group(
        self, name: str, *, cursor: Cursor | None = None, rows: int = ROWS_PER_PAGE
    ) -> Page[EventRow]:
        """What was done to a user group, under all names that it has had, for ``User Groups``.

        Raises:
            UnknownGroup: there is none of this name.
            NotAllowed: the actor lacks the control.

        """
        with self.reading(Control.USER_GROUPS) as (session, _):
            group = find_group(session, name)
            return _page(session, [_about_group(session, group.name)], cursor, rows)

    def of_api(
        self, name: str, *, cursor: Cursor | None = None, rows: int = ROWS_PER_PAGE
    ) -> Page[EventRow]:
        """What was done to an API, for ``APIs``.

        Raises:
            UnknownAPI: there is none of this name.
            NotAllowed: the actor lacks the control.

        """
        with self.reading(Control.APIS) as (session, _):
            about = [
                AuditEvent.subject == find_api(session, name).name,
                AuditEvent.action.in_(_API_ACTIONS),
            ]
            return _page(session, about, cursor, rows)

    def actions(self) -> tuple[str, ...]:
        """The actions of the events that the actor may see, sorted: what to filter by.

        Raises:
            NotAllowed: the actor lacks the control ``Audit Log``.

        """
        with self.reading(Control.AUDIT_LOG) as (session, authority):
            within = _within(authority.reach(Control.AUDIT_LOG))
            named = _actions()
            seen = exists().where(AuditEvent.action == named.c.action, *within).correlate(named)
            return tuple(sorted(session.scalars(select(named.c.action).where(seen))))

    def page(
        self,
        *,
        search: str = "",
        actor: str | None = None,
        action: str | None = None,
        outcome: str | None = None,
        user_id: str | None = None,
        token_id: int | None = None,
        subject: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        cursor: Cursor | None = None,
        rows: int = ROWS_PER_PAGE,
    ) -> Page[EventRow]:
        """The events that match all that is given, for ``Audit Log``.

        They are counted up to 10,000; ``more`` of the page then says that there are more. On
        SQLite all of them, when nothing narrows them down.

        Args:
            search: part of an actor, an action, a subject or a User ID; or of the name of a
                token that the event revoked with others, unless it is in very many names.
            actor: events of exactly this actor.
            action: such as ``revoke token``.
            outcome: ``done`` or ``denied``.
            user_id: events about this user.
            token_id: events about this token, or about several and this one among them.
            subject: events about what has exactly this name.
            since: no earlier ones; timezone-aware.
            until: only earlier ones; timezone-aware.
            cursor: ``next`` or ``previous`` of another page of the same filters.
            rows: how many at most, 1 to 1,000.

        Raises:
            InvalidValue: an instant has no time zone, or the search cannot be looked for.
            NotAllowed: the actor lacks the control.

        """
        with self.reading(Control.AUDIT_LOG) as (session, authority):
            where = matching(
                session,
                authority.reach(Control.AUDIT_LOG),
                search=search,
                actor=actor,
                action=action,
                outcome=outcome,
                user_id=user_id,
                token_id=token_id,
                subject=subject,
                since=since,
                until=until,
            )
            return _page(session, where, cursor, rows)

    def count(self, **filters: Any) -> int:
        """How many events match the filters of ``page``, however many they are.

        Raises: as ``page``.
        """
        with self.reading(Control.AUDIT_LOG) as (session, authority):
            where = matching(session, authority.reach(Control.AUDIT_LOG), **filters)
            return session.scalars(select(func.count()).select_from(AuditEvent).where(*where)).one()


def matching(
    session: Session,
    reach: Reach,
    *,
    search: str = "",
    token_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    **exact: str | None,
) -> list[ColumnElement[bool]]:
    """The filters of ``HistoryService.page`` as conditions, for the events within reach."""
    where = _within(reach)
    where += [
        getattr(AuditEvent, name) == value for name, value in exact.items() if value is not None
    ]
    if token_id is not None:
        where.append(of_token(session, token_id))
    if since is not None:
        where.append(AuditEvent.at >= check_instant("Since", since))
    if until is not None:
        where.append(AuditEvent.at < check_instant("Until", until))
    columns = (AuditEvent.actor, AuditEvent.action, AuditEvent.subject, AuditEvent.user_id)
    found = [*narrowed(session, search, AuditEvent.id, EVENTS), *containing(search, *columns)]
    if found and (ids := revoking(session, search)):
        return [*where, or_(and_(*found), AuditEvent.id.in_(ids))]
    return where + found


def _actions() -> CTE:
    """The actions that there are: from one to the next in the index, however many have each."""
    first = select(func.min(AuditEvent.action).label("action")).cte("actions", recursive=True)
    after = select(func.min(AuditEvent.action)).where(AuditEvent.action > first.c.action)
    return first.union_all(
        select(after.correlate(first).scalar_subquery()).where(first.c.action.is_not(None))
    )


def _within(reach: Reach) -> list[ColumnElement[bool]]:
    """Events about users within reach; those about no user are for who reaches everybody."""
    if reach.everybody:
        return []
    return [AuditEvent.user_id.in_(select(User.user_id).where(reach.where()))]


def _about_group(session: Session, name: str) -> ColumnElement[bool]:
    """The events about a group, by its name since it got it, and by the ones it had before."""
    parts: list[ColumnElement[bool]] = []
    until: ColumnElement[bool] = true()
    for _ in range(_MOST_RENAMINGS):
        named = [AuditEvent.subject == name, AuditEvent.outcome == DONE, until]
        edits = select(AuditEvent.id, AuditEvent.action, AuditEvent.detail).where(
            *named, AuditEvent.action.in_(("add group", "edit group"))
        )
        # It got the name when it was added, or by being renamed.
        event_id, before = next(
            (
                (row.id, row.detail.get("name", [None])[0])
                for row in session.execute(edits.order_by(AuditEvent.id.desc()))
                if row.action == "add group" or "name" in row.detail
            ),
            (0, None),
        )
        parts.append(and_(AuditEvent.subject == name, until, AuditEvent.id >= event_id))
        if before is None:
            break
        until, name = AuditEvent.id < event_id, before
    return and_(AuditEvent.action.in_(_GROUP_ACTIONS), or_(*parts))


def _page(
    session: Session, where: list[ColumnElement[bool]], cursor: Cursor | None, rows: int
) -> Page[EventRow]:
    total, more = count(session, AuditEvent.__table__, where)
    columns = select(
        AuditEvent.id,
        AuditEvent.at,
        AuditEvent.actor,
        AuditEvent.action,
        AuditEvent.outcome,
        AuditEvent.user_id,
        AuditEvent.token_id,
        AuditEvent.subject,
        AuditEvent.detail,
    )
    listing = Keyset(columns.where(*where), [AuditEvent.id])
    page = listing.page(session, cursor=cursor, limit=rows, total=total, more=more, descending=True)
    return page.map(lambda found: [EventRow(**row._mapping) for row in found])
