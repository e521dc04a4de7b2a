"""Connecting a notebook or a script to the platform."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from traitlets.config import Config

from tokenwidgets import errors
from tokenwidgets.bootstrap import initialise
from tokenwidgets.connection import connect
from tokenwidgets.database import Database
from tokenwidgets.platform import Platform


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def acting_as(user_id: str, **settings: str) -> Config:
    return Config({"TokenWidgets": settings, "LocalIdentity": {"user_id": user_id}})


def test_it_acts_as_whom_the_identity_source_names(database: Database):
    platform = connect(url_of(database), config=acting_as("admin", token_prefix="ours"))
    assert platform.actor == "admin"
    assert platform.users.get("admin").name == "Ada Admin"
    assert platform.tokens.prefix == "ours"
    assert repr(platform.tokens) == f"<TokenService of {platform.database.place} as admin>"
    platform.database.close()


def test_the_database_is_the_configured_one_unless_it_is_named(database: Database):
    config = acting_as("admin", database_url=url_of(database))
    assert connect(config=config).database.url == database.url
    with pytest.raises(errors.DatabaseError):
        connect("sqlite:////no/such/folder/platform.db", config=config)


def test_an_unknown_user_is_refused_at_once(database: Database):
    with pytest.raises(errors.IdentityError, match="stranger is not an application user"):
        connect(url_of(database), config=acting_as("stranger"))


def test_an_inactive_user_is_refused_at_once(populated: Platform, database: Database):
    populated.users.edit("jdoe", is_active=False)
    with pytest.raises(errors.IdentityError, match="not active"):
        connect(url_of(database), config=acting_as("jdoe"))


def test_an_empty_database_is_refused_with_what_to_do(empty_database: Database):
    with pytest.raises(errors.NotADatabase, match="tokenwidgets init"):
        connect(url_of(empty_database), config=acting_as("admin"))


def test_asking_for_a_file_that_is_not_there_does_not_make_it(tmp_path: Path):
    path = tmp_path / "platform.db"
    with pytest.raises(errors.NotADatabase, match=r"There is no database at .*platform\.db yet"):
        connect(f"sqlite:///{path}", config=acting_as("admin"))
    assert not path.exists()


def test_the_environment_alone_is_enough_for_a_script(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'platform.db'}"
    initialise(Database(url), "admin")
    script = "import tokenwidgets; print(tokenwidgets.connect().actor)"
    said = subprocess.run(
        [sys.executable, "-c", script],
        env={
            "TOKENWIDGETS_DATABASE_URL": url,
            "TOKENWIDGETS_LOCAL_USER": "admin",
            "JUPYTER_CONFIG_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
    )
    assert said.stdout == "admin\n", said.stderr


def test_importing_the_package_imports_nothing_heavy():
    script = (
        "import sys, tokenwidgets;"
        "print([n for n in ('pandas', 'sqlalchemy', 'ipywidgets', 'voila') if n in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert said.stdout == "[]\n", said.stderr
