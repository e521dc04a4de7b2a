"""Look into archives and compressed files, which may be in one another."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

__all__ = ["MOST_BYTES", "Broken", "is_archive", "members"]

MOST_BYTES = 512 * 2**20
"""The most bytes of a member that are looked at, against archives made to fill the memory."""

_TAR_MARK = slice(257, 262)
_STREAMS: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}


class Broken(Exception):
    """The archive, or a part of it, cannot be looked into; the text says why."""


def is_archive(data: bytes) -> bool:
    """Whether the content is an archive's or a compressed file's, whatever its name is."""
    head = data[:6]
    return head[:4] == b"PK\x03\x04" or data[_TAR_MARK] == b"ustar" or _opener(head) is not None


def members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The name and the content of each file in the archive.

    Raises:
        Broken: from here on it cannot be read, or a member is too large.

    """
    head = data[:6]
    opener = _opener(head)
    try:
        if opener is not None:
            with opener(io.BytesIO(data)) as stream:
                yield "", _whole(stream, "the compressed file")
        elif head[:4] == b"PK\x03\x04":
            yield from _of_zip(data)
        else:
            yield from _of_tar(data)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        raise Broken(str(error) or type(error).__name__) from None
    except (tarfile.TarError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        # RuntimeError is what an encrypted member raises.
        raise Broken(str(error) or type(error).__name__) from None


def _opener(head: bytes) -> Callable[[Any], Any] | None:
    return next((opener for mark, opener in _STREAMS.items() if head.startswith(mark)), None)


def _of_zip(data: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                with archive.open(entry) as stream:
                    yield entry.filename, _whole(stream, entry.filename)


def _of_tar(data: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for entry in archive:
            stream = archive.extractfile(entry) if entry.isfile() else None
            if stream is not None:
                yield entry.name, _whole(stream, entry.name)


def _whole(stream: IO[bytes], name: str) -> bytes:
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Broken(f"{name} is larger than {MOST_BYTES // 2**20} MiB")
    return content
