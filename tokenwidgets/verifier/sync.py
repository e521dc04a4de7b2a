"""The verifier for threads: WSGI applications, workers, scripts."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from tokenwidgets.secret import LONGEST, digest, is_well_formed
from tokenwidgets.verifier.base import VerifierBase
from tokenwidgets.verifier.core import MALFORMED, Lane
from tokenwidgets.verifier.judgement import Judgement
from tokenwidgets.verifier.memory import Remembered
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
                found = core.learn(lane, key, lane.reader.read(name, key[0]), at)
        except Exception as error:
            return core.unread(lane, key, at, error)
        return core.answer(found, key, secret, at)

    def close(self) -> None:
        """Record the last use of tokens, and close the connections."""
        for lane in list(self._lanes):
            lane.reader.close()
        self._close()

    def _new_reader(self) -> Reader:
        return reader_of(self._source)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
