"""The verifier for event loops: ASGI applications."""

from __future__ import annotations

from hashlib import sha256
from types import TracebackType
from typing import Self

from tokenwidgets.secret import LONGEST, has_checksum
from tokenwidgets.verifier.async_reader import AsyncReader, async_reader_of
from tokenwidgets.verifier.base import VerifierBase
from tokenwidgets.verifier.core import MALFORMED, Lane
from tokenwidgets.verifier.judgement import UNKNOWN, judge
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
        if not isinstance(secret, str) or len(secret) > LONGEST or not secret.isascii():
            return core.deny(MALFORMED)
        encoded = secret.encode()
        key = sha256(encoded).digest(), api, method
        try:
            lane: Lane = self._here.lane
        except AttributeError:
            lane = self._new_lane()
        try:
            memory = lane.memory
            known = memory.allowed.get(key) or memory.denied.get(key)
            if (
                known is not None
                and known[2] <= at < known[3]
                and (core.shared is not None or core.unchanged(lane, at))
            ):
                core.hits += 1
                decision, api_id = known[0], known[1]
            else:
                if not has_checksum(encoded):
                    return core.deny(MALFORMED)
                # Databases choke on NUL and half characters, which no API has in its name.
                name = api if api.isprintable() else ""
                row = await lane.reader.read(at, name, key[0])
                core.reads += 1
                decision, api_id = UNKNOWN, 0
                if row is not None:
                    decision, api_id = judge(row, method, at), row[3] >> 2
                if core.cache_size:
                    core.learn(lane, key, row, decision, at)
        except Exception as error:
            return core.unread(lane, key, at, error)
        if not decision.allowed:
            return core.refuse(decision, key, secret, at)
        if core.usage.gathering:
            core.usage.used[key[0]] = at, decision.token_id, api_id
        return decision

    async def can_read(self) -> bool:
        """Whether the database answers now."""
        try:
            lane = self._here.lane
        except AttributeError:
            lane = self._new_lane()
        try:
            await lane.reader.read(self._core.seconds(), "", bytes(32))
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
