"""Demo: everybody is the demo's administrator, on the demo's own database and nowhere else."""

from __future__ import annotations

from tokenwidgets import errors
from tokenwidgets.bootstrap import demo_administrator
from tokenwidgets.database import Database
from tokenwidgets.identity.one_user import OneUserIdentity

__all__ = ["DemoIdentity"]


class DemoIdentity(OneUserIdentity):
    """The administrator of the demo platform; refused on any other database."""

    def actor(self, database: Database) -> str:
        """The demo's administrator, if the database says that it is the demo's own."""
        administrator = demo_administrator(database)
        if administrator is None:
            raise errors.IdentityError(
                f"The identity source demo is only for a database that `tokenwidgets demo` made,"
                f" which {database.place} is not: choose another identity source."
            )
        return administrator
