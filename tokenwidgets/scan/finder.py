"""Find secrets in bytes by their form and checksum, and keep nothing of them but the digest."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tokenwidgets.secret import digest, is_well_formed

__all__ = ["Found", "Place", "find"]

# A single byte to search for makes this as quick as reading; what is before it is looked at then.
_TAIL = re.compile(rb"_[0-9A-Za-z]{36}")
_BEFORE = re.compile(rb"[0-9A-Za-z]{2,16}\Z")
_PREFIX_LENGTH = 16

_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found: in which file, and where in it.

    ``inside`` says where in an archive, a notebook or a repository's history; ``line`` and
    ``column`` count from 1, and are 0 where there are no lines.
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
        return f"{self.path}{line}" + (f" ({self.inside})" if self.inside else "")


@dataclass(frozen=True, slots=True)
class Found:
    """A secret at a place: its digest, and what can be shown of it."""

    digest: bytes
    hint: str
    place: Place


def find(data: bytes, place: Place) -> Iterator[Found]:
    """All secrets in the data, in order, whatever their prefix."""
    encoding = _MARKS.get(data[:2])
    if encoding is not None:
        data = data.decode(encoding, "replace").encode("utf-8")
    line, counted = 1, 0
    for match in _TAIL.finditer(data):
        start = match.start()
        text = _secret_at(data, start, match.end())
        if text is None:
            continue
        line += data.count(b"\n", counted, start)
        counted = start
        begins = data.rfind(b"\n", 0, start)
        column = start - len(text.partition("_")[0]) - begins
        hint = f"{text.partition('_')[0]}_…{text[-4:]}"
        yield Found(digest(text), hint, replace(place, line=line, column=column))


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
