"""The verifier for threads: WSGI applications, workers, scripts."""

from __future__ import annotations

from hashlib import sha256
from types import TracebackType
from typing import Self

from tokenwidgets.secret import LONGEST, has_checksum
from tokenwidgets.verifier.base import VerifierBase
from tokenwidgets.verifier.core import MALFORMED, Lane
from tokenwidgets.verifier.judgement import judge
from tokenwidgets.verifier.reader import Reader, reader_of
from tokenwidgets.vocabulary import Decision

__all__ = ["Verifier"]


class Verifier(VerifierBase):
    """Decides whether a secret may do a method on an API; threads may share one.

    By default a revocation, or any other change, counts from the very next call on: every call
    either reads the database or (on SQLite) makes sure that nothing was written since it did.

    The arguments are those of ``VerifierBase``.
    """

    def check(self, secret: str, api: str, method: str) -> Decision:
        """May this secret do this method on this API, now? Raises nothing.

        Args:
            secret: what the caller presented.
            api: the API's name, which the application knows; never from the caller.
            method: the HTTP method, in upper case as it comes.

        """
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
            row = lane.read(at, api, key[0])
            core.reads += 1
            decision = judge(row, method, at)
            if remembers:
                core.learn(lane, key, row, decision, at, generation)
        except Exception as error:
            if isinstance(api, str) and not api.isprintable():
                # Databases choke on NUL and half characters, which no API has in its name.
                return self.check(secret, "", method)
            return core.unread(lane, key, at, error)
        if row is None or not decision.allowed:
            return core.refuse(decision, key, secret, at)
        usage = core.usage
        if usage.gathering:
            usage.used[key[0]] = at, row[0], row[3] >> 2
        return decision

    def close(self) -> None:
        """Record the last use of tokens, and close the connections."""
        for lane in list(self._lanes):
            lane.reader.close()
        self._close()

    def _new_reader(self) -> Reader:
        watch = self._watch_of_replicas
        if watch is None:
            return reader_of(self._source)
        from tokenwidgets.verifier.replica_reader import ReplicaReader

        return ReplicaReader(self._source, watch)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
