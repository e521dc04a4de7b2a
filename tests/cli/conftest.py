"""Run the command: in this process, or as a process of its own."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import COMMAND, CommandLine, Ended

from tokenwidgets.bootstrap import initialise
from tokenwidgets.cli.application import run
from tokenwidgets.database import Database
from tokenwidgets.platform import Platform, open_platform


@pytest.fixture(scope="session")
def platform_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A platform with the administrator "admin", made just now, to be copied."""
    path = tmp_path_factory.mktemp("command") / "platform.db"
    database = Database(f"sqlite:///{path}")
    initialise(database, "admin", name="Ada Admin")
    database.close()
    return path


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Jupyter's folders of the test's own, no setting from outside, and no user but "admin"."""
    for name in [name for name in os.environ if name.startswith(("TOKENWIDGETS_", "JUPYTER"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TOKENWIDGETS_LOCAL_USER", "admin")
    return tmp_path


@pytest.fixture
def platform_url(platform_file: Path, surroundings: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of the test's own platform, which the environment names, too."""
    path = surroundings / "platform.db"
    shutil.copyfile(platform_file, path)
    url = f"sqlite:///{path}"
    monkeypatch.setenv("TOKENWIDGETS_DATABASE_URL", url)
    return url


@pytest.fixture
def opened(platform_url: str) -> Platform:
    """The same platform, looked at past the command."""
    return open_platform(Database(platform_url), "admin")


@pytest.fixture
def stocked(opened: Platform) -> Platform:
    """The same with three APIs ("reports" is read-only), "jdoe" of Finance and "asmith"."""
    opened.apis.add("orders", title="Orders", api_group="Sales")
    opened.apis.add("billing", title="Billing", api_group="Finance")
    opened.apis.add("reports", title="Reports", api_group="Finance", read_only=True)
    opened.users.add("jdoe", "Jane Doe", email="jdoe@example.org", department="Finance")
    opened.users.add("asmith", "Alan Smith", department="Sales")
    return opened


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Run a command line in this process: ``cli("user", "list", stdin="")``."""

    def called(*argv: str, stdin: str | bytes = "") -> Ended:
        content = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        capsys.readouterr()
        status = run(argv)
        written = capsys.readouterr()
        return Ended(status, written.out, written.err)

    return called


@pytest.fixture
def shell() -> CommandLine:
    """Run the installed command as a process: ``shell("user", "list", stdin="")``."""

    def called(*argv: str, stdin: str = "") -> Ended:
        done = subprocess.run([COMMAND, *argv], input=stdin, text=True, capture_output=True)
        return Ended(done.returncode, done.stdout, done.stderr)

    return called
