"""Read from replicas as ``ReplicaReader`` does, over connections of an event loop."""

from __future__ import annotations

import contextlib
import random
from typing import Any

from tokenwidgets.impatient import AsyncImpatientConnection
from tokenwidgets.verifier.async_reader import AsyncPostgreSQLReader
from tokenwidgets.verifier.replica_reader import NOT_OF_THE_REPLICA
from tokenwidgets.verifier.source import Source
from tokenwidgets.verifier.watch import REACHED, Replica, Standing, Watch

__all__ = ["AsyncReplicaReader"]


class _FromPrimary(AsyncPostgreSQLReader):
    """The primary, of several servers the one that writes."""

    async def _connect(self) -> AsyncImpatientConnection:
        source = self._source
        return await AsyncImpatientConnection.to(source.to_the_primary, source.timeout)


class _Connection(AsyncImpatientConnection):
    """A connection to a replica, with what it has shown."""

    standing: Standing


class _FromReplica(AsyncPostgreSQLReader):
    """One replica; what a connection has shown is true of that connection alone."""

    def __init__(self, source: Source, replica: Replica, watch: Watch) -> None:
        super().__init__(source)
        self.replica = replica
        self._watch = watch

    async def read_if_near(
        self, at: float, api: str, digest: bytes
    ) -> tuple[bool, tuple[Any, ...] | None]:
        """Whether it may be read now; and if so, what it knows of the secret with this digest."""
        self._be_of_this_loop()
        async with self._places:
            connection: Any = self._idle.pop() if self._idle else await self._connect()
            try:
                near = await self._is_near(connection)
                row = await self._ask(connection, at, api, digest) if near else None
            except BaseException:
                with contextlib.suppress(Exception):
                    await connection.close()
                raise
            self._idle.append(connection)
            return near, row

    async def _is_near(self, connection: _Connection) -> bool:
        standing = connection.standing
        at = self._watch.seconds()
        pulse = standing.question(at)
        if pulse is not None:
            cursor = await connection.execute(REACHED, pulse.place, prepare=True)
            row = await cursor.fetchone()
            if row is not None and row[0]:
                standing.shows(pulse)
        return standing.is_near(at)

    async def _connect(self) -> _Connection:
        connection = await _Connection.to(self.replica.arguments, self._watch.patience)
        connection.standing = Standing(self._watch)
        return connection


class AsyncReplicaReader:
    """The replicas, in an order of its own, and the primary."""

    notices = False

    def __init__(self, source: Source, watch: Watch) -> None:
        self._watch = watch
        self._primary = _FromPrimary(source)
        self._ways = [_FromReplica(source, replica, watch) for replica in watch.replicas]
        random.shuffle(self._ways)

    async def read(self, at: float, api: str, digest: bytes) -> tuple[Any, ...] | None:
        """What the database knows of the secret with this digest, as lately as was stated."""
        for way in self._ways:
            if not way.replica.answers:
                continue
            try:
                near, row = await way.read_if_near(at, api, digest)
            except NOT_OF_THE_REPLICA:
                raise
            except Exception as error:
                way.replica.fails(error)
                await way.close()
            else:
                if near:
                    self._watch.reads += 1
                    return row
        return await self._primary.read(at, api, digest)

    def unchanged(self, at: float) -> bool:
        """Nothing is certain without asking."""
        return False

    async def close(self) -> None:
        """Close the connections; others are opened when they are needed."""
        for way in (*self._ways, self._primary):
            await way.close()
