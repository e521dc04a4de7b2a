"""Worker processes, which start quickly: forked from one that has imported everything.

Not from the tests' own process, which has threads and open databases.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import msgspec
from changes import Told

from tokenwidgets.database import Database


class Workers:
    """Starts workers that do something of ``labour`` to a database.

    ``told`` has what they tell of their changes, in the order of arrival.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started = 0
        self._reports: dict[int, Path] = {}
        self._progress: SimpleQueue[tuple[int, int]] = SimpleQueue()
        self.told: list[Told] = []
        self._foreman = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("labour.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
        )
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def start(
        self, labour: str, database: Database, *, seconds: float, actor: str = "admin"
    ) -> int:
        """Start a worker for so many seconds; its process id, when it has opened the database."""
        assert self._foreman.stdin is not None
        self._started += 1
        report = self._folder / f"{self._started}.json"
        task = {
            "labour": labour,
            "url": database.url.render_as_string(hide_password=False),
            "actor": actor,
            "seed": self._started,
            "until": time.time() + seconds,
            "report": str(report),
        }
        self._foreman.stdin.write(json.dumps(task) + "\n")
        self._foreman.stdin.flush()
        while True:
            worker, done = self._said()
            if done == 0:
                self._reports[worker] = report
                return worker

    def wait(self, worker: int, changes: int) -> None:
        """Wait until a worker has made so many changes."""
        while changes > 0 and self._said() != (worker, changes):
            pass

    def _said(self) -> tuple[int, int]:
        """Which worker has made how many changes."""
        worker, done = self._progress.get(timeout=60)
        assert done >= 0, "a worker failed; what it raised is on standard error"
        return worker, done

    def _listen(self) -> None:
        """Take what the workers say, as soon as they do."""
        assert self._foreman.stdout is not None
        for line in self._foreman.stdout:
            worker, _, said = line.partition(" ")
            if said.startswith("{"):
                self.told.append(msgspec.json.decode(said, type=Told))
            else:
                self._progress.put((int(worker), int(said)))

    def go(self) -> None:
        """Let the workers go that wait for it."""
        (self._folder / "go").touch()

    def kill(self, worker: int) -> None:
        """End a worker between any two instructions, or in one; it makes no report."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
        del self._reports[worker]

    def limit_files(self, size: int) -> None:
        """Let no file that a worker writes get larger than so many bytes, as on a full disk."""
        for process in (self._foreman.pid, *self._reports):
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def reports(self, *, timeout: float = 60) -> list[dict[str, Any]]:
        """What all workers that were not killed have to say, when all are done."""
        paths = list(self._reports.values())
        give_up = time.time() + timeout
        while not all(path.exists() for path in paths):
            assert time.time() < give_up, "a worker did not report"
            time.sleep(0.02)
        return [json.loads(path.read_text()) for path in paths]

    def close(self) -> None:
        """End the process that workers are forked from."""
        assert self._foreman.stdin is not None and self._foreman.stdout is not None
        self._foreman.stdin.close()
        self._foreman.wait()
        self._listener.join()
        self._foreman.stdout.close()
