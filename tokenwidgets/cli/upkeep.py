"""``tokenwidgets check``, ``backup`` and ``restore``."""

from __future__ import annotations

from pathlib import Path

from tokenwidgets.cli.command import Command, say

__all__ = ["Backup", "Check", "Restore"]


class Check(Command):
    """Check that the platform is whole."""

    name = "tokenwidgets check"
    description = """Check that the platform is whole: the file, the tables, indexes and triggers,
    the foreign keys, the search indexes, that every live token has one present secret, that
    instants are instants and controls are controls, and the chain of the audit trail. Nothing is
    changed. Prints what is wrong, one thing a line, and then exits with status 1."""
    examples = """
    tokenwidgets check
    """

    def run(self) -> int:
        """Check it."""
        from tokenwidgets.upkeep import check

        database = self.database()
        found = 0
        for trouble in check(database):
            found += 1
            print(f"{trouble.place}: {trouble.problem}")
        database.close()
        if found:
            say(f"tokenwidgets: {database.place} is not whole, in {found} place(s).")
            return 1
        say(f"{database.place} is whole.")
        return 0


class Backup(Command):
    """Back up the platform into a new file."""

    name = "tokenwidgets backup"
    parameters = ("FILE",)
    description = """Back up the platform into a new file, as it is at one instant, while others
    work on; also one of an older schema, before upgrade-db. No file is replaced. A PostgreSQL
    database is backed up by pg_dump instead."""
    examples = """
    tokenwidgets backup platform-2026-07-01.backup
    """

    def run(self, file: str) -> int:
        """Make the backup."""
        from tokenwidgets.cli.output import progress_bar
        from tokenwidgets.upkeep import back_up

        database = self.database()
        with progress_bar("Pages") as progress:
            back_up(database, Path(file), progress=progress)
        database.close()
        say(f"Backed up {database.place} into {file}.")
        return 0


class Restore(Command):
    """Make the platform from a backup."""

    name = "tokenwidgets restore"
    parameters = ("FILE",)
    description = """Make the platform from a backup, where there is none yet: a database that is
    there is left as it is. The backup is checked first, and stays."""
    examples = """
    tokenwidgets restore platform-2026-07-01.backup
    """

    def run(self, file: str) -> int:
        """Restore it."""
        from tokenwidgets.cli.output import progress_bar
        from tokenwidgets.upgrade import known_revisions
        from tokenwidgets.upkeep import restore

        database = self.database()
        with progress_bar("Pages") as progress:
            found = restore(Path(file), database, progress=progress)
        say(f"Restored {file} (schema {found}) to {database.place}.")
        if found != known_revisions()[-1]:
            say("It is of an older version: run `tokenwidgets upgrade-db`.")
        return 0
