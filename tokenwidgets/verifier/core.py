"""What the verifier and its asynchronous twin share: the clock, what is remembered, the counts."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tokenwidgets import errors
from tokenwidgets.verifier.judgement import KNOWN_METHODS, stands_until
from tokenwidgets.verifier.memory import Key, Memory, Remembered
from tokenwidgets.verifier.source import Source
from tokenwidgets.verifier.usage import DEAD, Usage
from tokenwidgets.verifier.watch import Watch
from tokenwidgets.vocabulary import Decision, Reason, now

__all__ = ["CACHE_SIZE", "FLUSH_SECONDS", "MALFORMED", "Core", "Lane", "Tally"]

log = logging.getLogger("tokenwidgets.verifier")

CACHE_SIZE = 10_000
"""How many decisions that allow, and as many that deny, are remembered unless told otherwise."""

FLUSH_SECONDS = 5.0
"""How often the last use of tokens is written down unless told otherwise."""

_TROUBLE_ONCE_IN = 10.0

MALFORMED = Decision(False, Reason.MALFORMED)
CLOCK = Decision(False, Reason.CLOCK)
UNAVAILABLE = Decision(False, Reason.UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Tally:
    """What a verifier did since it was made.

    ``reads`` of the database, of which ``replica_reads`` were of a replica; ``hits`` answered
    from memory, and how many were denied why.
    """

    reads: int
    hits: int
    denied: dict[Reason, int]
    replica_reads: int = 0


class Lane:
    """One thread's way to the database (any kind of reader), and what is remembered along it.

    ``vouched_at`` is when the database last said that all of that is still so.
    """

    def __init__(self, reader: Any, memory: Memory) -> None:
        self.reader = reader
        self.read = reader.read
        self.memory = memory
        self.vouched_at = -math.inf


class Core:
    """One verifier's settings and state; the ways of checks to the database are its lanes."""

    def __init__(
        self,
        source: Source,
        usage: Usage,
        replicas: Sequence[dict[str, Any]],
        *,
        max_stale_seconds: float,
        cache_size: int,
        grace_seconds: float,
        clock: Callable[[], datetime],
    ) -> None:
        for name, value in (
            ("max_stale_seconds", max_stale_seconds),
            ("cache_size", cache_size),
            ("grace_seconds", grace_seconds),
        ):
            # Also refuses what is not a number, which compares as false.
            if not 0 <= value < math.inf:
                raise errors.ConfigurationError(f"{name} must be 0 or more, not {value!r}.")
        self.usage = usage
        self.max_stale = float(max_stale_seconds)
        self.cache_size = int(cache_size)
        self.grace = float(grace_seconds)
        self.seconds = time.time if clock is now else _seconds_of(clock)
        # With a stated staleness all threads share one memory; else each has its own, since
        # what a connection says of changes is true of what was read through it alone.
        self.shared: Memory | None = None
        self.watch: Watch | None = None
        if self.max_stale:
            self.shared = Memory(self.cache_size)
            if not source.is_sqlite:
                self._be_told(source, replicas, self.shared)
        self.reads = 0
        self.hits = 0
        self._denied: Counter[Reason] = Counter()
        self._lock = threading.Lock()
        self._trouble_at = -math.inf

    def _be_told(self, source: Source, replicas: Sequence[dict[str, Any]], memory: Memory) -> None:
        """Hear of changes, so that what is remembered is seldom as stale as it may be."""
        if replicas:
            # One half is for how far a replica may be behind, the other to remember what it said.
            self.max_stale /= 2
        self.watch = Watch(
            source,
            replicas,
            stale=self.max_stale,
            seconds=self.seconds,
            forget=memory.forget,
        )

    def start(self) -> None:
        """Begin what goes on beside the checks, unless that was done."""
        self.usage.start()
        if self.watch is not None:
            self.watch.start()

    def close(self) -> None:
        """Record the last use of tokens, and stop what goes on beside the checks."""
        if self.watch is not None:
            self.watch.close()
        self.usage.close()

    def lane(self, reader: Any) -> Lane:
        """A lane for one more reader."""
        return Lane(reader, Memory(self.cache_size) if self.shared is None else self.shared)

    def tally(self) -> Tally:
        """The counts up to now."""
        replica_reads = self.watch.reads if self.watch is not None else 0
        with self._lock:
            return Tally(self.reads, self.hits, dict(self._denied), replica_reads)

    def remembered(self, known: Remembered, key: Key, secret: str, at: float) -> Decision:
        """Give a decision that is remembered; its use is noted to the second."""
        self.hits += 1
        decision = known.decision
        if not decision.allowed:
            return self.refuse(decision, key, secret, at)
        if not 0 <= at - known.used_at < 1:
            known.used_at = at
            if self.usage.gathering:
                self.usage.used[key[0]] = at, decision.token_id, known.api_id
        return decision

    def unchanged(self, lane: Lane, at: float) -> bool:
        """Whether all that is remembered along this lane is certainly still so."""
        if not lane.reader.notices:
            return False
        try:
            if lane.reader.unchanged(at):
                lane.vouched_at = at
                return True
        except Exception:
            # Reading comes next, and has the last word on what is wrong with the database.
            return False
        lane.memory.forget()
        return False

    def learn(
        self,
        lane: Lane,
        key: Key,
        row: tuple[Any, ...] | None,
        decision: Decision,
        at: float,
        generation: int,
    ) -> None:
        """Remember what was decided about a row, if that is of use.

        The ``generation`` of the memory is the one before the row was read.
        """
        if key[2] in KNOWN_METHODS:
            api_id = row[3] >> 2 if row is not None else 0
            until = stands_until(row, decision)
            seconds = self.max_stale or math.inf
            lane.memory.remember(
                key, decision, api_id, generation, at=at, until=until, seconds=seconds
            )

    def refuse(self, decision: Decision, key: Key, secret: str, at: float) -> Decision:
        """Note what a decision that denies shows, and give it."""
        if decision.reason in DEAD:
            self.usage.refused(key[0], secret, decision, key[1], at)
        elif decision.reason is Reason.CLOCK:
            self.complain("the clock is behind what the database has recorded: set it right")
        return self.deny(decision)

    def deny(self, decision: Decision) -> Decision:
        """Count a decision that denies, and give it."""
        with self._lock:
            self._denied[decision.reason] += 1
        return decision

    def unread(self, lane: Lane, key: Key, at: float, error: Exception) -> Decision:
        """The decision when the database cannot be read: denied, unless within the grace."""
        self.complain(f"the database cannot be read, so tokens are denied: {error}")
        known = lane.memory.allowed.get(key) if self.grace else None
        if known is not None and known.read_at <= at < known.holds_until:
            vouched_at = known.read_at if self.shared else max(known.read_at, lane.vouched_at)
            if 0 <= at - vouched_at <= self.grace:
                return known.decision
        return self.deny(UNAVAILABLE)

    def clock_trouble(self, error: Exception) -> Decision:
        """The decision when the clock gives nothing that can be used."""
        self.complain(f"the clock cannot be read, so tokens are denied: {error}")
        return self.deny(CLOCK)

    def complain(self, words: str) -> None:
        """Tell the operator, who does not need the same line for every request."""
        ticks = time.monotonic()
        if ticks - self._trouble_at >= _TROUBLE_ONCE_IN:
            self._trouble_at = ticks
            log.error("%s", words)


def _seconds_of(clock: Callable[[], datetime]) -> Callable[[], float]:
    def seconds() -> float:
        instant = clock()
        if instant.tzinfo is None:
            raise ValueError("it gives an instant without a time zone")
        return instant.timestamp()

    return seconds
