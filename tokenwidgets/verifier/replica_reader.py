"""Read from replicas that have shown to be near enough, and else from the primary."""

from __future__ import annotations

import random
from typing import Any

import psycopg

from tokenwidgets.impatient import ImpatientConnection
from tokenwidgets.verifier.reader import PostgreSQLReader, Reader
from tokenwidgets.verifier.source import Source
from tokenwidgets.verifier.watch import REACHED, Replica, Standing, Watch

__all__ = ["NOT_OF_THE_REPLICA", "ReplicaReader"]

NOT_OF_THE_REPLICA = (psycopg.DataError, UnicodeError)
"""Errors that come of what was asked, such as an API's name with a NUL in it."""


class _FromPrimary(PostgreSQLReader):
    """The primary, of several servers the one that writes."""

    def _open(self) -> Any:
        source = self._source
        self._connection = ImpatientConnection.to(source.to_the_primary, source.timeout)
        self._run = self._connection.cursor().execute
        return self._run


class _FromReplica(Reader):
    """One replica; what its connection has shown is true of that connection alone."""

    def __init__(self, source: Source, replica: Replica, watch: Watch) -> None:
        super().__init__(source)
        self.replica = replica
        self._watch = watch
        self._standing = Standing(watch)

    def is_near(self) -> bool:
        """Whether it may be read now."""
        run = self._run or self._open()
        at = self._watch.seconds()
        pulse = self._standing.question(at)
        if pulse is not None and run(REACHED, pulse.place, prepare=True).fetchone()[0]:
            self._standing.shows(pulse)
        return self._standing.is_near(at)

    def read(self, at: float, api: str, digest: bytes) -> tuple[Any, ...] | None:
        """What the replica knows at this moment of the secret with this digest."""
        run = self._run or self._open()
        if not self._looked <= at < self._look_again:
            run = self._look(at)
        api_id = self._api_ids.get(api) or self._api_id(run, api)
        return run(self._sql, (self._latest, api_id, digest), prepare=True).fetchone()

    def _open(self) -> Any:
        self._standing = Standing(self._watch)
        self._connection = ImpatientConnection.to(self.replica.arguments, self._watch.patience)
        self._run = self._connection.cursor().execute
        return self._run


class ReplicaReader(Reader):
    """One thread's way to the replicas, in an order of its own, and to the primary."""

    def __init__(self, source: Source, watch: Watch) -> None:
        super().__init__(source)
        self._watch = watch
        self._primary = _FromPrimary(source)
        self._ways = [_FromReplica(source, replica, watch) for replica in watch.replicas]
        random.shuffle(self._ways)

    def read(self, at: float, api: str, digest: bytes) -> tuple[Any, ...] | None:
        """What the database knows of the secret with this digest, as lately as was stated."""
        for way in self._ways:
            if not way.replica.answers:
                continue
            try:
                if way.is_near():
                    row = way.read(at, api, digest)
                    self._watch.reads += 1
                    return row
            except BaseException as error:
                way.close()
                if not isinstance(error, Exception) or isinstance(error, NOT_OF_THE_REPLICA):
                    raise
                way.replica.fails(error)
        return self._primary.read(at, api, digest)

    def close(self) -> None:
        """Close the connections; others are opened when they are needed."""
        for way in (*self._ways, self._primary):
            way.close()
