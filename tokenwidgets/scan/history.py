"""Look into the history of a git repository: every object that it still has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tokenwidgets.scan import git

__all__ = ["name_of", "objects", "repositories", "store_of"]

_LOOKED_AT = frozenset({"blob", "commit", "tag"})


def repositories(path: Path) -> Iterator[Path]:
    """The top of the repository that a file or folder is in, and of those below a folder."""
    at = path.resolve()
    for folder in (at, *at.parents):
        if _is_repository(folder):
            yield path if folder == at else folder
            break
    for name, folders, _ in os.walk(path):
        below = Path(name)
        if below != path and _is_repository(below):
            yield below
        folders[:] = sorted(set(folders) - {".git"})


def store_of(folder: Path) -> Path:
    """Where the repository of a folder keeps its objects: one place for all its work trees.

    Raises:
        GitTrouble: git is not there, or finds no repository.

    """
    said = git.output(folder, "rev-parse", "--git-common-dir")
    return (folder / os.fsdecode(said.rstrip(b"\n"))).resolve()


def _is_repository(folder: Path) -> bool:
    """Whether the folder is the top of a work tree, or a bare repository."""
    bare = (folder / "objects").is_dir() and (folder / "HEAD").is_file()
    return bare or (folder / ".git").exists()


def objects(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """The id, the type and the content of each blob, commit and tag, also unreachable ones.

    Raises:
        GitTrouble: git is not there, or fails.

    """
    for each in git.objects(folder, "--batch-all-objects", "--unordered"):
        if each[1] in _LOOKED_AT:
            yield each


def name_of(folder: Path, object_id: str, kind: str) -> str:
    """Where an object is in the history: ``commit 1a2b3c4d5e6f, src/load.py``."""
    short = object_id[:12]
    if kind != "blob":
        return f"message of {kind} {short}"
    log = ["log", "--all", "--reverse", "--format=%x00%H", "--name-only", "--no-textconv"]
    try:
        said = git.output(folder, *log, "-z", f"--find-object={object_id}")
    except git.GitTrouble:
        said = b""
    words = [word for word in said.decode("utf-8", "replace").split("\0") if word.strip()]
    if len(words) < 2:
        return f"object {short}, in no commit"
    return f"commit {words[0].strip()[:12]}, {words[1].strip()}"
