"""``tokenwidgets demo``: built once, kept between runs, rebuilt when asked for, then served."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from commands import COMMAND, CommandLine
from sqlalchemy import text

from tokenwidgets import demo, errors
from tokenwidgets.bootstrap import initialise, is_demo
from tokenwidgets.database import Database
from tokenwidgets.demo.keeping import prepare
from tokenwidgets.platform import open_platform
from tokenwidgets.upgrade import known_revisions

Progress = Callable[[int, int], None]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where a demo may be; it is not there yet."""
    return f"sqlite:///{tmp_path}/folder/demo.db"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo that was built, to be copied."""
    path = tmp_path_factory.mktemp("built") / "demo.db"
    prepare(f"sqlite:///{path}", reset=False, progress=lambda done, total: None)
    return path


@pytest.fixture
def kept(url: str, built: Path, tmp_path: Path) -> Database:
    """A demo at ``url`` from an earlier run."""
    (tmp_path / "folder").mkdir()
    shutil.copyfile(built, tmp_path / "folder" / "demo.db")
    return Database(url)


def prepared(url: str, *, reset: bool = False) -> bool:
    """Prepare the demo, and say whether it was built."""
    told: list[int] = []
    prepare(url, reset=reset, progress=lambda done, total: told.append(done))
    return bool(told)


def test_it_is_built_where_it_is_not_there(url: str, tmp_path: Path) -> None:
    assert prepared(url)
    assert [file.name for file in (tmp_path / "folder").iterdir()] == ["demo.db"]
    assert is_demo(Database(url))


def test_it_is_kept_from_run_to_run_and_rebuilt_if_told(kept: Database, url: str) -> None:
    open_platform(kept, demo.ADMIN).users.add("mine", "Mine")
    assert not prepared(url)
    assert open_platform(Database(url), demo.ADMIN).users.get("mine")
    assert prepared(url, reset=True)
    with pytest.raises(errors.UnknownUser):
        open_platform(Database(url), demo.ADMIN).users.get("mine")


def test_an_older_demo_is_upgraded(kept: Database, url: str) -> None:
    with kept.write() as session:
        config = Config(attributes={"connection": session.connection()})
        config.set_main_option("script_location", "tokenwidgets:migrations")
        command.downgrade(config, known_revisions()[0])
    with pytest.raises(errors.SchemaTooOld):
        open_platform(kept, demo.ADMIN)
    assert not prepared(url)
    assert open_platform(kept, demo.ADMIN).users.page().total > 50


def test_a_newer_demo_is_refused_and_can_be_built_anew(kept: Database, url: str) -> None:
    with kept.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(errors.SchemaTooNew, match="--reset"):
        prepared(url)
    assert prepared(url, reset=True)


@pytest.mark.parametrize("reset", [False, True])
def test_what_is_no_demo_is_left_as_it_is(cli: CommandLine, tmp_path: Path, reset: bool) -> None:
    database = Database(f"sqlite:///{tmp_path}/mine.db")
    initialise(database, "admin")
    (tmp_path / "text.db").write_text("not a database " * 100)
    (tmp_path / "empty.db").touch()
    options = ["--reset"] if reset else []
    for name in ("mine.db", "text.db", "empty.db"):
        before = (tmp_path / name).read_bytes()
        ended = cli(
            "demo", "--no-browser", "--database-url", f"sqlite:///{tmp_path}/{name}", *options
        )
        assert ended.status in (1, 2)
        assert ended.out == ""
        assert "left as it is" in ended.err
        assert (tmp_path / name).read_bytes() == before


def test_a_demo_that_was_stopped_while_it_was_built_is_not_there(url: str, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(url, reset=False, progress=stop)
    assert list((tmp_path / "folder").iterdir()) == []


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_it_is_kept_and_rebuilt_on_a_server_too(empty_database: Database) -> None:
    url = empty_database.url.render_as_string(hide_password=False)
    assert prepared(url)
    assert not prepared(url)
    assert prepared(url, reset=True)
    assert is_demo(empty_database)


def test_from_a_shell_it_serves_and_says_where(tmp_path: Path) -> None:
    words = [COMMAND, "demo", "--no-browser", "--port", "0"]
    process = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background ignores Ctrl-C, which would be inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{32,}", line)
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with browser.open(line) as page:
            assert page.status == 200
            assert page.read(), "whole, so the notebook was run"
    finally:
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=60)
    assert rest == "", "the address is the only line"
    assert "Traceback" not in said
    assert line.partition("token=")[2] not in said
    assert (tmp_path / "data" / "tokenwidgets" / "demo.db").is_file()
