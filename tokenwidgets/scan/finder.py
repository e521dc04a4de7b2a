"""Find secrets in bytes by their form and checksum, and keep nothing of them but the digest."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tokenwidgets.secret import digest, hint, is_well_formed

__all__ = ["Found", "Place", "find", "shown", "width"]

# A single byte to search for makes this as quick as reading; what is before it is looked at then.
_TAIL = re.compile(rb"_[0-9A-Za-z]{36}")
_BEFORE = re.compile(rb"[0-9A-Za-z]{2,16}\Z")
_PREFIX_LENGTH = 16

_MARKS = {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found: in which file, and where in it.

    ``inside`` says where in an archive, a notebook or a repository's history; ``line`` and
    ``column``, in UTF-16 code units, count from 1, and are 0 where there are no lines.
    """

    path: str
    inside: str = ""
    line: int = 0
    column: int = 0

    def within(self, inside: str) -> Place:
        """A place inside this one."""
        return replace(self, inside=f"{self.inside}: {inside}" if self.inside else inside)

    def __str__(self) -> str:
        line = f":{self.line}:{self.column}" if self.line else ""
        return shown(f"{self.path}{line}" + (f" ({self.inside})" if self.inside else ""))


@dataclass(frozen=True, slots=True)
class Found:
    """A secret at a place: its digest, and what can be shown of it."""

    digest: bytes
    hint: str
    place: Place


def find(data: bytes, place: Place, *, known: int = 0) -> Iterator[Found]:
    """All secrets in the data, in order, whatever their prefix.

    Args:
        data: a text in any encoding that has ASCII's characters, UTF-16 and UTF-32 too; or
            anything else.
        place: where it is.
        known: so many bytes at its beginning were searched before: what ends in them is left out.

    """
    if b"\0" in data:
        return _in_encodings(data, place, known)
    return _in_text(data, place, known)


def _in_encodings(data: bytes, place: Place, known: int) -> Iterator[Found]:
    """All secrets in the encoding of the data's mark, and others in the data without NULs.

    That finds UTF-16 and UTF-32 without a mark, too, and what is so among other things.
    """
    earlier: set[bytes] = set()
    encoding = None if known else _MARKS.get(data[:4]) or _MARKS.get(data[:2])
    if encoding is not None:
        for found in _in_text(data.decode(encoding, "replace").encode("utf-8"), place, known):
            earlier.add(found.digest)
            yield found
    known -= data.count(b"\0", 0, known)
    for found in _in_text(data.translate(None, b"\0"), place, known):
        if found.digest not in earlier:
            yield found


def shown(name: str) -> str:
    """A name on one line, with escapes for what is no character, or steers a terminal."""
    if name.isprintable():
        return name
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in name
    )


def width(piece: bytes) -> int:
    """How many columns a piece of a line takes; NULs are none, as in UTF-16 without a mark."""
    piece = piece.translate(None, b"\0")
    if piece.isascii():
        return len(piece)
    return len(piece.decode("utf-8", "replace").encode("utf-16-le")) // 2


def _in_text(data: bytes, place: Place, known: int) -> Iterator[Found]:
    line, counted = 1, 0
    column = 0 if data.startswith(codecs.BOM_UTF8) else 1
    for match in _TAIL.finditer(data):
        start = match.start()
        text = _secret_at(data, start, match.end())
        if text is None or match.end() <= known:
            continue
        newlines = data.count(b"\n", counted, start)
        if newlines:
            line, column = line + newlines, 1
            counted = data.rfind(b"\n", counted, start) + 1
        column += width(data[counted:start])
        counted = start
        at = replace(place, line=line, column=column - text.index("_"))
        yield Found(digest(text), hint(text), at)


def _secret_at(data: bytes, underscore: int, end: int) -> str | None:
    """The secret with its underscore there: of all that its prefix could be, the right one."""
    before = _BEFORE.search(data[max(0, underscore - _PREFIX_LENGTH) : underscore])
    if before is None:
        return None
    run = before[0]
    for start in range(len(run) - 1):
        text = (run[start:] + data[underscore:end]).decode("ascii")
        if is_well_formed(text):
            return text
    return None
