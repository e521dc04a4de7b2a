"""Run git: nothing is written, fetched or asked for, and no program of a repository is started."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

__all__ = ["GitTrouble", "objects", "output"]

_ENVIRONMENT = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}


class GitTrouble(Exception):
    """git is not there, or does not read the repository; the text says why."""


def output(folder: Path, *arguments: str, of_hook: bool = False) -> bytes:
    """What git says.

    Args:
        folder: where it runs.
        arguments: its own.
        of_hook: whether it reads what the hook is for that this process may be of, which git
            names in the environment; else it reads the repository of the folder in any case.

    Raises:
        GitTrouble: git is not there, or fails.

    """
    with _running(folder, arguments, (), of_hook) as stream:
        return stream.read()


def objects(
    folder: Path, *arguments: str, ids: Iterable[str] = (), of_hook: bool = False
) -> Iterator[tuple[str, str, bytes]]:
    """The id, the type and the content of each object of ``cat-file --batch``.

    Raises:
        GitTrouble: git is not there, or fails, or has no object with one of the ids.

    """
    command = ("cat-file", "--batch", "--buffer", *arguments)
    with _running(folder, command, ids, of_hook) as stream:
        while header := stream.readline():
            object_id, kind, *size = header.decode("ascii").split()
            if not size:
                raise GitTrouble(f"object {object_id} is {kind}")
            content = stream.read(int(size[0]))
            stream.read(1)
            yield object_id, kind, content


@contextmanager
def _running(
    folder: Path, arguments: Iterable[str], lines: Iterable[str], of_hook: bool
) -> Iterator[IO[bytes]]:
    command = ["git", "-C", str(folder), "-c", "core.fsmonitor=false", *arguments]
    try:
        with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as complaints:
            asked.writelines(f"{line}\n".encode() for line in lines)
            asked.seek(0)
            with subprocess.Popen(  # noqa: S603
                command,
                env=_environment(folder, of_hook),
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=complaints,
            ) as process:
                if process.stdout is not None:
                    yield process.stdout
            if process.returncode:
                complaints.seek(0)
                words = complaints.read().decode("utf-8", "replace").strip()
                raise GitTrouble(words[-300:] or f"git ended with status {process.returncode}")
    except (OSError, ValueError) as error:
        raise GitTrouble(str(error)) from None


def _environment(folder: Path, of_hook: bool) -> dict[str, str]:
    if of_hook:
        return {**os.environ, **_ENVIRONMENT}
    # A hook runs with these set to its own repository.
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    no_other = {
        "GIT_CEILING_DIRECTORIES": str(folder.resolve().parent),
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    return {**ours, **_ENVIRONMENT, **no_other}
