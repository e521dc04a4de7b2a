"""Fixtures for tests of the server: one behind a proxy's header for all, and visits of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from door import PROXY_SECRET, Server, Visit, named, serving
from live import chromium
from playwright.sync_api import Browser

from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.vocabulary import Access, Control


def people(folder: Path) -> str:
    """Make a platform, and give its URL.

    "admin" has every control; "clerk" has those of the tokens; "guest" has none, and a token;
    "gone" is not active. There is the API "ledger-7", and the guest's token "payroll-export-7".
    """
    url = f"sqlite:///{folder / 'platform.db'}"
    database = Database(url)
    initialise(database, "admin", name="Ada Admin")
    platform = open_platform(database, "admin")
    platform.apis.add("ledger-7", title="Ledger")
    for user_id in ("clerk", "guest", "gone"):
        platform.users.add(user_id, user_id.title())
    platform.groups.add("Clerks", controls=[Control.APPLICATION_USERS, Control.API_TOKENS])
    platform.memberships.set("clerk", "Clerks", True)
    platform.users.edit("gone", is_active=False)
    platform.tokens.add("guest", "payroll-export-7", {"ledger-7": Access.READ})
    database.close()
    return url


@pytest.fixture(scope="session")
def people_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a platform with a few people; see ``people``."""
    return people(tmp_path_factory.mktemp("people"))


@pytest.fixture
def platform(people_url: str) -> Iterator[Platform]:
    """That platform as "admin"."""
    database = Database(people_url)
    yield open_platform(database, "admin")
    database.close()


@pytest.fixture(scope="session")
def server(people_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard of that platform, whose visitors a proxy names: ``visit("clerk")``."""
    folder = tmp_path_factory.mktemp("server")
    limits = {"max_kernels": 50, "max_kernels_per_user": 50}
    with serving(
        folder,
        people_url,
        identity="proxy",
        config={"DashboardSettings": limits},
        TOKENWIDGETS_PROXY_SECRET=PROXY_SECRET,
    ) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(server: Server) -> Iterator[Callable[..., Visit]]:
    """Visit the dashboard as a user whom the proxy names; the kernels end with the test."""
    visits: list[Visit] = []

    def start(user: str, *, open_page: bool = True) -> Visit:
        visit = Visit(server.origin, named(user))
        visits.append(visit)
        if open_page:
            assert visit.open().status_code == 200
        return visit

    yield start
    for each in visits:
        each.close()
