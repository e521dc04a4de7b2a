"""Writers to an SQLite file stand in a queue; nothing but how long they wait depends on it."""

from __future__ import annotations

import fcntl
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tokenwidgets.database import Database
from tokenwidgets.platform import open_platform
from tokenwidgets.turns import turn


@pytest.fixture
def queue(sqlite_database, tmp_path):
    """The file that the queue is kept by, which is there after the first change."""
    open_platform(sqlite_database, "admin").apis.add("first")
    return tmp_path / "platform.db-queue"


def standing(queue):
    """How many wait in the queue, as the system says."""
    locks = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    inode = str(queue.stat().st_ino)
    return sum(line[1] == "->" and line[-3].split(":")[-1] == inode for line in locks)


def wait_until_there_stand(count, queue):
    until = time.monotonic() + 60
    while standing(queue) != count:
        assert time.monotonic() < until
        time.sleep(0.001)


def test_writers_write_in_the_order_in_which_they_came(sqlite_database, queue, monkeypatch):
    monkeypatch.setattr("tokenwidgets.database.BUSY_TIMEOUT", 600)
    came, wrote, threads = list(range(8)), [], []

    def write(number):
        database = Database(sqlite_database.url)
        with database.write() as session:
            session.connection()
            wrote.append(number)
        database.close()

    with sqlite_database.write():
        for number in came:
            threads.append(threading.Thread(target=write, args=(number,)))
            threads[-1].start()
            wait_until_there_stand(len(threads), queue)
    for thread in threads:
        thread.join()
    assert wrote == came


def test_a_turn_that_does_not_come_is_not_waited_for_for_ever(sqlite_database, queue, monkeypatch):
    monkeypatch.setattr("tokenwidgets.database.BUSY_TIMEOUT", 0.1)
    with queue.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert open_platform(sqlite_database, "admin").apis.add("second").name == "second"
        wait_until_there_stand(1, queue)
    # Who gave up does not keep the turn that came later.
    wait_until_there_stand(0, queue)
    with turn(sqlite_database.url, 60), queue.open() as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_where_no_queue_can_be_kept_changes_are_made_all_the_same(sqlite_database, queue):
    queue.unlink()
    queue.mkdir()
    assert open_platform(sqlite_database, "admin").apis.add("second").name == "second"


def test_who_may_not_write_to_the_database_cannot_let_writers_wait(sqlite_database, queue):
    assert queue.stat().st_size == 0
    for mode in (0o600, 0o664):
        Path(sqlite_database.url.database).chmod(mode)
        open_platform(sqlite_database, "admin").apis.edit("first", title=f"First {mode}")
        assert queue.stat().st_mode & 0o777 == mode & 0o222


def test_a_process_that_is_forked_in_a_turn_does_not_keep_it(sqlite_database, queue):
    with sqlite_database.write() as session:
        session.connection()
        child = os.fork()
        if child == 0:
            time.sleep(600)
            os._exit(0)
    try:
        with queue.open() as file:
            # Raises if anybody has it.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
