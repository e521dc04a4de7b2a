"""What both verifiers are made from, and what belongs to one process alone."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.engine import URL

from tokenwidgets import errors
from tokenwidgets.verifier.core import CACHE_SIZE, FLUSH_SECONDS, Core, Lane, Tally
from tokenwidgets.verifier.introspection import OpenedBy, opened_by
from tokenwidgets.verifier.source import TIMEOUT_SECONDS, Place, source_of
from tokenwidgets.verifier.usage import Usage
from tokenwidgets.verifier.watch import Watch, replicas_at
from tokenwidgets.vocabulary import now

__all__ = ["VerifierBase"]


class VerifierBase:
    """A database to ask, the settings, and a lane to it for each thread.

    Args:
        database: an SQLAlchemy URL, engine or ``Database``, SQLite or PostgreSQL. A URL is
            opened for reading alone.
        max_stale_seconds: how old a remembered decision may be, 0 for none. Expiry is exact
            to the second all the same. On PostgreSQL changes are listened for, so that it is
            seldom more than a moment.
        replicas: a URL of PostgreSQL's streaming replicas of the database, to be read in its
            place as far as ``max_stale_seconds`` allows; it may name several hosts.
        cache_size: how many decisions that allow are remembered, and as many that deny; on
            SQLite without ``max_stale_seconds``, for each thread.
        grace_seconds: while the database fails, how long after it last vouched for a decision
            that allowed this may be given. 0 denies at once.
        timeout_seconds: how long the database may take to be connected to (PostgreSQL no less
            than 2; an engine as long as its own settings say), or to answer, before the check is
            denied and the connection dropped.
        record_usage: whether to record when tokens were last used, and dead secrets that are
            still presented.
        usage_database: where to record it, if that takes another role or file than reading.
        flush_seconds: how often it is written.
        clock: gives the present instant, timezone-aware.

    Raises:
        ConfigurationError: the URL or a number cannot be used. A database that is not there,
            or fails later, raises nothing: the answer is denied until it is back.

    """

    def __init__(
        self,
        database: Place,
        *,
        max_stale_seconds: float = 0,
        replicas: str | URL | None = None,
        cache_size: int = CACHE_SIZE,
        grace_seconds: float = 0,
        timeout_seconds: float = TIMEOUT_SECONDS,
        record_usage: bool = True,
        usage_database: Place | None = None,
        flush_seconds: float = FLUSH_SECONDS,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._source = written = source_of(database, timeout_seconds)
        if usage_database is not None:
            written = source_of(usage_database, timeout_seconds)
        self._written = written
        engine = written.writable if record_usage else None
        source = self._source
        servers = replicas_at(replicas, source)
        self._make_core: Callable[[], Core] = lambda: Core(
            source,
            Usage(engine, flush_seconds, written.release),
            servers,
            max_stale_seconds=max_stale_seconds,
            cache_size=cache_size,
            grace_seconds=grace_seconds,
            clock=clock,
        )
        self._parent: VerifierBase | None = None
        self._start()

    def _start(self) -> None:
        """Make all that belongs to one process alone."""
        self._here = threading.local()
        self._lanes: weakref.WeakSet[Lane] = weakref.WeakSet()
        if self._parent is None:
            self._core = self._make_core()
            self._at_exit = weakref.finalize(self, self._core.close)
        else:
            self._core = self._parent._core
        _VERIFIERS.add(self)

    def _share(self, parent: VerifierBase) -> None:
        """Be another way into the same verifier."""
        self._source = parent._source
        self._parent = parent
        self._start()

    def tally(self) -> Tally:
        """What was read, remembered and denied up to now, for metrics."""
        return self._core.tally()

    def opened_by(self, secret: str) -> OpenedBy | None:
        """What the secret is and opens; None if it does not work now. Always reads the database.

        Raises:
            ClockError: the clock cannot be read, or is behind what the database has recorded.
            DatabaseError: the database cannot be read.

        """
        try:
            seconds = self._core.seconds()
        except Exception as error:
            raise errors.ClockError(f"The clock cannot be read: {error}.") from error
        try:
            return opened_by(self._source, secret, seconds)
        except errors.ClockError as error:
            self._core.complain(str(error))
            raise

    def flush(self) -> None:
        """Record the last use of tokens now, not in a few seconds."""
        self._core.usage.flush()

    def _new_lane(self) -> Lane:
        lane: Lane = self._core.lane(self._new_reader())
        self._here.lane = lane
        self._lanes.add(lane)
        self._core.start()
        return lane

    def _new_reader(self) -> Any:
        raise NotImplementedError

    @property
    def _watch_of_replicas(self) -> Watch | None:
        watch = self._core.watch
        return watch if watch is not None and watch.replicas else None

    def _close(self) -> None:
        if self._parent is None:
            self._at_exit()
            self._source.close()
            self._written.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} on {self._source.place}>"


_VERIFIERS: weakref.WeakSet[VerifierBase] = weakref.WeakSet()
_OF_THE_PARENT: list[Any] = []


def _start_anew() -> None:
    """In a forked child: leave the parent's connections alone, even from being closed."""
    for verifier in sorted(_VERIFIERS, key=lambda one: one._parent is not None):
        _OF_THE_PARENT.extend((verifier._core, *verifier._lanes))
        if verifier._parent is None:
            verifier._at_exit.detach()
        verifier._start()


os.register_at_fork(after_in_child=_start_anew)
