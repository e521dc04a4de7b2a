"""The local user, and the demo's."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest
from traitlets.config import Config

from tokenwidgets import errors
from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database
from tokenwidgets.identity import source_named, who_is_acting
from tokenwidgets.platform import open_platform

ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def demo_database(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'demo.db'}")
    initialise(database, "ada", demo=True)
    return database


def test_the_local_user_owns_the_process_whatever_the_environment_says(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    for variable in ("USER", "LOGNAME", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, "somebody-else")
    assert who_is_acting(sqlite_database, Config()) == ME


def test_the_local_user_may_have_another_id_on_the_platform(sqlite_database: Database):
    config = Config({"LocalIdentity": {"user_id": "jdoe"}})
    assert who_is_acting(sqlite_database, config) == "jdoe"


def test_the_demo_identity_is_the_demos_administrator(demo_database: Database):
    assert source_named("demo").actor(demo_database) == "ada"


def test_the_demo_identity_is_refused_on_any_other_database(sqlite_database: Database):
    with pytest.raises(errors.IdentityError, match="only for a database that `tokenwidgets demo`"):
        source_named("demo").actor(sqlite_database)


@pytest.mark.parametrize("ip", ["", "0.0.0.0", "::", "192.0.2.7", "tokens.example.org"])
@pytest.mark.parametrize("name", ["demo", "local"])
def test_one_user_for_all_is_refused_where_other_machines_can_reach_it(
    name: str, ip: str, demo_database: Database
):
    source = source_named(name, Config({"LocalIdentity": {"user_id": "ada"}}))
    with pytest.raises(errors.ConfigurationError, match="only for this machine"):
        source.check(demo_database, ip)


@pytest.mark.parametrize("ip", ["127.0.0.1", "::1", "localhost", "unix:/run/dashboard.sock"])
def test_one_user_for_all_may_be_served_to_this_machine(ip: str, demo_database: Database):
    source = source_named("demo")
    source.check(demo_database, ip)
    assert source.needs_access_token


def test_the_operator_hears_at_once_that_the_local_user_is_unknown(sqlite_database: Database):
    source = source_named("local", Config({"LocalIdentity": {"user_id": "stranger"}}))
    with pytest.raises(errors.IdentityError, match="stranger is not an application user"):
        source.check(sqlite_database, "127.0.0.1")


def test_the_operator_hears_at_once_that_the_local_user_is_inactive(sqlite_database: Database):
    open_platform(sqlite_database, "admin").users.add("jdoe", "Jane Doe")
    open_platform(sqlite_database, "admin").users.edit("jdoe", is_active=False)
    source = source_named("local", Config({"LocalIdentity": {"user_id": "jdoe"}}))
    with pytest.raises(errors.IdentityError, match="not active"):
        source.check(sqlite_database, "127.0.0.1")


@pytest.mark.parametrize("name", ["nobody", "os.path.join", "tokenwidgets.identity.no_such", ""])
def test_a_source_that_is_none_is_refused(name: str):
    with pytest.raises(errors.ConfigurationError, match="identity source"):
        source_named(name)


def test_a_source_of_ones_own_is_found_by_its_import_name():
    source = source_named("tokenwidgets.identity.local.LocalIdentity")
    assert type(source).__name__ == "LocalIdentity"
