"""Bring what is on show up to date when somebody else changed something (PostgreSQL alone)."""

from __future__ import annotations

import asyncio
import contextlib
import time
import weakref
from typing import TYPE_CHECKING

from sqlalchemy.engine import URL

from tokenwidgets.database import Database
from tokenwidgets.notices import LISTENER, Listener
from tokenwidgets.screens.shell import Shell

if TYPE_CHECKING:
    import psycopg

__all__ = ["follow", "leave"]

_SOON = 0.2  # seconds, in which several changes become one
_REST = 10  # times as long as it took to refresh, before that is done again
_PATIENCE = 10.0  # seconds


def follow(shell: Shell) -> None:
    """Refresh it after every change, on the event loop that is running; none runs in a script."""
    database = shell.platform.database
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    if database.url.get_backend_name() == "postgresql":
        # One for the process: whoever runs a notebook's cell again needs no second connection.
        following = _FOLLOWING.setdefault(database.url, _Following(database, loop))
        following.add(shell)


def leave(shell: Shell) -> None:
    """Refresh it no more."""
    url = shell.platform.database.url
    following = _FOLLOWING.get(url)
    if following is not None and not following.remove(shell):
        del _FOLLOWING[url]


class _Following:
    """The listener for a database, and the shells that it has refreshed on the event loop."""

    def __init__(self, database: Database, loop: asyncio.AbstractEventLoop) -> None:
        self._database = database
        self._loop = loop
        self._shells: weakref.WeakSet[Shell] = weakref.WeakSet()
        self._due: asyncio.TimerHandle | None = None
        self._not_before = 0.0
        self._listener = Listener(self._connect, self._heard)

    def add(self, shell: Shell) -> None:
        """Refresh this one, too."""
        self._shells.add(shell)
        self._listener.start()

    def remove(self, shell: Shell) -> bool:
        """Leave this one alone; whether others are left. After the last it is of no more use."""
        self._shells.discard(shell)
        if self._shells:
            return True
        self._listener.close()
        if self._due is not None:
            self._due.cancel()
        return False

    def _connect(self) -> psycopg.Connection:
        from tokenwidgets.impatient import ImpatientConnection, arguments_of

        arguments = arguments_of(
            self._database.url,
            target_session_attrs="primary",
            connect_timeout=int(_PATIENCE),
            fallback_application_name=LISTENER,
        )
        return ImpatientConnection.to(arguments, _PATIENCE)

    def _heard(self) -> None:
        # A loop that is closed refreshes nothing.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._prepare)

    def _prepare(self) -> None:
        if self._due is None:
            wait = max(_SOON, self._not_before - time.monotonic())
            self._due = self._loop.call_later(wait, self._refresh)

    def _refresh(self) -> None:
        self._due = None
        began = time.monotonic()
        for shell in list(self._shells):
            shell.refresh()
        ended = time.monotonic()
        self._not_before = ended + _REST * (ended - began)


_FOLLOWING: dict[URL, _Following] = {}
