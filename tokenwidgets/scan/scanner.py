"""Walk through files, archives and histories, and find all secrets in them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO, FileIO
from pathlib import Path

from tokenwidgets.scan import archives, history, notebooks, staged
from tokenwidgets.scan.closing import close
from tokenwidgets.scan.finder import Found, Place, find, shown, width
from tokenwidgets.scan.git import GitTrouble
from tokenwidgets.secret import LONGEST
from tokenwidgets.text import plain

__all__ = ["Scan", "scan", "scan_staged"]

_DEEPEST = 5
_MOST_CHARACTERS = 300
_AT_ONCE = 2**20
_OVERLAP = 4 * LONGEST - 1  # one byte less than the longest secret takes, in UTF-32


@dataclass(slots=True)
class Scan:
    """What was looked at, what was found, and what could not be looked at."""

    found: list[Found] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    files: int = 0
    bytes: int = 0


def scan(paths: Iterable[str | os.PathLike[str]], *, with_history: bool = False) -> Scan:
    """Find the secrets in files and in all that is below folders.

    Notebooks and archives are looked into; below folders symbolic links are not followed, and
    ``.git`` is left out. Nothing of a secret is kept but its digest and last four characters.

    Args:
        paths: files, folders, pipes, and links to them.
        with_history: also every object of the git repositories that the paths are in, and of
            those below them.

    """
    done = Scan()
    stores: set[Path] = set()
    for path in (os.fspath(path) for path in paths):
        for file in _files(path, done):
            done.files += 1
            try:
                done.found += _in_file(file, done)
            except OSError as error:
                done.problems.append(f"{shown(file)}: {error.strerror or error}")
        if with_history:
            _in_histories(Path(path), done, stores)
    return done


def scan_staged(folder: str | os.PathLike[str] = ".") -> Scan:
    """Find the secrets in what the next commit of a git repository adds or changes.

    What is staged is looked into, whatever the work tree has; paths are from the repository's top.

    """
    done = Scan()
    try:
        for path, content in staged.files(Path(folder)):
            done.files += 1
            done.bytes += len(content)
            done.found += _in_content(content, Place(path), done)
    except GitTrouble as trouble:
        done.problems.append(f"what is staged cannot be read ({trouble})")
    return done


def _files(path: str, done: Scan) -> Iterator[str]:
    """The file or pipe at a path, or the regular files below it, in order."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - the Path of "" would be a folder
    except OSError as error:
        done.problems.append(f"{shown(path)}: {error.strerror or error}")
        return
    if stat.S_ISDIR(mode):
        yield from _below(path, done)
    elif stat.S_ISREG(mode) or stat.S_ISFIFO(mode):
        yield path
    else:
        done.problems.append(f"{shown(path)}: neither a file, a folder nor a pipe")


def _below(folder: str, done: Scan) -> Iterator[str]:
    try:
        # Not through pathlib, which takes longer for a small file than the search in it.
        with os.scandir(folder) as entries:
            below = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        done.problems.append(f"{shown(folder)}: {error.strerror or error}")
        return
    for entry in below:
        if entry.is_file(follow_symlinks=False):
            yield entry.path
        elif entry.is_dir(follow_symlinks=False) and entry.name != ".git":
            yield from _below(entry.path, done)


def _in_file(path: str, done: Scan) -> Iterator[Found]:
    place = Place(path)
    content = b""
    file = open(path, "rb", buffering=0)  # noqa: PTH123, SIM115 - as above; and see ``close``
    try:
        status = os.fstat(file.fileno())
        small = status.st_size <= archives.MOST_BYTES and not stat.S_ISFIFO(status.st_mode)
        content = file.readall() if small else _piece(file)
        done.bytes += len(content)
        if len(content) <= archives.MOST_BYTES:
            yield from _in_content(content, place, done)
            return
        if archives.is_archive(content):
            done.problems.append(f"{place}: too large to be looked into")
        yield from _in_pieces(content, file, place, done)
    finally:
        close(file, content)


def _piece(file: FileIO) -> bytes:
    """MOST_BYTES and one more of a file or a pipe, or all that is left."""
    content = BytesIO()
    while more := file.read(min(_AT_ONCE, archives.MOST_BYTES + 1 - content.tell())):
        content.write(more)
    return content.getvalue()


def _in_pieces(piece: bytes, file: FileIO, place: Place, done: Scan) -> Iterator[Found]:
    """All secrets in a large file; the end of each piece is searched again with what follows."""
    known = lines = columns = 0
    while len(piece) > known:
        for found in find(piece, place, known=known):
            line, column = found.place.line, found.place.column
            column += columns if line == 1 else 0
            yield replace(found, place=replace(place, line=line + lines, column=column))
        known = min(_OVERLAP, len(piece))
        before, newline, begun = piece[:-known].rpartition(b"\n")
        lines += before.count(b"\n") + len(newline)
        columns = width(begun) + (0 if newline else columns)
        more = _piece(file)
        done.bytes += len(more)
        piece = piece[-known:] + more


def _in_content(data: bytes, place: Place, done: Scan, depth: int = 0) -> Iterator[Found]:
    """All secrets in a file's content, by what it is and not by its name."""
    if notebooks.is_notebook(data):
        yield from _in_notebook(data, place, done)
        return
    inside = list(_in_archive(data, place, done, depth)) if archives.is_archive(data) else []
    yield from inside
    # Of an archive, its comments, what is not packed tightly, and what only looks like one.
    known = {found.digest for found in inside}
    yield from (found for found in find(data, place) if found.digest not in known)


def _in_archive(data: bytes, place: Place, done: Scan, depth: int) -> Iterator[Found]:
    if depth == _DEEPEST:
        done.problems.append(f"{place}: archives in one another more than {_DEEPEST} deep")
        return
    try:
        for member in archives.members(data):
            done.bytes += len(member.content)
            inside = place.within(plain(member.name, _MOST_CHARACTERS)) if member.name else place
            if member.trouble:
                done.problems.append(f"{inside}: {plain(member.trouble, _MOST_CHARACTERS)}")
            yield from _in_content(member.content, inside, done, depth + 1)
    except archives.Broken as trouble:
        done.problems.append(f"{place}: {plain(str(trouble), _MOST_CHARACTERS)}")


def _in_notebook(data: bytes, place: Place, done: Scan) -> Iterator[Found]:
    """What is in the cells, with the file's own line where it stands there as it is."""
    unplaced = list(find(data, place))
    try:
        cells = list(notebooks.look_into(data, place))
    except (ValueError, RecursionError):
        done.problems.append(f"{place}: not a whole notebook, so it was searched as text")
        cells = []
    for found in cells:
        same = next((each for each in unplaced if each.digest == found.digest), None)
        if same is not None:
            unplaced.remove(same)
            at = replace(found.place, line=same.place.line, column=same.place.column)
            found = replace(found, place=at)
        yield found
    yield from unplaced


def _in_histories(path: Path, done: Scan, stores: set[Path]) -> None:
    """All secrets in the repositories of a path, but those whose objects were searched before."""
    repositories = list(history.repositories(path))
    if not repositories:
        done.problems.append(
            f"{shown(str(path))}: in no git repository and with none below, so no history"
        )
    for repository in repositories:
        try:
            store = history.store_of(repository)
            if store not in stores:
                stores.add(store)
                _in_history(repository, done)
        except GitTrouble as trouble:
            name = shown(str(repository))
            done.problems.append(f"{name}: its history cannot be read ({trouble})")


def _in_history(repository: Path, done: Scan) -> None:
    place = Place(str(repository))
    for object_id, kind, content in history.objects(repository):
        done.bytes += len(content)
        found = list(_in_content(content, place, done))
        name = history.name_of(repository, object_id, kind) if found else ""
        for each in found:
            inside = ": ".join(filter(None, (plain(name, _MOST_CHARACTERS), each.place.inside)))
            done.found.append(replace(each, place=replace(each.place, inside=inside)))
