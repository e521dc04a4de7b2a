"""When tokens were last used, and dead secrets that are still presented.

Both are gathered in memory and written every few seconds by a thread of its own: never on a
request's path, and no trouble with it ever fails a check.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from heapq import nlargest

from sqlalchemy import Engine

from tokenwidgets import errors
from tokenwidgets.secret import hint
from tokenwidgets.verifier.writing import Seen, write_down
from tokenwidgets.vocabulary import Decision, Reason

__all__ = ["DEAD", "Usage"]

log = logging.getLogger("tokenwidgets.verifier")

DEAD = frozenset({Reason.REVOKED, Reason.REPLACED, Reason.EXPIRED})
"""Why a secret that worked once works no more."""

_ALERTED = frozenset({Reason.REVOKED, Reason.REPLACED})
_ALERT_ONCE_IN = 60.0
_ALERTS_REMEMBERED = 10_000
_MOST_WAITING = 200_000
_READ_ONLY_PAUSE = 30.0  # seconds from one attempt to the next where nothing may be written
_NO_PRIVILEGE = "42501"


class Usage:
    """What was seen of tokens since it was last written down.

    What was seen within the last ``every`` seconds is lost when the process is killed. What
    cannot be written at present waits for the next time, as a server in the middle of a failover
    may only be read. A role without the right to write is not tried again.

    Args:
        engine: where to write; None to write nothing, while alerts are logged all the same.
        every: seconds from one writing to the next.
        release: called after each writing.

    """

    def __init__(
        self, engine: Engine | None, every: float, release: Callable[[], None] = lambda: None
    ) -> None:
        self._release = release
        self.gathering = engine is not None
        # By digest: when (in seconds since 1970), which token, which API.
        self.used: dict[bytes, Seen] = {}
        self._refused: dict[bytes, Seen] = {}
        self._alerted: OrderedDict[bytes, float] = OrderedDict()
        self._engine = engine
        self._every = self._pause = every
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._in_trouble = False

    def refused(self, digest: bytes, secret: str, decision: Decision, api: str, at: float) -> None:
        """Note that a dead secret was presented; log it, at most once a minute each."""
        if self.gathering:
            self._refused[digest] = at, decision.token_id, None
        if decision.reason not in _ALERTED:
            return
        ticks = time.monotonic()
        with self._lock:
            last = self._alerted.get(digest)
            if last is not None and ticks - last < _ALERT_ONCE_IN:
                return
            self._alerted[digest] = ticks
            self._alerted.move_to_end(digest)
            if len(self._alerted) > _ALERTS_REMEMBERED:
                self._alerted.popitem(last=False)
        log.warning(
            "a %s secret is still presented: %s of token %s, owner %s, for the API %s",
            decision.reason.value,
            hint(secret),
            decision.token_id,
            decision.user_id,
            api,
        )

    def start(self) -> None:
        """Begin to write every few seconds, unless that goes on already."""
        with self._lock:
            if self._thread is None and self.gathering and not self._stop.is_set():
                self._thread = threading.Thread(
                    target=self._run, name="tokenwidgets-usage", daemon=True
                )
                self._thread.start()

    def flush(self) -> None:
        """Write down now what was seen; raises nothing."""
        used, self.used = self.used, {}
        refused, self._refused = self._refused, {}
        # A copy is made at once, so that a thread which is just adding to it does no harm.
        used, refused = used.copy(), refused.copy()
        if self._engine is None or not (used or refused):
            return
        try:
            write_down(self._engine, used, refused)
            self._in_trouble = False
            self._pause = self._every
        except errors.DatabaseError as error:
            self._could_not_write(error, used, refused)
        except Exception:
            log.exception("the last use of %d tokens could not be recorded", len(used))
        finally:
            # The next connection is to the file that is there then.
            self._release()

    def close(self) -> None:
        """Write for the last time, and stop."""
        self._stop.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self.flush()

    def _run(self) -> None:
        while not self._stop.wait(self._pause):
            self.flush()

    def _could_not_write(
        self, error: errors.DatabaseError, used: dict[bytes, Seen], refused: dict[bytes, Seen]
    ) -> None:
        """Take back what could not be written, the newest as far as there is room."""
        if getattr(getattr(error.__cause__, "orig", None), "sqlstate", None) == _NO_PRIVILEGE:
            self.gathering = False
            log.warning("the last use of tokens is not recorded from here: %s", error)
            return
        self.used = _newest(used) | self.used
        self._refused = _newest(refused) | self._refused
        if isinstance(error, errors.DatabaseReadOnly):
            self._pause = max(self._every, _READ_ONLY_PAUSE)
        if not self._in_trouble:
            log.warning("the last use of tokens waits to be recorded: %s", error)
        self._in_trouble = True


def _newest(seen: dict[bytes, Seen]) -> dict[bytes, Seen]:
    if len(seen) <= _MOST_WAITING:
        return seen
    return dict(nlargest(_MOST_WAITING, seen.items(), key=lambda pair: pair[1][0]))
