"""A platform on the real clock, and secrets of a token for each level of access."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tokenwidgets.database import Database
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.vocabulary import Access


@dataclass
class Live:
    """The platform, and the secrets of jdoe's tokens by what they may do with "orders".

    ``introspector`` has Full Access to "introspection" and nothing else.
    """

    platform: Platform
    url: str
    none: str
    read: str
    full: str
    introspector: str

    def bearer(self, access: str) -> dict[str, str]:
        """The header of a caller whose token has this access."""
        return {"Authorization": f"Bearer {getattr(self, access)}"}

    def revocable(self) -> tuple[dict[str, str], int]:
        """The header and the id of one more token with Read Access to "orders"."""
        name = f"revocable {self.platform.tokens.page('jdoe', ended=True).total}"
        made = self.platform.tokens.add("jdoe", name, {"orders": Access.READ})
        return {"Authorization": f"Bearer {made.secret.reveal()}"}, made.token.id


@pytest.fixture
def live(sqlite_database: Database) -> Live:
    """A platform as other processes see it, too: on an SQLite file and the real clock."""
    return _live(sqlite_database)


@pytest.fixture(scope="module")
def shared(
    sqlite_templates: dict[bool, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """The same, for all tests of a module, which starts servers over it; leave it as it is."""
    path = tmp_path_factory.mktemp("shared") / "platform.db"
    shutil.copyfile(sqlite_templates[False], path)
    database = Database(f"sqlite:///{path}")
    yield _live(database)
    database.close()


def _live(database: Database) -> Live:
    platform = open_platform(database, "admin")
    for api in ("orders", "billing", "introspection"):
        platform.apis.add(api)
    platform.users.add("jdoe", "Jane Doe")

    def secret(name: str, **grants: Access) -> str:
        return platform.tokens.add("jdoe", name, grants).secret.reveal()

    return Live(
        platform,
        str(database.url),
        none=secret("none", billing=Access.FULL),
        read=secret("read", orders=Access.READ),
        full=secret("full", orders=Access.FULL),
        introspector=secret("introspector", introspection=Access.FULL),
    )
