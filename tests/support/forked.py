"""Do something in a child process, without the rights of root if the tests have them."""

from __future__ import annotations

import os
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_NOBODY = 65534


def outcome(function: Callable[[], object], *, plain_user: bool = False) -> str:
    """What the function's error is called when a child process runs it; "" if it has none.

    With ``plain_user`` the child is not root, for whom no file is read-only.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if plain_user and os.geteuid() == 0:
                os.setgroups([])
                os.setgid(_NOBODY)
                os.setuid(_NOBODY)
            try:
                function()
                said = ""
            except Exception as error:
                traceback.print_exc()
                said = type(error).__name__
            os.write(writing, said.encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return said


@contextmanager
def folder_for_all() -> Iterator[Path]:
    """A temporary folder that every user can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="tw-open-"))
    try:
        folder.chmod(0o777)
        yield folder
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)
