"""Many administrators at work, as processes, while processes, disk and server fail."""

from __future__ import annotations

import random
import time
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from resource import RLIM_INFINITY

from ballast import Ballast
from changes import APIS, OWNERS
from postgres import PostgreSQL
from reckoning import Figures, Reckoning
from workers import Workers

from tokenwidgets import audit
from tokenwidgets.bootstrap import ADMINISTRATORS
from tokenwidgets.database import Database
from tokenwidgets.platform import open_platform
from tokenwidgets.vocabulary import now

LARGEST = 4 * 1024 * 1024
"""How far into an SQLite file the disk is full at most, in bytes."""

MOST_ROOM = 64 * 1024
"""How much room is left at most on a disk that is really full, in bytes."""

TRAIL = 6000
"""How many events there are to begin with; in PostgreSQL more than ``SMALLEST_FILE``."""


class Soak:
    """A platform's administrators, each a process that is killed and started again.

    Args:
        folder: where the workers are, and nothing else.
        database: has its first administrator, "admin", and nobody else.
        administrators: how many there are to be.
        server: the PostgreSQL server, if it is one; it crashes once.
        ballast: fills the database's disk; without it, files may not grow for a while.
        seed: of when is killed who.

    """

    def __init__(
        self,
        folder: Path,
        database: Database,
        *,
        administrators: int,
        server: PostgreSQL | None = None,
        ballast: Ballast | None = None,
        seed: int = 1,
    ) -> None:
        self._database = database
        self._server = server
        self._ballast = ballast
        self._chance = random.Random(seed)
        self._workers = Workers(folder)
        self._at_work: dict[str, int] = {}
        self._disk_is_full = False
        self.kills: Counter[str] = Counter()
        self.names = [f"admin-{number + 1}" for number in range(administrators)]

    def prepare(self) -> None:
        """Add the administrators, the APIs, and the owners of tokens."""
        platform = open_platform(self._database, "admin")
        for api in APIS:
            platform.apis.add(api)
        for user_id in (*OWNERS, *self.names):
            platform.users.add(user_id, user_id)
        for user_id in self.names:
            platform.memberships.set(user_id, ADMINISTRATORS, True)
        # A trail that is the largest file of the database, and cannot grow when the disk is full.
        entry = audit.Entry("begin to soak", "a trail", detail={"why": "long " * 20})
        with self._database.write() as session:
            audit.append(session, "admin", now(), *[entry] * TRAIL)

    def run(self, seconds: float, *, pause: float = 1.0) -> None:
        """Let them work for so long, with about ``pause`` seconds from one kill to the next."""
        # What they are forked from takes its time to be ready, and is then.
        self._workers.start("everything", self._database, seconds=0)
        began = time.monotonic()
        self._until = began + seconds
        mishaps = deque(self._mishaps())
        for name in self.names:
            self._start(name)
        while (at := time.monotonic()) < self._until - 2 * pause:
            if mishaps and at >= began + mishaps[0][0] * seconds:
                mishaps.popleft()[1]()
            if self._disk_is_full:
                self._fill_disk()
            self._replace(self._chance.choice(self.names))
            time.sleep(self._chance.uniform(0, 2 * pause))
        for _, mishap in mishaps:
            mishap()
        self._workers.reports()
        self.seconds = time.monotonic() - began

    def reckon(self) -> Reckoning:
        """What came of it."""
        return Reckoning(
            self._database, self._workers.told, {name: self.kills[name] for name in self.names}
        )

    def figures(self) -> Figures:
        """How quickly it went."""
        return Figures(self._workers.told, self.seconds)

    def close(self) -> None:
        """End all processes, and leave room on the disk."""
        self._workers.close()
        if self._ballast is not None:
            self._ballast.remove()

    def _mishaps(self) -> list[tuple[float, Callable[[], None]]]:
        """What happens when, as a part of the whole time."""
        full = [(0.35, self._fill_disk), (0.5, self._free_disk)]
        return full if self._server is None else [*full, (0.65, self._server.crash)]

    def _fill_disk(self) -> None:
        """Let no file grow; each time that it is called, the disk is full at another place."""
        if self._ballast is not None:
            # Those who were stopped by it go on for a moment.
            self._free_disk()
            self._ballast.fill(self._chance.randint(0, MOST_ROOM))
        elif self._server is None:
            self._workers.limit_files(self._chance.randint(1, LARGEST))
        elif not self._disk_is_full:
            self._server.fill_disk(self._database.url)
        self._disk_is_full = True

    def _free_disk(self) -> None:
        if self._ballast is not None:
            self._ballast.remove()
            if self._server is not None:
                self._server.start()
        elif self._server is None:
            self._workers.limit_files(RLIM_INFINITY)
        else:
            self._server.free_disk()
        self._disk_is_full = False

    def _start(self, name: str) -> None:
        left = self._until - time.monotonic()
        self._at_work[name] = self._workers.start(
            "everything", self._database, seconds=left, actor=name
        )

    def _replace(self, name: str) -> None:
        self._workers.kill(self._at_work[name])
        self.kills[name] += 1
        self._start(name)
