"""SQLite through ADBC, in processes of its own: see ``sqlite_child.py`` for the reason."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import IO, Any

import adbc_driver_manager as adbc
import pyarrow as pa
from sqlalchemy import Compiled

from tokenwidgets.database import BUSY_TIMEOUT
from tokenwidgets.frames import sqlite_child
from tokenwidgets.instants import microseconds

__all__ = ["WORTH_A_PROCESS", "Child", "child"]

WORTH_A_PROCESS = 8 * 2**20
"""Size in bytes of the database from which on it is quicker to start processes for it."""

_PRAGMAS = (f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT * 1000)}", "PRAGMA query_only = ON")


@contextlib.contextmanager
def child(path: Path) -> Iterator[Child]:
    """A process that reads the file, and ends with the block.

    Raises:
        adbc.Error: there can be no such process.

    """
    try:
        process = subprocess.Popen(  # noqa: S603 - Python itself
            # Not to import what lies in the program's folder, which has names of its own.
            [sys.executable, "-P", sqlite_child.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, TypeError) as error:
        # Python embedded in another program may not know its own path.
        raise _trouble(f"no process for ADBC: {error}") from error
    try:
        yield Child(process, path)
    finally:
        process.kill()
        # What could not be written to it any more is not missed.
        with contextlib.suppress(OSError), process:
            pass


class Child:
    """The other end of a process that reads an SQLite database. Threads take turns."""

    def __init__(self, process: subprocess.Popen[bytes], path: Path) -> None:
        self._input: IO[bytes] = process.stdin  # type: ignore[assignment]
        self._output: IO[bytes] = process.stdout  # type: ignore[assignment]
        self._turn = Lock()
        self._begun = False
        # Not waited for, so that several can start at once.
        self._send(os.fspath(path.resolve()), *([sql, []] for sql in _PRAGMAS))

    def wait(self) -> None:
        """Wait until it has started."""
        for _ in _PRAGMAS:
            self._answer()

    def begin(self, first: str) -> Any:
        """Begin anew with what the database holds now; the one value that ``first`` gives."""
        before = ("ROLLBACK", "BEGIN") if self._begun else ("BEGIN",)
        self._begun = True
        self._send(*([sql, []] for sql in (*before, first)))
        for _ in before:
            self._answer()
        return self._answer().column(0)[0].as_py()

    def fetch(self, compiled: Compiled) -> pa.Table:
        """The rows of a statement.

        Raises:
            adbc.Error: the database or the process fails.

        """
        names: Sequence[str] = getattr(compiled, "positiontup", None) or ()
        values = [_as_kept(compiled.params[name]) for name in names]
        with self._turn:
            self._send([str(compiled), values])
            return self._answer()

    def _send(self, *lines: Any) -> None:
        text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
        data = text.encode()
        try:
            self._input.write(data)
            self._input.flush()
        except OSError as error:
            raise _trouble(_ENDED) from error

    def _answer(self) -> pa.Table:
        try:
            table = pa.ipc.open_stream(self._output).read_all()
            trouble = json.loads(self._output.readline())
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _trouble(_ENDED) from error
        if trouble is not None:
            raise _trouble(trouble)
        return table


_ENDED = "the process that reads by ADBC has ended"


def _trouble(words: str) -> adbc.Error:
    return adbc.OperationalError(words, status_code=adbc.AdbcStatusCode.IO)


def _as_kept(value: Any) -> Any:
    """A parameter as SQLite keeps it, see ``instants.Instant``."""
    return microseconds(value) if isinstance(value, datetime) else value
