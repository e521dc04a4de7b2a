"""The verifier for event loops: ASGI applications."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from tokenwidgets.secret import LONGEST, digest, is_well_formed
from tokenwidgets.verifier.async_reader import AsyncReader, async_reader_of
from tokenwidgets.verifier.base import VerifierBase
from tokenwidgets.verifier.core import MALFORMED, Lane
from tokenwidgets.verifier.judgement import Judgement
from tokenwidgets.verifier.memory import Remembered
from tokenwidgets.vocabulary import Decision

__all__ = ["AsyncVerifier"]


class AsyncVerifier(VerifierBase):
    """Decides as ``Verifier`` does, for coroutines of one event loop a thread.

    SQLite is read on the loop itself: a read takes microseconds, handing it to a thread ten
    times as long. Only while the file is locked does a thread wait for it. PostgreSQL is read
    by psycopg's asynchronous connections, at most eight at a time.

    The arguments are those of ``VerifierBase``; of an engine for PostgreSQL the URL is used.
    """

    @classmethod
    def twin_of(cls, verifier: VerifierBase) -> Self:
        """One that shares a verifier's settings, memory and counts, and closes with it."""
        twin = cls.__new__(cls)
        twin._share(verifier)
        return twin

    async def check(self, secret: str, api: str, method: str) -> Decision:
        """May this secret do this method on this API, now? As ``Verifier.check``."""
        core = self._core
        try:
            at = core.seconds()
        except Exception as error:
            return core.clock_trouble(error)
        if not isinstance(secret, str) or len(secret) > LONGEST:
            return core.deny(MALFORMED)
        key = digest(secret), api, method
        try:
            lane: Lane = self._here.lane
        except AttributeError:
            lane = self._new_lane()
        try:
            found: Judgement | Remembered | None = core.recall(lane, key, at)
            if found is None:
                if not is_well_formed(secret):
                    return core.deny(MALFORMED)
                # Databases choke on NUL and half characters, which no API has in its name.
                name = api if api.isprintable() else ""
                found = core.learn(lane, key, await lane.reader.read(name, key[0]), at)
        except Exception as error:
            return core.unread(lane, key, at, error)
        return core.answer(found, key, secret, at)

    async def can_read(self) -> bool:
        """Whether the database answers now."""
        try:
            lane = self._here.lane
        except AttributeError:
            lane = self._new_lane()
        try:
            await lane.reader.read("", bytes(32))
        except Exception:
            return False
        return True

    async def close(self) -> None:
        """Record the last use of tokens, and close the connections."""
        for lane in list(self._lanes):
            await lane.reader.close()
        self._close()

    def _new_reader(self) -> AsyncReader:
        return async_reader_of(self._source)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
