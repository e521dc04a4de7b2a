"""Decisions that are remembered for a while: bounded, the good ones safe from the bad."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict

from tokenwidgets.vocabulary import Decision

__all__ = ["Key", "Memory", "Remembered"]

Key = tuple[bytes, str, str]
"""Digest, API, method. The secret itself is never kept."""


class Remembered:
    """A decision; it may be given from ``read_at`` until before ``ends``.

    ``holds_until`` is when the decision would end if the database stayed as it was at
    ``read_at``; ``used_at`` is when its use was last noted; all in seconds since 1970.
    """

    __slots__ = ("api_id", "decision", "ends", "holds_until", "read_at", "used_at")

    def __init__(
        self, decision: Decision, api_id: int, read_at: float, ends: float, holds_until: float
    ) -> None:
        self.decision = decision
        self.api_id = api_id
        self.read_at = read_at
        self.ends = ends
        self.holds_until = holds_until
        self.used_at = -math.inf


class Memory:
    """At most ``size`` decisions that allow and as many that deny; the oldest goes first.

    The two are apart so that somebody who tries secrets cannot push out those that are in use.
    ``generation`` goes up when everything is forgotten: who reads the database notes it before.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.allowed: OrderedDict[Key, Remembered] = OrderedDict()
        self.denied: OrderedDict[Key, Remembered] = OrderedDict()
        self.generation = 0
        self._lock = threading.Lock()

    def remember(
        self,
        key: Key,
        decision: Decision,
        api_id: int,
        generation: int,
        *,
        at: float,
        until: float,
        seconds: float,
    ) -> None:
        """Keep a decision that was made at this instant and stands until then.

        It is given for so many ``seconds`` at most. If anything was forgotten since the
        generation in which it was asked for, it may be out of date, and is not kept.
        """
        there, elsewhere = self.allowed, self.denied
        if not decision.allowed:
            there, elsewhere = elsewhere, there
        entry = Remembered(decision, api_id, at, min(until, at + seconds), until)
        with self._lock:
            if generation != self.generation:
                return
            elsewhere.pop(key, None)
            there[key] = entry
            if len(there) > self.size:
                there.popitem(last=False)

    def forget(self) -> None:
        """Forget everything, and what is being read at this moment."""
        with self._lock:
            self.generation += 1
            self.allowed.clear()
            self.denied.clear()

    def __len__(self) -> int:
        return len(self.allowed) + len(self.denied)
