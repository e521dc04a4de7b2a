"""Every error that tokenwidgets raises on purpose, by name.

Each says what is wrong, where, and what to do. None ever holds a secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "ClockError",
    "ConfigurationError",
    "DatabaseBusy",
    "DatabaseConflict",
    "DatabaseError",
    "DatabaseFull",
    "DatabaseReadOnly",
    "DatabaseUnavailable",
    "IdentityError",
    "ImportRefused",
    "InactiveUser",
    "InvalidValue",
    "LastAdministrator",
    "LineProblem",
    "NameInUse",
    "NotADatabase",
    "NotAllowed",
    "OutcomeUnknown",
    "SchemaTooNew",
    "SchemaTooOld",
    "StaleVersion",
    "TokenEnded",
    "TokenWidgetsError",
    "UnknownAPI",
    "UnknownGroup",
    "UnknownToken",
    "UnknownUser",
]


class TokenWidgetsError(Exception):
    """The base of all errors here; ``str()`` of it may be shown to a person as it stands.

    It is English. Raised with a ``Phrase``, it can be shown in another language, too.
    """


class InvalidValue(TokenWidgetsError, ValueError):
    """A value that cannot be taken. ``field`` names it as the form does."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class NameInUse(InvalidValue):
    """The name already belongs to another live thing of its kind."""


class UnknownUser(TokenWidgetsError, LookupError):
    """No application user has this User ID, or the actor may not see the one who has."""


class UnknownGroup(TokenWidgetsError, LookupError):
    """No user group has this name."""


class UnknownAPI(TokenWidgetsError, LookupError):
    """No API has this name."""


class UnknownToken(TokenWidgetsError, LookupError):
    """No token has this id, or the actor may not see the one that has."""


class InactiveUser(TokenWidgetsError):
    """The user is not active, so can neither act nor be given a live token."""


class TokenEnded(TokenWidgetsError):
    """The token is revoked or expired, so it cannot be changed in this way."""


class NotAllowed(TokenWidgetsError, PermissionError):
    """The actor lacks the control for this; nothing was changed."""


class LastAdministrator(TokenWidgetsError):
    """The change would leave the platform without anybody who can give one of its controls."""


class StaleVersion(TokenWidgetsError):
    """Somebody else changed it in the meantime; nothing was overwritten.

    ``current`` is the newer state, of the type that the refused call would have returned.
    """

    def __init__(self, message: str, current: Any) -> None:
        super().__init__(message)
        self.current = current


class IdentityError(TokenWidgetsError):
    """Nobody can be said to be acting: no identity source, no user, or not one who may."""


class ConfigurationError(TokenWidgetsError):
    """A setting, or a combination of settings, that cannot be used safely."""


class DatabaseError(TokenWidgetsError):
    """The base of what can be wrong with the database as a whole."""


class DatabaseUnavailable(DatabaseError):
    """The database did not answer; nothing was changed. Trying again later may help."""


class DatabaseBusy(DatabaseUnavailable):
    """Other writers kept the database locked for too long; nothing was changed. Try again."""


class OutcomeUnknown(DatabaseUnavailable):
    """The connection was lost during the commit: the change was made, or not. Look at it first."""


class DatabaseConflict(DatabaseBusy):
    """The database gave up on a change for the sake of another one; nothing was changed."""


class DatabaseReadOnly(DatabaseError):
    """The database cannot be written to: a read-only file, folder, replica or role."""


class DatabaseFull(DatabaseError):
    """There is no room left for the change; nothing was changed."""


class ClockError(TokenWidgetsError):
    """The clock is behind what the database has already recorded, so nothing is done."""


class NotADatabase(DatabaseError):
    """What the URL points to is not a tokenwidgets database."""


class SchemaTooOld(DatabaseError):
    """The database was made by an older tokenwidgets: run ``tokenwidgets upgrade-db``."""


class SchemaTooNew(DatabaseError):
    """The database was made by a newer tokenwidgets: upgrade this installation."""


@dataclass(frozen=True, slots=True)
class LineProblem:
    """One bad line of an imported file: its number (from 1) and what is wrong with it."""

    line: int
    problem: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.problem}"


class ImportRefused(TokenWidgetsError):
    """A file with bad lines: none of it was imported. ``problems`` has them all."""

    def __init__(self, source: str, problems: Sequence[LineProblem]) -> None:
        lines = "\n".join(str(problem) for problem in problems)
        count = "1 bad line" if len(problems) == 1 else f"{len(problems)} bad lines"
        super().__init__(f"{source}: {count}, so nothing was imported.\n{lines}")
        self.source = source
        self.problems = tuple(problems)
