"""Look into archives and compressed files, which may be in one another."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

__all__ = ["MOST_BYTES", "Broken", "Member", "is_archive", "members"]

MOST_BYTES = 512 * 2**20
"""The most bytes of a member that are looked at, against archives made to fill the memory."""

_AT_ONCE = 2**16
_TAR_MARK = slice(257, 262)
_ZIP_MARK = b"PK\x03\x04"
_ZIP_END_MARK = b"PK\x05\x06"
_MOST_ZIP_END = 22 + 0xFFFF  # with the longest comment
_STREAMS: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
_MARKS = (_ZIP_MARK, *_STREAMS)
_TROUBLES = (
    *(OSError, EOFError, ValueError, zlib.error, lzma.LZMAError),
    *(tarfile.TarError, zipfile.BadZipFile),
    # What an encrypted member raises, and one that is packed in a way that Python does not know.
    *(RuntimeError, NotImplementedError),
)


class Broken(Exception):
    """The archive cannot be looked into from here on; the text says why."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive, and what is wrong with it: then ``content`` is what could be read."""

    name: str
    content: bytes
    trouble: str = ""


def is_archive(data: bytes) -> bool:
    """Whether the content is an archive's or a compressed file's, whatever its name is."""
    if data.startswith(_MARKS) or data[_TAR_MARK] == b"ustar":
        return True
    return b"\0" in data and _is_zip_behind_a_head(data)


def members(data: bytes) -> Iterator[Member]:
    """Each file in the archive, also after one with which something is wrong.

    Raises:
        Broken: from here on it cannot be read.

    """
    head = data[:6]
    opener = _opener(head)
    try:
        if opener is not None:
            yield _read("", lambda: opener(BytesIO(data)))
        elif data[_TAR_MARK] == b"ustar" and head[:4] != _ZIP_MARK:
            yield from _of_tar(data)
        else:
            yield from _of_zip(data)
    except _TROUBLES as error:
        raise Broken(_words(error)) from None


def _opener(head: bytes) -> Callable[[Any], Any] | None:
    return next((opener for mark, opener in _STREAMS.items() if head.startswith(mark)), None)


def _is_zip_behind_a_head(data: bytes) -> bool:
    """Whether it ends as a zip and is one, such as a program that unpacks itself."""
    if data.rfind(_ZIP_END_MARK, -_MOST_ZIP_END) < 0:
        return False
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return bool(archive.infolist())
    except _TROUBLES:
        return False


def _of_zip(data: bytes) -> Iterator[Member]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                yield _read(entry.filename, partial(archive.open, entry))


def _of_tar(data: bytes) -> Iterator[Member]:
    with tarfile.open(fileobj=BytesIO(data)) as archive:
        for entry in archive:
            stream = archive.extractfile(entry) if entry.isfile() else None
            if stream is not None:
                yield _read(entry.name, partial(nullcontext, stream))


def _read(name: str, opened: Callable[[], Any]) -> Member:
    """As much of a member as can be read, up to MOST_BYTES."""
    content = BytesIO()
    try:
        with opened() as stream:
            # Each piece is kept before one after it may fail.
            while piece := stream.read1(min(_AT_ONCE, MOST_BYTES + 1 - content.tell())):
                content.write(piece)
    except _TROUBLES as error:
        return Member(name, content.getvalue(), _words(error))
    if content.tell() > MOST_BYTES:
        trouble = f"it is larger than {MOST_BYTES // 2**20} MiB"
        return Member(name, content.getvalue()[:MOST_BYTES], trouble)
    return Member(name, content.getvalue())


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
