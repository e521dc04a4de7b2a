"""Fixtures for tests of the screens without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from person import Person
from unplugged import Unplugged
from wire import Wire, recording

from tokenwidgets.app import ApplicationUsers
from tokenwidgets.database import Database
from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access, Control


@pytest.fixture
def backend() -> str:
    """What the services do is tested on each database; what the screens do, on one."""
    return "sqlite"


@pytest.fixture(autouse=True)
def wire() -> Iterator[Wire]:
    """The wire between the widgets that the test makes and a browser that there is not."""
    with recording() as wire:
        yield wire


@pytest.fixture
def person_of(
    populated: Platform, platform_of: Callable[[str], Platform], wire: Wire
) -> Callable[..., Person]:
    """Sit down at the application as a user: ``person_of("admin")``."""
    return lambda user_id, **options: Person(
        ApplicationUsers(platform_of(user_id), **options), wire
    )


@pytest.fixture
def admin(person_of: Callable[..., Person]) -> Person:
    """The administrator, who has every control; the users and APIs of ``populated`` are there."""
    return person_of("admin")


@pytest.fixture
def with_controls(populated: Platform, person_of: Callable[..., Person]) -> Callable[..., Person]:
    """Sit down as the new user "helper", who has these controls and no others."""

    def sit_down(*controls: Control) -> Person:
        populated.groups.add("Helpers", controls=controls)
        populated.users.add("helper", "Hanna Helper")
        populated.memberships.set("helper", "Helpers", True)
        return person_of("helper")

    return sit_down


@pytest.fixture
def token(populated: Platform) -> int:
    """The id of jdoe's token "nightly-load", which reads orders."""
    return populated.tokens.add("jdoe", "nightly-load", {"orders": Access.READ}).token.id


@pytest.fixture
def at_tokens(admin: Person) -> Person:
    """The administrator at jdoe's tokens, of which there is none."""
    admin.opens("jdoe", "API Tokens")
    return admin


@pytest.fixture
def at_token(token: int, admin: Person) -> Person:
    """The administrator at jdoe's tokens, of which "nightly-load" is the only one."""
    admin.opens("jdoe", "API Tokens")
    return admin


@pytest.fixture
def plug(database: Database) -> Unplugged:
    """The way to take the platform's database away, and to bring it back."""
    return Unplugged(database)
