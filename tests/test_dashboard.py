"""What a notebook's cell shows: the application, or plainly why it cannot be shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from tokenwidgets.app import ApplicationUsers
from tokenwidgets.dashboard import Refusal, show
from tokenwidgets.database import Database


@pytest.fixture(autouse=True)
def _acting_as_admin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("TOKENWIDGETS_LOCAL_USER", "admin")
    monkeypatch.delenv("TOKENWIDGETS_IDENTITY_SOURCE", raising=False)


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def refused(database_url: str) -> Refusal:
    shown = show(database_url)
    assert isinstance(shown, Refusal)
    return shown


def test_it_shows_the_application_to_a_user_of_the_platform(sqlite_database: Database):
    shown = show(url_of(sqlite_database))
    assert isinstance(shown, ApplicationUsers)
    assert shown.shell.platform.actor == "admin"
    shown.close()


def test_it_opens_a_user_that_is_named(sqlite_database: Database):
    shown = show(url_of(sqlite_database), user="admin", tab="User Groups")
    assert isinstance(shown, ApplicationUsers)
    assert shown.detail.strip.subheading == "admin"
    assert shown.detail.strip.selected == "User Groups"
    shown.close()


def test_it_says_that_the_user_is_not_known(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TOKENWIDGETS_LOCAL_USER", "stranger")
    shown = refused(url_of(sqlite_database))
    assert shown.title == "You have no access"
    assert "stranger is not an application user" in shown.words


def test_it_says_that_there_is_no_database(tmp_path: Path):
    shown = refused(f"sqlite:///{tmp_path / 'missing.db'}")
    assert shown.title == "The database cannot be used"
    assert "tokenwidgets init" in shown.words


def test_on_a_dashboard_it_does_not_say_where_the_database_was_to_be(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    with sqlite_database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    shown = refused(url_of(sqlite_database))
    assert shown.title == "The database cannot be used"
    assert str(sqlite_database.url.database) not in repr(shown) + shown._repr_html_()
    assert str(sqlite_database.url.database) in caplog.text


@pytest.mark.parametrize(("revision", "what_to_do"), [("0000", "newer"), ("0001", "upgrade-db")])
def test_it_says_that_the_database_is_of_another_version(
    revision: str, what_to_do: str, sqlite_database: Database
):
    with sqlite_database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    shown = refused(url_of(sqlite_database))
    assert shown.title == "The database cannot be used"
    assert what_to_do in shown.words


def test_it_says_that_a_setting_cannot_be_used():
    shown = refused("no database at all")
    assert shown.title == "The dashboard cannot be shown"
    assert "database URL" in shown.words


def test_what_is_said_is_text_and_never_html():
    shown = Refusal("<b>title</b>", "<script>alert(1)</script>")
    assert "<script" not in shown._repr_html_()
    assert "&lt;script&gt;" in shown._repr_html_()
    assert repr(shown) == "<b>title</b>: <script>alert(1)</script>"
