"""What a verifier hears from the primary: that something was changed, and how far its log is.

Replicas replay the primary's log. Which place in it they have reached says what they know: all
that was committed before the primary, asked at some instant, named that place or one before it.
No clock of any server is in it. A connection to a replica never goes back while it lives.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.engine import URL

from tokenwidgets import errors
from tokenwidgets.notices import LISTENER, Listener
from tokenwidgets.verifier.source import Source, opened_to_read

if TYPE_CHECKING:
    import psycopg

__all__ = ["REACHED", "Pulse", "Replica", "Standing", "Watch", "replicas_at"]

log = logging.getLogger("tokenwidgets.verifier")

_MOST_PATIENCE = 1.0  # seconds
_LEAST_PAUSE = 0.05  # seconds from one pulse to the next
_TOLD_ONCE_IN = 10.0  # seconds
_CONNECT_TIMEOUT = 2  # seconds; psycopg takes no less

_WHERE = """
    SELECT pg_current_wal_flush_lsn()::text,
        ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::int,
        (SELECT system_identifier FROM pg_control_system())
"""
"""Asked of the primary alone: a server that is in recovery raises an error."""

# A timeline begins with each failover: places in the log of two of them cannot be compared.
REACHED = """
    SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= %s::text::pg_lsn
        AND (SELECT timeline_id FROM pg_control_checkpoint()) = %s
        AND (SELECT system_identifier FROM pg_control_system()) = %s
"""
"""Asked of a replica, with a pulse's ``place``: whether all that was committed there is here."""


class Pulse(NamedTuple):
    """How far the primary's log was, at the latest, at an instant (seconds since 1970).

    ``place`` is in the log: the position, its timeline, and whose log it is.
    """

    number: int
    at: float
    place: tuple[str, int, int]


class Replica:
    """One server of replicas, for all connections of a verifier to it.

    ``answers`` says whether it is worth asking: it answered when it was last asked.
    """

    def __init__(self, arguments: dict[str, Any]) -> None:
        self.arguments = arguments
        self.answers = False
        self._is_tried = threading.Lock()
        self._told_at = -math.inf

    def fails(self, error: BaseException) -> None:
        """Ask it no more, until it has answered a trial."""
        ticks = time.monotonic()
        if self.answers and ticks - self._told_at >= _TOLD_ONCE_IN:
            self._told_at = ticks
            log.warning("the replica %s is not asked at present: %s", self.place, error)
        self.answers = False

    def try_again(self, patience: float) -> None:
        """Find out, in a thread, whether it answers: with a server that is silent, this lasts."""
        if not self.answers and self._is_tried.acquire(blocking=False):
            threading.Thread(
                target=self._try, args=(patience,), name="tokenwidgets-replica", daemon=True
            ).start()

    @property
    def place(self) -> str:
        """Its host and port, for messages."""
        return f"{self.arguments.get('host', '')}:{self.arguments.get('port', '')}"

    def _try(self, patience: float) -> None:
        from tokenwidgets.impatient import ImpatientConnection

        try:
            connection = ImpatientConnection.to(self.arguments, patience)
            try:
                connection.execute("SELECT 1")
                self.answers = True
            finally:
                connection.close()
        except Exception as error:
            log.debug("the replica %s does not answer: %s", self.place, error)
        finally:
            self._is_tried.release()


class Watch:
    """Listens to the primary; with replicas, it also asks how far its log is.

    Args:
        source: the primary.
        replicas: what to connect with to each server that may be read in its place.
        stale: how many seconds behind the primary a replica may be.
        seconds: the verifier's clock, in seconds since 1970.
        forget: called after each change, and when changes may have been missed.

    Readers of replicas look at ``pulse``, the newest; at ``least``, the number of the oldest that
    still counts; and count their ``reads``.

    """

    def __init__(
        self,
        source: Source,
        replicas: Sequence[dict[str, Any]],
        *,
        stale: float,
        seconds: Callable[[], float],
        forget: Callable[[], None],
    ) -> None:
        self.replicas = [Replica(arguments) for arguments in replicas]
        self.stale = stale
        # To ask what it knows and to read it take no longer than what it may be behind.
        self.patience = min(stale / 2, _MOST_PATIENCE)
        self.pulse: Pulse | None = None
        self.least = 0
        self.reads = 0
        self.seconds = seconds
        self._source = source
        self._forget = forget
        if replicas:
            every = self.ask_every = max(stale / 4, _LEAST_PAUSE)
            self._listener = Listener(
                self._connect, self._heard, every=every, look=self._feel_the_pulse
            )
        else:
            self._listener = Listener(self._connect, self._heard)

    @property
    def is_listening(self) -> bool:
        """Whether changes are heard of at this moment."""
        return self._listener.is_listening

    def start(self) -> None:
        """Begin, unless that was done."""
        self._listener.start()

    def close(self) -> None:
        """Stop for good."""
        self._listener.close()

    def _connect(self) -> psycopg.Connection:
        from tokenwidgets.impatient import ImpatientConnection

        arguments = {"fallback_application_name": LISTENER, **self._source.to_the_primary}
        return ImpatientConnection.to(arguments, self._source.timeout)

    def _heard(self) -> None:
        # Before anything is forgotten, replicas have to show that they know of it.
        self.least = self.pulse.number + 1 if self.pulse is not None else 0
        self._forget()

    def _feel_the_pulse(self, connection: psycopg.Connection) -> None:
        at = self.seconds()
        row: Any = connection.execute(_WHERE, prepare=True).fetchone()
        number = self.pulse.number + 1 if self.pulse is not None else 0
        self.pulse = Pulse(number, at, tuple(row))
        for replica in self.replicas:
            replica.try_again(self.patience)


class Standing:
    """What one connection to a replica has shown of itself."""

    __slots__ = ("_ask_at", "_asked", "_shown", "_watch")

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._shown: Pulse | None = None
        self._asked: Pulse | None = None
        self._ask_at = -math.inf

    def question(self, at: float) -> Pulse | None:
        """The pulse that it has to be asked about first, if any."""
        pulse = self._watch.pulse
        if pulse is self._shown or (pulse is self._asked and at < self._ask_at):
            return None
        self._asked, self._ask_at = pulse, at + self._watch.ask_every
        return pulse

    def shows(self, pulse: Pulse) -> None:
        """Note that it has reached the place of the pulse."""
        self._shown = pulse

    def is_near(self, at: float) -> bool:
        """Whether it knows all that it has to at this instant."""
        shown, watch = self._shown, self._watch
        return (
            shown is not None and shown.number >= watch.least and 0 <= at - shown.at <= watch.stale
        )


def replicas_at(place: str | URL | None, primary: Source) -> list[dict[str, Any]]:
    """What to connect with to each of the servers of a URL, which may name several.

    Raises:
        ConfigurationError: it cannot be used, or the primary is no PostgreSQL server.

    """
    if place is None:
        return []
    from tokenwidgets.impatient import arguments_of

    url = opened_to_read(place, primary.timeout)
    if primary.is_sqlite or url.get_backend_name() != "postgresql":
        raise errors.ConfigurationError(
            "Replicas are PostgreSQL's: both URLs have to begin with postgresql+psycopg://."
        )
    arguments = arguments_of(url)
    hosts = str(arguments.get("host", "")).split(",")
    ports = str(arguments.get("port", "")).split(",")
    if len(ports) not in {1, len(hosts)}:
        raise errors.ConfigurationError("Replicas: there are not as many ports as hosts.")
    ports = ports if len(ports) == len(hosts) else ports * len(hosts)
    return [
        {**arguments, "host": host, "port": port, "connect_timeout": _CONNECT_TIMEOUT}
        for host, port in zip(hosts, ports, strict=True)
    ]
