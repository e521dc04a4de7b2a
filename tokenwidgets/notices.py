"""Word of a change to whoever listens: PostgreSQL's LISTEN and NOTIFY. Elsewhere there is none.

A notice says that something was changed, and not what. It is sent by the transaction that makes
the change, so it arrives when that has committed, or never. One that is missed does no harm: who
listens is told to look anew whenever it begins to.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    import psycopg

__all__ = ["LISTENER", "Listener", "announce"]

log = logging.getLogger("tokenwidgets")

LISTENER = "tokenwidgets-listener"
"""What listening connections are called where the server lists its connections."""

_CHANNEL = "tokenwidgets"
# Servers that only speak PostgreSQL's language may have no notices; changes go on without.
_NOTIFY = text(f"""
    DO $$ BEGIN
        PERFORM pg_notify('{_CHANNEL}', '');
    EXCEPTION WHEN feature_not_supported OR undefined_function THEN
        NULL;
    END $$
""")
_AGAIN_IN = 1.0  # seconds until it is tried once more to listen


def announce(session: Session) -> None:
    """Have all listeners told of a change, when and if this transaction commits."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_NOTIFY)


class Listener:
    """Listens in a thread of its own, and goes on when the server was away.

    Args:
        connect: opens a connection to the primary, in autocommit, that is the listener's own.
        heard: called in that thread after every change, and when changes may have been missed.
        every: seconds from one sign of life of the server to the next.
        look: asks for that sign; it is called after ``heard``, too.

    """

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection],
        heard: Callable[[], None],
        *,
        every: float = 15.0,
        look: Callable[[psycopg.Connection], object] | None = None,
    ) -> None:
        self._connect = connect
        self._heard = heard
        self._every = every
        self._look = look or (lambda connection: connection.execute("SELECT 1"))
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._awake, self._wake = -1, -1
        self._in_trouble = False
        self.is_listening = False

    def start(self) -> None:
        """Begin to listen, unless that goes on already."""
        with self._lock:
            if self._thread is None and not self._stop.is_set():
                self._awake, self._wake = os.pipe()
                self._thread = threading.Thread(
                    target=self._run, name="tokenwidgets-listener", daemon=True
                )
                self._thread.start()

    def close(self) -> None:
        """Stop for good."""
        with self._lock:
            self._stop.set()
            thread, self._thread = self._thread, None
            if thread is None:
                return
            os.write(self._wake, b".")
            if thread is not threading.current_thread():
                thread.join()
            os.close(self._wake)
            os.close(self._awake)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with contextlib.closing(self._connect()) as connection:
                    self._listen(connection)
            except Exception as error:
                if not self._in_trouble:
                    why = " ".join(str(error).split())
                    log.warning("changes are not heard of at present: %s", why)
                self._in_trouble = True
            self.is_listening = False
            self._stop.wait(_AGAIN_IN)

    def _listen(self, connection: psycopg.Connection) -> None:
        heard = [True]
        connection.add_notify_handler(lambda _: heard.append(True))
        connection.execute(f"LISTEN {_CHANNEL}")
        self._in_trouble = False
        self.is_listening = True
        while not self._stop.is_set():
            if heard:
                heard.clear()
                self._heard()
            self._look(connection)
            while not (heard or self._stop.is_set()):
                if not wait([connection.fileno(), self._awake], self._every):
                    break
                # Reads what has come, without a question to the server.
                connection.pgconn.consume_input()
                while connection.pgconn.notifies():
                    heard.append(True)
