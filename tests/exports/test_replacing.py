"""An export is whole or is not there, whatever happens to the process that writes it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time

import pandas as pd
import pytest
from forked import folder_for_all, outcome

from tokenwidgets import export, read_export
from tokenwidgets.exports import FORMATS
from tokenwidgets.exports.replacing import replacing

ROWS = 10_000

# Writes the same file over and over, each time with another name in all rows.
WRITER = f"""
import itertools, sys
import pandas as pd
from tokenwidgets import export
for number in itertools.count(1):
    frame = pd.DataFrame({{"token_id": range({ROWS}), "name": f"round {{number}}"}})
    export(frame, sys.argv[1])
    print(number, flush=True)
"""


@pytest.fixture(params=FORMATS)
def path(request, tmp_path):
    """A file of each kind, which holds an export."""
    path = tmp_path / f"tokens{request.param}"
    export(pd.DataFrame({"token_id": range(ROWS), "name": "round 0"}), path)
    return path


def test_a_killed_export_leaves_the_old_file_or_the_new_one(path):
    for share in (0.3, 0.9):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True
        )
        process.stdout.readline()
        started = time.monotonic()
        process.stdout.readline()
        lasts = time.monotonic() - started
        # Somewhere in the next round.
        time.sleep(share * lasts)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        frame = read_export(path)
        assert len(frame) == ROWS
        assert frame["name"].nunique() == 1


def test_an_export_that_fails_leaves_the_old_file_and_nothing_else(path):
    before = path.read_bytes()

    def frames():
        yield pd.DataFrame({"token_id": range(5), "name": "new"})
        raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError):
        export(frames(), path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_the_systems_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        export(pd.DataFrame({"token_id": [1]}), tmp_path / "nowhere" / "tokens.csv")


def write(path, text):
    with replacing(path) as part:
        part.write_text(text)


def test_a_symbolic_link_stays_one_and_what_it_leads_to_is_replaced(tmp_path):
    (tmp_path / "shared").mkdir()
    target = tmp_path / "shared" / "tokens.csv"
    middle, link = tmp_path / "shared" / "newest.csv", tmp_path / "tokens.csv"
    middle.symlink_to("tokens.csv")
    link.symlink_to("shared/newest.csv")
    for text in ("a new file", "another"):
        write(link, text)
        assert link.is_symlink()
        assert middle.is_symlink()
        assert target.read_text() == text
    assert len(list(tmp_path.rglob("*"))) == 4


def test_a_link_that_leads_in_a_circle_is_the_systems_error(tmp_path):
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    with pytest.raises(OSError, match="symbolic links"):
        write(tmp_path / "one", "text")
    assert len(list(tmp_path.iterdir())) == 2


def test_the_new_file_belongs_to_those_to_whom_the_old_one_did(tmp_path):
    path = tmp_path / "tokens.csv"
    path.touch()
    # Only root may give files away; as somebody else the test has its own ids.
    owner, group = (1234, 2345) if os.geteuid() == 0 else (os.getuid(), os.getgid())
    os.chown(path, owner, group)
    path.chmod(0o640)
    write(path, "new")
    found = path.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (owner, group, 0o640)


def test_a_group_that_cannot_be_kept_leaves_no_other_group_its_rights():
    with folder_for_all() as folder:
        path = folder / "tokens.csv"
        path.touch()
        path.chmod(0o664)
        assert outcome(lambda: write(path, "new"), plain_user=True) == ""
        assert path.read_text() == "new"
        # Without root there is one group alone, which is kept.
        expected = 0o644 if os.geteuid() == 0 else 0o664
        assert stat.S_IMODE(path.stat().st_mode) == expected


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    path = tmp_path / "tokens.csv"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    export(pd.DataFrame({"token_id": [1]}), path)
    assert os.read(reading, 100) == b"\xef\xbb\xbftoken_id\n1\n"
    os.close(reading)
    assert list(tmp_path.iterdir()) == [path]
    assert path.is_fifo()
