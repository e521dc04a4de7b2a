"""On PostgreSQL the documented roles suffice, and can do no more."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from tokenwidgets.database import Database
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.schema import Base
from tokenwidgets.verifier import Verifier
from tokenwidgets.vocabulary import Access, Reason

DOCUMENTED = Path(__file__).parents[2] / "docs" / "verifying.md"
ROLES = ("token_checker", "token_usage_recorder")


@pytest.fixture
def roles(postgresql_database: Database) -> Iterator[dict[str, URL]]:
    """The database's URL for each of the roles that the documentation has the operator make."""
    (block,) = re.findall(r"```sql\n(.*?CREATE ROLE.*?)```", DOCUMENTED.read_text(), re.DOTALL)
    with postgresql_database.engine.begin() as connection:
        connection.execute(text(block))
    yield {role: postgresql_database.url.set(username=role) for role in ROLES}
    with postgresql_database.engine.begin() as connection:
        for role in ROLES:
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))


@pytest.fixture
def postgresql_platform(postgresql_database: Database, clock: Any) -> Platform:
    platform = open_platform(postgresql_database, "admin", clock=clock)
    platform.apis.add("orders")
    platform.users.add("jdoe", "Jane Doe")
    return platform


def test_the_checkers_role_can_check_and_introspect(
    roles: dict[str, URL], postgresql_platform: Platform, verifier_of: Any
) -> None:
    made = postgresql_platform.tokens.add("jdoe", "job", {"orders": Access.READ})
    secret = made.secret.reveal()
    verifier = verifier_of(roles["token_checker"])
    assert verifier.check(secret).allowed
    assert verifier.check(secret, "orders", "POST").reason is Reason.METHOD_NOT_ALLOWED
    assert verifier.sync.opened_by(secret).access == {"orders": Access.READ}
    postgresql_platform.tokens.revoke(made.token.id)
    assert verifier.check(secret).reason is Reason.REVOKED


def test_without_the_right_to_record_the_operator_is_told_once_and_checks_go_on(
    roles: dict[str, URL],
    postgresql_platform: Platform,
    clock: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = postgresql_platform.tokens.add("jdoe", "job", {"orders": Access.READ})
    with (
        Verifier(roles["token_checker"], clock=clock, flush_seconds=3600) as verifier,
        caplog.at_level(logging.WARNING, "tokenwidgets"),
    ):
        for _ in range(3):
            assert verifier.check(made.secret.reveal(), "orders", "GET").allowed
            verifier.flush()
    told = [record.getMessage() for record in caplog.records]
    assert len([line for line in told if "not recorded" in line]) == 1


def test_the_recorders_role_records_what_the_checkers_role_sees(
    roles: dict[str, URL], postgresql_platform: Platform, clock: Any
) -> None:
    used = postgresql_platform.tokens.add("jdoe", "job", {"orders": Access.READ})
    dead = postgresql_platform.tokens.add("jdoe", "gone", {"orders": Access.READ})
    postgresql_platform.tokens.revoke(dead.token.id)
    with Verifier(
        roles["token_checker"],
        usage_database=roles["token_usage_recorder"],
        clock=clock,
        flush_seconds=3600,
    ) as verifier:
        assert verifier.check(used.secret.reveal(), "orders", "GET").allowed
        assert not verifier.check(dead.secret.reveal(), "orders", "GET").allowed
        verifier.flush()
    assert postgresql_platform.tokens.get(used.token.id).last_used_at == clock.now
    assert postgresql_platform.tokens.get(dead.token.id).still_presented_at == clock.now


@pytest.mark.parametrize("role", ROLES)
def test_the_roles_can_do_nothing_else(roles: dict[str, URL], role: str) -> None:
    engine = create_engine(roles[role])
    attempts = ["UPDATE tokens SET revoked_at = NULL", "UPDATE grants SET access = 2"]
    attempts += ["SELECT email FROM users"]
    for table in Base.metadata.tables:
        attempts += [f"DELETE FROM {table}", f"INSERT INTO {table} DEFAULT VALUES"]
        # All three columns of the grants are what a decision is made of.
        if (role, table) != ("token_checker", "grants"):
            attempts += [f"SELECT * FROM {table}"]
    for attempt in attempts:
        with engine.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text(attempt))
    engine.dispose()
