"""Held connections for an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from typing import TYPE_CHECKING, Any, Protocol

from tokenwidgets.verifier.reader import CLOCK_SLACK, LOOK_EVERY, SQLiteReader
from tokenwidgets.verifier.source import Source

if TYPE_CHECKING:
    from tokenwidgets.impatient import AsyncImpatientConnection

__all__ = ["AsyncPostgreSQLReader", "AsyncReader", "async_reader_of"]

_CONNECTIONS = 8


class AsyncReader(Protocol):
    """As ``Reader``, but one waits for it to read and to close."""

    notices: bool

    async def read(self, at: float, api: str, digest: bytes) -> tuple[Any, ...] | None:
        """What the database knows at this moment: a ``Row`` as a bare tuple."""

    def unchanged(self, at: float) -> bool:
        """Whether it is certain that nothing was written since the last call."""

    async def close(self) -> None:
        """Close the connections; others are opened when they are needed."""


class _AtOnce(SQLiteReader):
    """Never waits: neither for a lock nor for a connection to be opened."""

    def __init__(self, source: Source) -> None:
        super().__init__(source, busy_timeout=0)
        self._may_open = False

    def prepare(self, at: float) -> None:
        """Open the connection, which may have to wait."""
        self._may_open = True
        self._look(at)
        self._may_open = False

    def _open(self) -> Any:
        if not self._may_open:
            raise BlockingIOError
        return super()._open()


class AsyncSQLiteReader:
    """The embedded database, read on the loop; in a thread only when that has to wait."""

    notices = True

    def __init__(self, source: Source) -> None:
        self._source = source
        self._at_once = _AtOnce(source)
        self._patient = SQLiteReader(source)
        self._one_at_a_time = threading.Lock()

    async def read(self, at: float, api: str, digest: bytes) -> tuple[Any, ...] | None:
        """What the database knows at this moment: a ``Row`` as a bare tuple."""
        try:
            return self._at_once.read(at, api, digest)
        except (BlockingIOError, sqlite3.OperationalError) as error:
            if not _has_to_wait(error):
                raise
        return await asyncio.to_thread(self._wait_for, at, api, digest)

    def unchanged(self, at: float) -> bool:
        """Whether no other connection, of any process, has committed since the last call."""
        return self._at_once.unchanged(at)

    async def close(self) -> None:
        """Close the connections; others are opened when they are needed."""
        self._at_once.close()
        await asyncio.to_thread(self._close_patient)

    def _wait_for(self, at: float, api: str, digest: bytes) -> tuple[Any, ...] | None:
        with self._one_at_a_time:
            row = self._patient.read(at, api, digest)
            if not self._at_once.is_open:
                prepared = _AtOnce(self._source)
                prepared.prepare(at)
                self._at_once = prepared
            return row

    def _close_patient(self) -> None:
        with self._one_at_a_time:
            self._patient.close()


class AsyncPostgreSQLReader:
    """A server, over a few connections of the running event loop."""

    notices = False

    def __init__(self, source: Source) -> None:
        self._source = source
        self._loop: asyncio.AbstractEventLoop | None = None
        self._places = asyncio.Semaphore(_CONNECTIONS)
        self._idle: list[AsyncImpatientConnection] = []
        self._api_ids: dict[str, int] = {}
        self._api_ids_at = 0.0

    async def read(self, at: float, api: str, digest: bytes) -> tuple[Any, ...] | None:
        """What the database knows at this moment: a ``Row`` as a bare tuple."""
        loop = self._be_of_this_loop()
        until = loop.time() + self._source.timeout
        places = self._places
        await _acquired(places, until)
        try:
            while True:
                fresh = not self._idle
                connection = await self._connect_before(until) if fresh else self._idle.pop()
                connection.patience = until - loop.time()
                try:
                    row = await self._ask(connection, at, api, digest)
                except BaseException as error:
                    with contextlib.suppress(Exception):
                        await connection.close()
                    if fresh or isinstance(error, TimeoutError) or not isinstance(error, Exception):
                        raise
                    # The server may have closed an idle connection, or been restarted: once more.
                    await self.close()
                else:
                    self._idle.append(connection)
                    return row
        finally:
            places.release()

    async def _connect_before(self, until: float) -> AsyncImpatientConnection:
        async with asyncio.timeout_at(until):
            return await self._connect()

    def _be_of_this_loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            # Connections belong to a loop; those of one that is gone cannot even be closed by it.
            self._loop, self._places, self._idle = loop, asyncio.Semaphore(_CONNECTIONS), []
        return loop

    async def _ask(
        self, connection: AsyncImpatientConnection, at: float, api: str, digest: bytes
    ) -> tuple[Any, ...] | None:
        sql, api_sql = self._source.sql
        if not 0 <= at - self._api_ids_at < LOOK_EVERY:
            self._api_ids, self._api_ids_at = {}, at
        api_id = self._api_ids.get(api)
        if api_id is None:
            cursor = await connection.execute(api_sql, (api,), prepare=True)
            (api_id,) = await cursor.fetchone() or (0,)
            if api_id:
                self._api_ids[api] = api_id
        values = self._source.instant(at + CLOCK_SLACK), api_id, digest
        cursor = await connection.execute(sql, values, prepare=True)
        return await cursor.fetchone()

    def unchanged(self, at: float) -> bool:
        """Nothing is certain without asking."""
        return False

    async def close(self) -> None:
        """Close the connections; others are opened when they are needed."""
        idle, self._idle = self._idle, []
        for connection in idle:
            with contextlib.suppress(Exception):
                await connection.close()

    async def _connect(self) -> AsyncImpatientConnection:
        from tokenwidgets.impatient import AsyncImpatientConnection, arguments_of

        source = self._source
        return await AsyncImpatientConnection.to(arguments_of(source.engine.url), source.timeout)


def async_reader_of(source: Source) -> AsyncReader:
    """A reader for the kind of database that it is."""
    return AsyncSQLiteReader(source) if source.is_sqlite else AsyncPostgreSQLReader(source)


async def _acquired(places: asyncio.Semaphore, until: float) -> None:
    """Take one of the places, which may all be taken until then."""
    if places.locked():
        async with asyncio.timeout_at(until):
            await places.acquire()
    else:
        await places.acquire()


def _has_to_wait(error: BlockingIOError | sqlite3.OperationalError) -> bool:
    name = getattr(error, "sqlite_errorname", None) or ""
    return isinstance(error, BlockingIOError) or name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
