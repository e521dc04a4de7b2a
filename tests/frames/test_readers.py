"""Reading through Arrow and plainly: the same frames, of one state, whoever else writes."""

from __future__ import annotations

import subprocess
import sys
import threading

import pandas as pd
import pytest
from sqlalchemy import insert

import tokenwidgets
from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.platform import open_platform
from tokenwidgets.schema import Token
from tokenwidgets.vocabulary import Access

FRAMES = {
    "inventory": lambda p, fast, **f: tokenwidgets.inventory(p, fast=fast, hints=True, **f),
    "grants": lambda p, fast, **f: tokenwidgets.grants(p, fast=fast, **f),
    "matrix": lambda p, fast, **f: tokenwidgets.access_matrix(p, fast=fast, **f),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_both_ways_give_equal_frames(populated, tokens, frame):
    for filters in ({}, {"owner": "jdoe"}, {"search": "ly"}, {"status": "expired"}):
        one, other = (frame(populated, fast, **filters) for fast in (True, False))
        pd.testing.assert_frame_equal(one, other)


def test_both_ways_give_equal_trails(populated, tokens):
    pd.testing.assert_frame_equal(
        tokenwidgets.events(populated, fast=True), tokenwidgets.events(populated, fast=False)
    )


def test_names_of_any_script_come_through(populated, fast):
    names = [
        "=1+1",
        "Jörg's “load”",
        "ночной",
        "夜間バッチ",
        "🚀",
        "a; DROP TABLE users;--",
        "%s{x}",
    ]
    for name in names:
        populated.tokens.add("jdoe", name, {"orders": Access.READ})
    assert list(tokenwidgets.inventory(populated, fast=fast)["name"]) == names
    for name in names:
        assert name in set(tokenwidgets.inventory(populated, fast=fast, search=name)["name"])


def test_rows_that_are_read_in_parts_come_in_order_and_once(populated, tokens, database, fast):
    template = {
        "owner_id": 1,
        "name_key": "far",
        "months": 3,
        "created_by": "admin",
        "version": 1,
    }
    far = [7, 60_000, 119_999, 120_000, 120_001, 240_000]
    with database.write() as session:
        first = session.get(Token, tokens["old"])
        times = {"created_at": first.created_at, "expires_at": first.expires_at}
        rows = [{"id": number, "name": f"n{number}", **template, **times} for number in far]
        session.execute(insert(Token), rows)
    frame = tokenwidgets.inventory(populated, fast=fast)
    assert list(frame["token_id"]) == sorted([*tokens.values(), *far])
    assert list(frame["name"][-3:]) == ["n120000", "n120001", "n240000"]


def test_a_frame_is_of_one_state_while_others_write(populated, database, clock, fast):
    """Each change adds three tokens at once: no frame may hold one or two of them."""
    stop = threading.Event()
    trouble = []

    def write():
        own = Database(database.url)
        platform = open_platform(own, "admin", clock=clock)
        try:
            for number in range(100):
                if stop.is_set():
                    break
                platform.tokens.add_separately("jdoe", f"load{number}", Access.READ)
        except errors.TokenWidgetsError as error:
            trouble.append(error)
        finally:
            own.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        lengths = []
        while len(lengths) < 15 or (len(set(lengths)) < 3 and writer.is_alive()):
            frame = tokenwidgets.inventory(populated, fast=fast, hints=True)
            lengths.append(len(frame))
            assert frame["owner"].notna().all()
            assert frame["hint"].notna().all()
    finally:
        stop.set()
        writer.join()
    assert not trouble
    assert {length % 3 for length in lengths} == {0}
    assert len(set(lengths)) >= 3


def run_without(module, code, database):
    url = database.url.render_as_string(hide_password=False)
    program = f"""
import sys
sys.modules[{module!r}] = None
import tokenwidgets
from tokenwidgets.database import Database
platform = tokenwidgets.open_platform(Database({url!r}), "admin")
{code}
"""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)


@pytest.mark.parametrize("module", ["adbc_driver_manager", "pyarrow"])
def test_without_adbc_frames_are_read_plainly(populated, tokens, database, module):
    code = "print(tokenwidgets.inventory(platform)['name'].tolist())"
    done = run_without(module, code, database)
    assert done.stdout.strip() == str(["old", "nightly", "yearly", "gone", "weekly"]), done.stderr


def test_to_insist_on_adbc_without_it_is_an_error(populated, database):
    done = run_without(
        "adbc_driver_manager", "tokenwidgets.inventory(platform, fast=True)", database
    )
    assert done.returncode == 1
    assert "ModuleNotFoundError" in done.stderr


def test_pandas_is_not_imported_before_a_frame_is_asked_for(populated, database):
    code = """
before = {"pandas", "pyarrow"} & set(sys.modules)
tokenwidgets.inventory(platform)
print(before, "pandas" in sys.modules)
"""
    done = run_without("nothing", code, database)
    assert done.stdout.strip() == "set() True", done.stderr


def test_the_default_platform_is_the_configured_one(populated, tokens, database, monkeypatch):
    url = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("TOKENWIDGETS_DATABASE_URL", url)
    monkeypatch.setenv("TOKENWIDGETS_IDENTITY_SOURCE", "local")
    monkeypatch.setenv("TOKENWIDGETS_LOCAL_USER", "admin")
    assert len(tokenwidgets.inventory()) == 5


def seen_by_another_process(path):
    program = f"""
import sqlite3
print([user for user, in sqlite3.connect({str(path)!r}).execute("SELECT user_id FROM users")])
"""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout


def test_what_is_changed_after_a_frame_was_read_is_not_lost(sqlite_database, clock, tmp_path, fast):
    """Two SQLite libraries in one process would undo each other's locks."""
    platform = open_platform(sqlite_database, "admin", clock=clock)
    reads = {
        **FRAMES,
        "events": lambda p, fast: tokenwidgets.events(p, fast=fast),
        "chunks": lambda p, fast: next(tokenwidgets.grants(p, fast=fast, chunksize=1)),
    }
    for name, read in reads.items():
        read(platform, fast)
        platform.users.add(name, "Somebody")
        assert repr(name) in seen_by_another_process(tmp_path / "platform.db"), name
    sqlite_database.close()
    seen = seen_by_another_process(tmp_path / "platform.db")
    assert all(repr(name) in seen for name in reads)
