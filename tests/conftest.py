"""Fixtures common to all tests: databases, a clock that the test moves, and platforms.

What asks for ``database`` (``platform`` and the like, too) runs twice: on a real SQLite file
and on a real PostgreSQL server.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from postgres import PostgreSQL, postgresql_server
from sqlalchemy.engine import URL

from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database
from tokenwidgets.platform import Platform, open_platform

# A busy machine is not a slow strategy. In CI examples are the same at each run, so that no change
# is refused for what was wrong before it; whoever works on the code meets new ones.
settings.register_profile(
    "tests",
    deadline=None,
    print_blob=True,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tests")

MADE_AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


class FakeClock:
    """A clock that stands still until the test moves it: 31 January 2026, 12:00 UTC.

    Call it for the present instant, as the services do; or read and set ``now``.
    """

    def __init__(self) -> None:
        self.now = MADE_AT

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> datetime:
        """Move the clock on, and say what it shows then."""
        self.now += by
        return self.now


@pytest.fixture(scope="session", autouse=True)
def own_jupyter_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing is read from or written to the Jupyter folders of whoever runs the tests."""
    folder = tmp_path_factory.mktemp("jupyter")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CONFIG", "DATA", "RUNTIME"):
            patch.setenv(f"JUPYTER_{name}_DIR", str(folder / name.lower()))
        # Nor does the language that they speak make a difference.
        patch.setenv("LANGUAGE", "en")
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """The PostgreSQL server: one for each test process, in a folder that goes with it."""
    with postgresql_server() as server:
        yield server


def populate(platform: Platform) -> None:
    """Add what the fixture ``populated`` says."""
    platform.apis.add("orders", title="Orders", api_group="Sales")
    platform.apis.add("billing", title="Billing", api_group="Finance")
    platform.apis.add("reports", title="Reports", api_group="Finance", read_only=True)
    platform.users.add("jdoe", "Jane Doe", email="jdoe@example.org", department="Finance")
    platform.users.add("asmith", "Alan Smith", email="asmith@example.org", department="Sales")


def make_template(url: str | URL, *, populated: bool) -> None:
    """Make a database to be copied: the schema, the administrator, and the rest if told."""
    database = Database(url)
    initialise(database, "admin", name="Ada Admin", clock=FakeClock())
    if populated:
        populate(open_platform(database, "admin", clock=FakeClock()))
    database.close()


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    """The SQLite files to be copied; the one at True is populated."""
    folder = tmp_path_factory.mktemp("templates")
    paths = {populated: folder / f"{populated}.db" for populated in (False, True)}
    for populated, path in paths.items():
        make_template(f"sqlite:///{path}", populated=populated)
    return paths


@pytest.fixture(scope="session")
def postgresql_templates(postgresql: PostgreSQL) -> dict[bool, str]:
    """The names of the PostgreSQL databases to be copied; the one at True is populated."""
    urls = {populated: postgresql.create() for populated in (False, True)}
    for populated, url in urls.items():
        make_template(url, populated=populated)
    return {populated: str(url.database) for populated, url in urls.items()}


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database that the test runs on; a test that asks for it runs on each."""
    return request.param


@pytest.fixture
def sqlite_database(
    sqlite_templates: dict[bool, Path], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Database]:
    """As ``database``, on SQLite alone: the file ``tmp_path / "platform.db"``."""
    path = tmp_path / "platform.db"
    shutil.copyfile(sqlite_templates["populated" in request.fixturenames], path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def postgresql_database(
    postgresql: PostgreSQL, postgresql_templates: dict[bool, str], request: pytest.FixtureRequest
) -> Iterator[Database]:
    """As ``database``, on PostgreSQL alone."""
    url = postgresql.create(postgresql_templates["populated" in request.fixturenames])
    database = Database(url)
    yield database
    database.close()
    postgresql.drop(url)


@pytest.fixture
def database(backend: str, request: pytest.FixtureRequest) -> Database:
    """A fresh database with the schema and one user, the administrator "admin" (Ada Admin).

    It was made when ``clock`` begins. ``database.url.render_as_string(hide_password=False)`` is
    what another process opens it by.
    """
    return request.getfixturevalue(f"{backend}_database")


@pytest.fixture
def empty_database(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Database]:
    """A database without schema, on each kind; the SQLite file is not there yet."""
    if backend == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        database.close()
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    url = server.create()
    database = Database(url)
    yield database
    database.close()
    server.drop(url)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands at 31 January 2026, 12:00 UTC, until ``clock.advance(timedelta)``."""
    return FakeClock()


@pytest.fixture
def platform_of(database: Database, clock: FakeClock) -> Callable[[str], Platform]:
    """Open the platform as another user: ``platform_of("jdoe")``; same database, same clock."""
    return lambda user_id: open_platform(database, user_id, clock=clock)


@pytest.fixture
def platform(platform_of: Callable[[str], Platform]) -> Platform:
    """The platform as "admin", who has every control: no other user, no API, no token."""
    return platform_of("admin")


@pytest.fixture
def populated(platform: Platform) -> Platform:
    """The same platform with three APIs and two users, who have no groups and no tokens.

    APIs: "orders", "billing", and "reports", which is read-only. Users: "jdoe" (Jane Doe, of
    Finance) and "asmith" (Alan Smith, of Sales).
    """
    return platform
