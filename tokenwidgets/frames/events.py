"""The audit trail as a DataFrame: one row an event."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from datetime import datetime
from typing import Any, TypedDict, Unpack, overload

import pandas as pd
from sqlalchemy import Text, cast

from tokenwidgets.frames.columns import EVENTS, Kind
from tokenwidgets.frames.opening import opened
from tokenwidgets.frames.readers import Wanted, reading
from tokenwidgets.history import matching
from tokenwidgets.platform import Platform
from tokenwidgets.schema import AuditEvent
from tokenwidgets.vocabulary import Control

__all__ = ["EventFilters", "events"]

_EVENTS: Wanted = {
    "event_id": (AuditEvent.id, Kind.ID),
    "at": (AuditEvent.at, Kind.INSTANT),
    "actor": (AuditEvent.actor, Kind.TEXT),
    "action": (AuditEvent.action, Kind.TEXT),
    "outcome": (AuditEvent.outcome, Kind.OUTCOME),
    "user_id": (AuditEvent.user_id, Kind.OPTIONAL_TEXT),
    "token_id": (AuditEvent.token_id, Kind.OPTIONAL_ID),
    "subject": (AuditEvent.subject, Kind.TEXT),
    "detail": (cast(AuditEvent.detail, Text), Kind.TEXT),
}


class EventFilters(TypedDict, total=False):
    """Which events: those that match all that is given; as for ``HistoryService.page``."""

    search: str
    actor: str | None
    action: str | None
    outcome: str | None
    user_id: str | None
    token_id: int | None
    subject: str | None
    since: datetime | None
    until: datetime | None


@overload
def events(
    platform: Platform | None = ...,
    *,
    chunksize: None = ...,
    fast: bool | None = ...,
    **filters: Unpack[EventFilters],
) -> pd.DataFrame: ...
@overload
def events(
    platform: Platform | None = ...,
    *,
    chunksize: int,
    fast: bool | None = ...,
    **filters: Unpack[EventFilters],
) -> Iterator[pd.DataFrame]: ...
def events(
    platform: Platform | None = None,
    *,
    chunksize: int | None = None,
    fast: bool | None = None,
    **filters: Unpack[EventFilters],
) -> pd.DataFrame | Iterator[pd.DataFrame]:
    """The audit trail as far as the actor may see it: one row an event, oldest first.

    Args:
        platform: what ``tokenwidgets.connect()`` gives; by default it is called.
        chunksize: give frames of so many rows, one after the other, instead of a single one.
        fast: as for ``inventory``.
        **filters: ``search``, ``actor``, ``action``, ``outcome``, ``user_id``, ``token_id``,
            ``subject``, ``since``, ``until``, as for ``platform.history.page``.

    Raises:
        NotAllowed: the actor lacks ``Audit Log``.

    """
    chunks = _chunks(platform, chunksize, fast, filters)
    if chunksize is not None:
        return chunks
    with contextlib.closing(chunks):
        return next(chunks)


def _chunks(
    platform: Platform | None, chunksize: int | None, fast: bool | None, filters: Any
) -> Generator[pd.DataFrame, None, None]:
    with (
        opened(platform) as platform,
        reading(platform.history, Control.AUDIT_LOG, None, fast) as snapshot,
    ):
        where = matching(snapshot.session, snapshot.authority.reach(Control.AUDIT_LOG), **filters)
        last = 0
        while True:
            arrays = snapshot.read(
                _EVENTS, *where, AuditEvent.id > last, order=[AuditEvent.id], limit=chunksize
            )
            frame = pd.DataFrame(
                {column.name: arrays[column.name] for column in EVENTS}, copy=False
            )
            if last == 0 or len(frame):
                yield frame
            if chunksize is None or len(frame) < chunksize:
                return
            last = int(frame["event_id"].iat[-1])
