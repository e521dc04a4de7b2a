"""Look into what is staged in a git repository: what its next commit adds or changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tokenwidgets.scan import git
from tokenwidgets.scan.finder import shown

__all__ = ["files"]

_DIFF = ("diff", "--cached", "--diff-filter=d", "--raw", "-z", "--no-abbrev", "--no-renames")
_PLAIN = ("--no-relative", "--no-ext-diff", "--no-textconv")
_SUBMODULE = "160000"


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The path from the top of the repository, and the content, of each file that is staged.

    Raises:
        GitTrouble: git is not there, or does not read the index; or the index has conflicts.

    """
    git.output(folder, "rev-parse", "--git-dir", of_hook=True)  # its message is the clearest
    listed = dict(_listed(folder))
    contents = git.objects(folder, ids=listed.values(), of_hook=True)
    for path, (_, _, content) in zip(listed, contents, strict=True):
        yield path, content


def _listed(folder: Path) -> Iterator[tuple[str, str]]:
    """Path and object of each file."""
    words = git.output(folder, *_DIFF, *_PLAIN, of_hook=True).split(b"\0")
    for header, name in zip(words[0:-1:2], words[1::2], strict=True):
        _, mode, _, object_id, status = header.decode("ascii").split()
        path = os.fsdecode(name)
        if status == "U":
            raise git.GitTrouble(f"{shown(path)} is not merged yet")
        if mode != _SUBMODULE:
            yield path, object_id
