"""The verifier for event loops: ASGI applications."""

from __future__ import annotations

from hashlib import sha256
from types import TracebackType
from typing import Self

from tokenwidgets.secret import LONGEST, has_checksum
from tokenwidgets.verifier.async_reader import AsyncReader, async_reader_of
from tokenwidgets.verifier.base import VerifierBase
from tokenwidgets.verifier.core import MALFORMED, Lane
from tokenwidgets.verifier.judgement import judge
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
        # Line by line as there: calls that the two could share would cost each request more.
        core = self._core
        try:
            at = core.seconds()
        except Exception as error:
            return core.clock_trouble(error)
        try:
            if len(secret) > LONGEST:
                return core.deny(MALFORMED)
            encoded = secret.encode()
        except (AttributeError, TypeError, UnicodeEncodeError):
            return core.deny(MALFORMED)
        key = sha256(encoded).digest(), api, method
        if core.shared is not None:
            # The shortest way, for what is asked all the time: its use was noted just now, too.
            known = core.shared.allowed.get(key)
            if known is not None and known.read_at <= at < known.ends and at - known.used_at < 1:
                core.hits += 1
                return known.decision
        try:
            lane: Lane = self._here.lane
        except AttributeError:
            lane = self._new_lane()
        try:
            remembers = core.cache_size
            if remembers:
                known = lane.memory.allowed.get(key) or lane.memory.denied.get(key)
                if (
                    known is not None
                    and known.read_at <= at < known.ends
                    and (core.shared is not None or core.unchanged(lane, at))
                ):
                    return core.remembered(known, key, secret, at)
            if not has_checksum(encoded):
                return core.deny(MALFORMED)
            generation = lane.memory.generation
            row = await lane.read(at, api, key[0])
            core.reads += 1
            decision = judge(row, method, at)
            if remembers:
                core.learn(lane, key, row, decision, at, generation)
        except Exception as error:
            if isinstance(api, str) and not api.isprintable():
                # Databases choke on NUL and half characters, which no API has in its name.
                return await self.check(secret, "", method)
            return core.unread(lane, key, at, error)
        if row is None or not decision.allowed:
            return core.refuse(decision, key, secret, at)
        usage = core.usage
        if usage.gathering:
            usage.used[key[0]] = at, row[0], row[3] >> 2
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
        watch = self._watch_of_replicas
        if watch is None:
            return async_reader_of(self._source)
        from tokenwidgets.verifier.async_replica_reader import AsyncReplicaReader

        return AsyncReplicaReader(self._source, watch)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
