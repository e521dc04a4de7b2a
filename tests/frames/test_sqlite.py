"""The processes that read SQLite through Arrow: what they give, and that none of them stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import adbc_driver_manager as adbc
import pandas as pd
import psutil
import pytest
from sqlalchemy import insert

import tokenwidgets
from tokenwidgets import errors
from tokenwidgets.frames import sqlite, sqlite_child
from tokenwidgets.platform import open_platform
from tokenwidgets.schema import Token
from tokenwidgets.vocabulary import Access


@pytest.fixture
def platform(sqlite_database, clock):
    """The platform on SQLite alone."""
    return open_platform(sqlite_database, "admin", clock=clock)


@pytest.fixture
def large(monkeypatch):
    """Any database is read as a large one is."""
    monkeypatch.setattr(sqlite, "WORTH_A_PROCESS", 0)


def readers():
    """The processes that read for this one."""
    children = psutil.Process().children(recursive=True)
    return [each for each in children if sqlite_child.__file__ in each.cmdline()]


def test_a_large_database_is_read_by_two_processes(
    populated, tokens, sqlite_database, clock, large
):
    with sqlite_database.write() as session:
        times = {"created_at": clock.now, "expires_at": clock.now}
        given = {"owner_id": 1, "months": 3, "created_by": "admin", "version": 1, **times}
        far = [60_000, 120_000, 240_000]
        rows = [{"id": number, "name": f"n{number}", "name_key": "n", **given} for number in far]
        session.execute(insert(Token), rows)
    chunks = tokenwidgets.inventory(populated, chunksize=2)
    next(chunks)
    assert len(readers()) == 2
    chunks.close()
    whole = tokenwidgets.inventory(populated)
    assert list(whole["token_id"]) == sorted([*tokens.values(), *far])
    pd.testing.assert_frame_equal(whole, tokenwidgets.inventory(populated, fast=False))


def test_a_small_database_needs_no_process(populated, tokens):
    chunks = tokenwidgets.inventory(populated, chunksize=2)
    next(chunks)
    assert not readers()
    chunks.close()


@pytest.mark.parametrize("python", ["/nowhere/python", "/bin/false", "", None])
def test_without_such_a_process_frames_are_read_plainly(
    populated, tokens, large, monkeypatch, python
):
    monkeypatch.setattr(sys, "executable", python)
    assert len(tokenwidgets.inventory(populated)) == 5
    with pytest.raises(adbc.Error):
        tokenwidgets.inventory(populated, fast=True)
    assert not readers()


def test_a_process_that_is_killed_is_an_error_with_a_name(populated, tokens, large):
    chunks = tokenwidgets.inventory(populated, chunksize=2)
    next(chunks)
    for process in readers():
        process.kill()
    with pytest.raises(errors.DatabaseUnavailable, match="did not answer to the end"):
        next(chunks)
    assert not readers()
    assert len(tokenwidgets.inventory(populated)) == 5


def test_no_process_stays_however_reading_ends(populated, tokens, large):
    tokenwidgets.inventory(populated)
    assert not readers()
    with pytest.raises(errors.UnknownUser):
        tokenwidgets.inventory(populated, owner="nobody")
    assert not readers()
    chunks = tokenwidgets.inventory(populated, chunksize=1)
    next(chunks)
    assert readers()
    del chunks
    assert not readers()
    chunks = tokenwidgets.grants(populated, chunksize=1)
    next(chunks)
    with pytest.raises(KeyboardInterrupt):
        chunks.throw(KeyboardInterrupt)
    assert not readers()


def test_the_processes_end_with_the_one_that_they_read_for(populated, tokens, sqlite_database):
    program = f"""
import psutil, time, tokenwidgets
platform = tokenwidgets.open_platform(tokenwidgets.Database({str(sqlite_database.url)!r}), "admin")
chunks = tokenwidgets.inventory(platform, fast=True, chunksize=1)
next(chunks)
print(*(child.pid for child in psutil.Process().children()), flush=True)
time.sleep(60)
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        found = [psutil.Process(int(pid)) for pid in process.stdout.readline().split()]
        process.kill()
    assert found
    _, alive = psutil.wait_procs(found, timeout=20)
    assert not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]


def test_ctrl_c_ends_a_read_and_its_processes(populated, tokens, sqlite_database):
    """At a terminal every process gets it."""
    program = f"""
import psutil, signal, tokenwidgets
# As in a terminal: what is started in the background is deaf to it.
signal.signal(signal.SIGINT, signal.default_int_handler)
platform = tokenwidgets.open_platform(tokenwidgets.Database({str(sqlite_database.url)!r}), "admin")
try:
    print("reading", flush=True)
    while True:
        list(tokenwidgets.inventory(platform, fast=True, chunksize=1))
except (KeyboardInterrupt, tokenwidgets.errors.DatabaseUnavailable):
    print(psutil.Process().children(recursive=True), flush=True)
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout.readline() == "reading\n"
            os.killpg(process.pid, signal.SIGINT)
            assert process.communicate(timeout=20)[0] == "[]\n"
        finally:
            process.kill()


def test_it_works_in_any_folder_and_without_standard_streams(tmp_path, sqlite_database, populated):
    populated.tokens.add("jdoe", "nightly", Access.READ)
    sqlite_database.close()
    folder = tmp_path / "of ours, 100% “new”"
    folder.mkdir()
    (tmp_path / "platform.db").rename(folder / "it's #1.db")
    (folder / "json.py").write_text("raise SystemExit('not that one')")
    program = """
import json, os
from pathlib import Path
import sqlalchemy, tokenwidgets
url = sqlalchemy.URL.create("sqlite", database="it's #1.db")
platform = tokenwidgets.open_platform(tokenwidgets.Database(url), "admin")
for number in range(3):
    os.close(number)
frame = tokenwidgets.inventory(platform, fast=True)
Path("seen").write_text(str(list(frame["name"])))
"""
    subprocess.run([sys.executable, "-P", "-c", program], cwd=folder, check=True)
    assert (folder / "seen").read_text() == "['nightly']"
