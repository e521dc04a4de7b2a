"""``tokenwidgets scan``."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from tokenwidgets.secret import mint
from tokenwidgets.vocabulary import Access

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def leaked(stocked, tmp_path):
    """A live token of jdoe whose secret is in the file "key.txt" of the folder "work"."""
    new = stocked.tokens.add("jdoe", "nightly", {"orders": Access.READ})
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "key.txt").write_text(new.secret.reveal())
    return new


@pytest.fixture
def work(tmp_path):
    """The path of the folder that is scanned."""
    return str(tmp_path / "work")


def test_a_live_secret_is_told_and_the_exit_status_is_1(leaked, cli, work):
    done = cli("scan", work)
    assert done.status == 1
    assert done.out == (
        f"{work}/key.txt:1:1: {leaked.token.hint} live, token nightly ({leaked.token.id}) of jdoe\n"
    )
    assert leaked.secret.reveal()[4:30] not in done.out + done.err


def test_a_dead_secret_is_told_and_the_exit_status_is_0(leaked, stocked, cli, work):
    stocked.tokens.revoke(leaked.token.id)
    done = cli("scan", work)
    assert done.status == 0
    assert "revoked" in done.out


def test_nothing_found_is_told(stocked, cli, tmp_path):
    done = cli("scan", str(tmp_path / "config"), str(tmp_path))
    assert done.out == ""
    (tmp_path / "work").mkdir()
    done = cli("scan", str(tmp_path / "work"))
    assert (done.status, done.out) == (0, "")
    assert "no secrets" in done.err


def test_revoking_ends_what_was_found_and_says_why_in_the_trail(leaked, stocked, cli, work):
    done = cli("scan", work, "--revoke")
    assert done.status == 1
    assert "Revoked 1 token." in done.err
    assert stocked.tokens.get(leaked.token.id).status == "revoked"
    (event,) = stocked.history.page(action="revoke tokens").rows
    assert event.user_id == "jdoe"
    assert event.detail["why"] == "Its secret was leaked."
    again = cli("scan", work, "--revoke")
    assert (again.status, "Revoked 0 tokens." in again.err) == (0, True)


def test_a_replaced_secret_does_not_end_its_token(leaked, stocked, cli, work):
    stocked.tokens.regenerate(leaked.token.id)
    assert cli("scan", work, "--revoke").status == 0
    assert stocked.tokens.get(leaked.token.id).status == "active"


def test_offline_needs_no_database_and_every_secret_counts(cli, tmp_path, monkeypatch):
    monkeypatch.setenv("TOKENWIDGETS_DATABASE_URL", "sqlite:////nowhere/platform.db")
    (tmp_path / "key.txt").write_text(mint().reveal())
    done = cli("scan", "--offline", str(tmp_path / "key.txt"))
    assert done.status == 1
    assert "not looked up" in done.out
    (tmp_path / "key.txt").write_text("nothing")
    assert cli("scan", "--offline", str(tmp_path / "key.txt")).status == 0


def test_what_is_staged_is_told_and_nothing_staged_is_no_trouble(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli("scan", "--staged", "--offline").status == 2
    subprocess.run(["git", "init", "--quiet"], check=True)
    done = cli("scan", "--staged", "--offline")
    assert (done.status, done.out) == (0, "")
    assert "Looked into 0 files" in done.err
    (tmp_path / "key.txt").write_text(mint().reveal())
    subprocess.run(["git", "add", "."], check=True)
    (tmp_path / "key.txt").write_text("nothing")
    done = cli("scan", "--staged", "--offline")
    assert done.status == 1
    assert done.out.startswith("key.txt:1:1: twk_…")


def test_trouble_ends_with_status_2(leaked, cli, work, tmp_path, monkeypatch):
    assert cli("scan", str(tmp_path / "nowhere")).status == 2
    assert cli("scan").status == 2
    assert cli("scan", work, "--staged").status == 2
    assert cli("scan", "--history", "--staged").status == 2
    assert cli("scan", work, "--offline", "--revoke").status == 2
    monkeypatch.setenv("TOKENWIDGETS_DATABASE_URL", "sqlite:////nowhere/platform.db")
    done = cli("scan", work)
    assert done.status == 2
    assert "Traceback" not in done.err


@pytest.mark.parametrize("format", ["json", "sarif"])
def test_what_programs_read_is_alone_on_standard_output(leaked, cli, work, format):
    done = cli("scan", work, "--format", format)
    assert done.status == 1
    content = json.loads(done.out)
    assert content["found" if format == "json" else "runs"]


def test_the_hook_that_others_can_use_refuses_a_file_with_a_secret(tmp_path, shell):
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {"id", "name", "entry", "language"} <= set(hook)
    program, *arguments = hook["entry"].split()
    assert program == "tokenwidgets"
    (tmp_path / "load.ipynb").write_text(mint().reveal())
    (tmp_path / "clean.py").write_text("import os\n")
    assert shell(*arguments, str(tmp_path / "clean.py")).status == 0
    assert shell(*arguments, str(tmp_path / "clean.py"), str(tmp_path / "load.ipynb")).status == 1
