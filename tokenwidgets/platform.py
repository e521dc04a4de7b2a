"""One platform as one actor sees it: the services over a database, in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tokenwidgets.database import Database
from tokenwidgets.directory import APIService, GroupService, MembershipService, UserService
from tokenwidgets.history import HistoryService
from tokenwidgets.imports import ImportService
from tokenwidgets.preferences import PreferenceService
from tokenwidgets.secret import DEFAULT_PREFIX
from tokenwidgets.tokens import InventoryService, ManyTokensService, TokenService
from tokenwidgets.upgrade import check_schema
from tokenwidgets.vocabulary import now

__all__ = ["Platform", "open_platform"]


@dataclass(frozen=True, slots=True, repr=False)
class Platform:
    """The services, all acting as ``actor``; what widgets and scripts work with."""

    database: Database
    actor: str
    users: UserService
    groups: GroupService
    memberships: MembershipService
    apis: APIService
    tokens: TokenService
    many_tokens: ManyTokensService
    inventory: InventoryService
    history: HistoryService
    preferences: PreferenceService
    imports: ImportService

    def __repr__(self) -> str:
        return f"<Platform {self.database.place} as {self.actor}>"


def open_platform(
    database: Database,
    actor: str,
    *,
    prefix: str = DEFAULT_PREFIX,
    clock: Callable[[], datetime] = now,
) -> Platform:
    """Open a platform whose database has this version's schema.

    Args:
        database: where the platform is.
        actor: the User ID of who is acting, from the identity source.
        prefix: what new secrets begin with.
        clock: gives the present instant, timezone-aware.

    Raises:
        DatabaseError: the database is not there, not ours, or of another version.

    """
    check_schema(database)
    return Platform(
        database,
        actor,
        UserService(database, actor, clock=clock),
        GroupService(database, actor, clock=clock),
        MembershipService(database, actor, clock=clock),
        APIService(database, actor, clock=clock),
        TokenService(database, actor, prefix=prefix, clock=clock),
        ManyTokensService(database, actor, clock=clock),
        InventoryService(database, actor, clock=clock),
        HistoryService(database, actor, clock=clock),
        PreferenceService(database, actor, clock=clock),
        ImportService(database, actor, clock=clock),
    )
