"""A database that goes away and comes back."""

from __future__ import annotations

import shutil
from pathlib import Path

from tokenwidgets.database import Database


class Unplugged:
    """Takes an SQLite database away, and brings it back."""

    def __init__(self, database: Database) -> None:
        assert database.url.database is not None
        self._database = database
        self._file = Path(database.url.database)
        self._away = self._file.with_suffix(".away")

    def unplug(self) -> None:
        self._database.close()
        for file in (self._file, *self._beside()):
            file.rename(file.with_name(file.name.replace(self._file.name, self._away.name)))
        # Something is there, but it cannot be opened as a database.
        self._file.mkdir()

    def plug_in(self) -> None:
        self._file.rmdir()
        shutil.move(self._away, self._file)

    def _beside(self) -> list[Path]:
        return [Path(f"{self._file}{end}") for end in ("-wal", "-shm") if self._exists(end)]

    def _exists(self, end: str) -> bool:
        return Path(f"{self._file}{end}").exists()
