"""Worker processes, which start quickly: forked from one that has imported everything.

Not from the tests' own process, which has threads and open databases.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tokenwidgets.database import Database


class Workers:
    """Starts workers that do something of ``labour`` to a database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started = 0
        self._foreman = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("labour.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
        )

    def start(self, labour: str, database: Database, *, seconds: float) -> int:
        """Start a worker for so many seconds; its process id, when it has opened the database."""
        assert self._foreman.stdin is not None
        self._started += 1
        task = {
            "labour": labour,
            "url": database.url.render_as_string(hide_password=False),
            "seed": self._started,
            "until": time.time() + seconds,
            "report": str(self._folder / f"{self._started}.json"),
        }
        self._foreman.stdin.write(json.dumps(task) + "\n")
        self._foreman.stdin.flush()
        while True:
            worker, done = self._said()
            if done == 0:
                return worker

    def wait(self, worker: int, changes: int) -> None:
        """Wait until a worker has made so many changes."""
        while changes > 0 and self._said() != (worker, changes):
            pass

    def _said(self) -> tuple[int, int]:
        """Which worker has made how many changes."""
        assert self._foreman.stdout is not None
        worker, done = self._foreman.stdout.readline().split()
        return int(worker), int(done)

    def go(self) -> None:
        """Let the workers go that wait for it."""
        (self._folder / "go").touch()

    def kill(self, worker: int) -> None:
        """End a worker between any two instructions, or in one."""
        os.kill(worker, signal.SIGKILL)

    def reports(self, *, timeout: float = 60) -> list[dict[str, Any]]:
        """What all workers that were started have to say, when all are done."""
        paths = [self._folder / f"{number + 1}.json" for number in range(self._started)]
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
        self._foreman.stdout.close()
