"""Connections to PostgreSQL that give up on a server which does not answer.

A statement's time limit is the server's to keep; one that is stopped, or far away, keeps none.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, Self

import psycopg
from sqlalchemy.engine import URL

__all__ = ["AsyncImpatientConnection", "ImpatientConnection", "NoAnswer", "arguments_of"]


class NoAnswer(psycopg.OperationalError, TimeoutError):
    """The server did not answer in time; the connection to it is closed."""


class ImpatientConnection(psycopg.Connection[tuple[Any, ...]]):
    """One of psycopg's; it closes itself when an answer does not come."""

    patience: float = 5.0

    @classmethod
    def to(cls, arguments: dict[str, Any], patience: float) -> Self:
        """Connect in autocommit; each answer may take so many seconds."""
        return cls.made_of(cls.connect(**arguments, autocommit=True), patience)

    @classmethod
    def made_of(cls, connection: psycopg.Connection, patience: float) -> Self:
        """Have each answer to a connection that is open already take so many seconds at most."""
        impatient: Any = connection
        impatient.__class__ = cls
        impatient.patience = patience
        return impatient

    def wait(self, gen: Generator[Any, Any, Any], *arguments: Any, **keywords: Any) -> Any:
        """Wait for an answer.

        Raises:
            NoAnswer: none came in time.

        """
        until = time.monotonic() + self.patience
        try:
            return super().wait(_given_up(gen, until, self.patience), *arguments, **keywords)
        except NoAnswer:
            self.pgconn.finish()
            raise


class AsyncImpatientConnection(psycopg.AsyncConnection[tuple[Any, ...]]):
    """The same for an event loop, whose own time-outs first ask the server to cancel."""

    patience: float = 5.0

    @classmethod
    async def to(cls, arguments: dict[str, Any], patience: float) -> Self:
        """Connect in autocommit; each answer may take so many seconds."""
        connection = await cls.connect(**arguments, autocommit=True)
        connection.patience = patience
        return connection

    async def wait(self, gen: Generator[Any, Any, Any], *arguments: Any, **keywords: Any) -> Any:
        """Wait for an answer.

        Raises:
            NoAnswer: none came in time.

        """
        until = time.monotonic() + self.patience
        try:
            return await super().wait(_given_up(gen, until, self.patience), *arguments, **keywords)
        except NoAnswer:
            self.pgconn.finish()
            raise


def _given_up(
    gen: Generator[Any, Any, Any], until: float, patience: float
) -> Generator[Any, Any, Any]:
    """The same, until then: psycopg comes by at least every tenth of a second."""
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() >= until:
                raise NoAnswer(f"the server did not answer within {patience:g} seconds")
            wanted = gen.send(ready)
    except StopIteration as end:
        return end.value


def arguments_of(url: URL, **defaults: Any) -> dict[str, Any]:
    """What psycopg connects with for an SQLAlchemy URL; ``defaults`` give what is not in it."""
    dialect: Any = url.get_dialect()()
    _, keywords = dialect.create_connect_args(url)
    return {**defaults, **keywords}
