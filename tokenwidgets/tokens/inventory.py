"""The inventory: all tokens that the actor may see, filtered, sorted and page by page.

It counts them for charts, and revokes many at once. As a DataFrame: ``tokenwidgets.inventory``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import FromClause, SQLColumnExpression, case, func, select

from tokenwidgets import errors
from tokenwidgets.authority import Authority, Reach
from tokenwidgets.instants import Epoch
from tokenwidgets.language import Phrase
from tokenwidgets.paging import ROWS_PER_PAGE, Cursor, Keyset, Page, count
from tokenwidgets.schema import API, Grant, Token, User
from tokenwidgets.service import Service, retried
from tokenwidgets.text import check_note
from tokenwidgets.tokens.bulk import REVOKE, among, checked_id, live, revoke
from tokenwidgets.tokens.filters import TokenFilter, conditions
from tokenwidgets.tokens.months import MonthCount, counted, counted_of_all
from tokenwidgets.tokens.rows import TokenRow, read_many
from tokenwidgets.vocabulary import Access, Control

__all__ = ["APICount", "InventoryService", "InventorySort"]

InventorySort = Literal["expires_at", "created_at", "last_used_at", "name", "owner"]

_EVERYTHING = TokenFilter()
_SORTS: dict[str, Any] = {
    "expires_at": Token.expires_at,
    "created_at": Token.created_at,
    "last_used_at": func.coalesce(Token.last_used_at, Epoch()),
    "name": Token.name_key,
    "owner": User.user_id,
}


@dataclass(frozen=True, slots=True)
class APICount:
    """How many tokens have this access to an API."""

    api: str
    access: Access
    count: int


class InventoryService(Service):
    """The tokens of the users whom ``Token Inventory`` reaches."""

    def page(
        self,
        filters: TokenFilter = _EVERYTHING,
        *,
        sort: InventorySort = "expires_at",
        descending: bool = False,
        cursor: Cursor | None = None,
        rows: int = ROWS_PER_PAGE,
    ) -> Page[TokenRow]:
        """Some of the tokens that match.

        They are counted up to 10,000; ``more`` of the page then says that there are more. On
        SQLite all of them, when no filter or limit of the actor's narrows them down.

        Args:
            filters: which tokens.
            sort: the column to sort by; tokens never used come before all that were.
            descending: from the highest down.
            cursor: ``next`` or ``previous`` of another page of the same filters and sort.
            rows: how many at most, 1 to 1,000.

        Raises:
            InvalidValue: a filter cannot be taken, or there is no such column to sort by.
            UnknownUser, UnknownGroup, UnknownAPI: a filter names what is not there.
            NotAllowed: the actor lacks the control.

        """
        if sort not in get_args(InventorySort):
            words = ", ".join(get_args(InventorySort))
            raise errors.InvalidValue("sort", f"must be one of {words}, not {sort!r}.")
        at = self._clock()
        with self.reading(Control.TOKEN_INVENTORY) as (session, authority):
            where = conditions(session, authority.reach(Control.TOKEN_INVENTORY), filters, at)
            total, more = count(session, Token.__table__, where)
            keys: list[SQLColumnExpression[Any]] = [_SORTS[sort], Token.id]
            source: FromClause = Token.__table__
            if sort == "owner":
                source = source.join(User.__table__, User.id == Token.owner_id)
            listing = Keyset(select(*keys).select_from(source).where(*where), keys)
            found = listing.page(
                session,
                cursor=cursor,
                limit=rows,
                total=total,
                more=more,
                descending=descending,
            )
            return found.map(lambda ids: read_many(session, [row.id for row in ids], at))

    def count(self, filters: TokenFilter = _EVERYTHING) -> int:
        """How many tokens match, however many they are.

        Raises: as ``page``.
        """
        at = self._clock()
        with self.reading(Control.TOKEN_INVENTORY) as (session, authority):
            where = conditions(session, authority.reach(Control.TOKEN_INVENTORY), filters, at)
            return session.scalars(select(func.count()).select_from(Token).where(*where)).one()

    def expirations(self, filters: TokenFilter = _EVERYTHING) -> tuple[MonthCount, ...]:
        """How many of the tokens that match expire in each month, by status.

        Raises: as ``page``.
        """
        at = self._clock()
        with self.reading(Control.TOKEN_INVENTORY) as (session, authority):
            where = conditions(session, authority.reach(Control.TOKEN_INVENTORY), filters, at)
            return counted(session, where, at) if where else counted_of_all(session, at)

    def by_api(self, filters: TokenFilter = _EVERYTHING) -> tuple[APICount, ...]:
        """How many of the tokens that match have Read and Full Access to each API.

        Raises: as ``page``.
        """
        at = self._clock()
        with self.reading(Control.TOKEN_INVENTORY) as (session, authority):
            where = conditions(session, authority.reach(Control.TOKEN_INVENTORY), filters, at)
            counted = select(Grant.api_id, Grant.access, func.count().label("count"))
            if where:
                counted = counted.join(Token, Token.id == Grant.token_id).where(*where)
            found = counted.group_by(Grant.api_id, Grant.access).subquery()
            given = case((API.read_only, int(Access.READ)), else_=found.c.access).label("given")
            statement = (
                select(API.name, given, func.sum(found.c.count))
                .join(found, found.c.api_id == API.id)
                .group_by(API.name, given)
                .order_by(API.name, given)
            )
            return tuple(
                APICount(api, Access(access), int(count))
                for api, access, count in session.execute(statement)
            )

    def revocable(self, filters: TokenFilter = _EVERYTHING) -> int:
        """How many tokens ``revoke_matching`` would revoke: the live ones that match.

        Raises:
            NotAllowed: the actor lacks ``Application Users > API Tokens``, too.
            InvalidValue, UnknownUser, UnknownGroup, UnknownAPI: as ``page``.

        """
        at = self._clock()
        with self.reading(Control.TOKEN_INVENTORY) as (session, authority):
            where = conditions(session, _revoking_reach(authority), filters, at)
            statement = select(func.count()).select_from(Token).where(*where, *live(at))
            return session.scalar(statement) or 0

    @retried
    def revoke_selected(self, token_ids: Collection[int], *, why: str = "") -> int:
        """Revoke the live ones of these tokens, all or none, and say how many they were.

        Args:
            token_ids: which; those that ended already stay as they are.
            why: a note for the audit trail, at most 500 characters.

        Raises:
            UnknownToken: one of them is not there, or the actor may not see it.
            NotAllowed: the actor lacks ``Token Inventory`` or ``Application Users > API Tokens``.

        """
        ids = sorted({checked_id(one) for one in token_ids})
        with self.changing(Control.API_TOKENS, REVOKE, f"{len(ids)} selected") as change:
            reach = _revoking_reach(change.authority)
            selected = [
                among(change.session, ids),
                *conditions(change.session, reach, _EVERYTHING, change.at),
            ]
            seen = select(func.count()).select_from(Token).where(*selected)
            if change.session.scalar(seen) != len(ids):
                raise errors.UnknownToken(
                    Phrase("One of the selected tokens is not there (any more).")
                )
            return revoke(change, selected, check_note("Why", why, most=500))

    @retried
    def revoke_matching(self, filters: TokenFilter, *, count: int, why: str = "") -> int:
        """Revoke all live tokens that match, if they are as many as was confirmed.

        Args:
            filters: which tokens.
            count: what ``revocable`` said and a person confirmed.
            why: a note for the audit trail, at most 500 characters.

        Raises:
            InvalidValue: other than ``count`` would be revoked; nothing was.
            NotAllowed: the actor lacks ``Token Inventory`` or ``Application Users > API Tokens``.
            UnknownUser, UnknownGroup, UnknownAPI: as ``page``.

        """
        with self.changing(Control.API_TOKENS, REVOKE, "all that match") as change:
            reach = _revoking_reach(change.authority)
            matching = conditions(change.session, reach, filters, change.at)
            ended = revoke(change, matching, check_note("Why", why, most=500))
            if ended != count:
                raise errors.InvalidValue(
                    "Count",
                    Phrase(
                        "{now} tokens match by now, not {count}; none was revoked.",
                        now=ended,
                        count=count,
                    ),
                )
            return ended


def _revoking_reach(authority: Authority) -> Reach:
    """Whose tokens the actor both sees in the inventory and may revoke."""
    return authority.require(Control.TOKEN_INVENTORY) & authority.require(Control.API_TOKENS)
