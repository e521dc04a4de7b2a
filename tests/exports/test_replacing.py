"""An export is whole or is not there, whatever happens to the process that writes it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from tokenwidgets import export, read_export
from tokenwidgets.exports import FORMATS

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
