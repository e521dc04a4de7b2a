"""Look into the history of a git repository: every object that it still has."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

__all__ = ["GitTrouble", "is_repository", "name_of", "objects"]

# Nothing is fetched, asked for, or taken from settings of the machine.
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_LOOKED_AT = frozenset({"blob", "commit", "tag"})


class GitTrouble(Exception):
    """git is not there, or does not read the repository; the text says why."""


def is_repository(folder: Path) -> bool:
    """Whether the folder is the top of a work tree, or a bare repository."""
    bare = (folder / "objects").is_dir() and (folder / "HEAD").is_file()
    return bare or (folder / ".git").exists()


def objects(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """The id, the type and the content of each blob, commit and tag, also unreachable ones.

    Raises:
        GitTrouble: git is not there, or fails.

    """
    command = ["cat-file", "--batch-all-objects", "--batch", "--buffer", "--unordered"]
    try:
        with (
            tempfile.TemporaryFile() as complaints,
            subprocess.Popen(  # noqa: S603
                _git(folder, *command),
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
            ) as process,
        ):
            if process.stdout is not None:
                yield from _parsed(process.stdout)
            if process.wait():
                complaints.seek(0)
                words = complaints.read().decode("utf-8", "replace").strip()
                raise GitTrouble(words[-300:] or f"git ended with status {process.returncode}")
    except (OSError, ValueError) as error:
        raise GitTrouble(str(error)) from None


def _parsed(stream: IO[bytes]) -> Iterator[tuple[str, str, bytes]]:
    while header := stream.readline():
        object_id, kind, size = header.decode("ascii").split()
        content = stream.read(int(size))
        stream.read(1)
        if kind in _LOOKED_AT:
            yield object_id, kind, content


def name_of(folder: Path, object_id: str, kind: str) -> str:
    """Where an object is in the history: ``commit 1a2b3c4d5e6f, src/load.py``."""
    short = object_id[:12]
    if kind != "blob":
        return f"message of {kind} {short}"
    log = ["log", "--all", "--reverse", "--format=%x00%H", "--name-only", "--no-textconv"]
    done = subprocess.run(  # noqa: S603
        _git(folder, *log, "-z", f"--find-object={object_id}"),
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    words = [word for word in done.stdout.decode("utf-8", "replace").split("\0") if word.strip()]
    if len(words) < 2:
        return f"object {short}, in no commit"
    return f"commit {words[0].strip()[:12]}, {words[1].strip()}"


def _git(folder: Path, *arguments: str) -> list[str]:
    return ["git", "-C", str(folder), "-c", "core.fsmonitor=false", *arguments]


def _environment() -> dict[str, str]:
    # A hook runs with these set to its own repository.
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**ours, **_ENVIRONMENT}
