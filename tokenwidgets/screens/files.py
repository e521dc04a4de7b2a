"""Make a file of frames, to be handed to a browser."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenwidgets import errors
from tokenwidgets.language import Phrase
from tokenwidgets.widgets.downloads import MOST_BYTES

__all__ = ["MOST_ROWS", "File", "file_of", "refuse_too_many"]

MOST_ROWS = 200_000
"""The most rows of a file that the dashboard makes: past it, a person would wait for too long."""

_MEDIA_TYPES = {
    ".csv": "text/csv;charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".parquet": "application/vnd.apache.parquet",
}


@dataclass(frozen=True, slots=True, repr=False)
class File:
    """What is in a file, and what kind of file it is."""

    data: bytes
    suffix: str
    media_type: str


def refuse_too_many(count: int, most: int, what: str, instead: str) -> None:
    """Refuse to make a file of more rows than this.

    Raises:
        InvalidValue: there are more; it says what has no such limit.

    """
    if count > most:
        raise errors.InvalidValue(
            "Download",
            Phrase(
                "{count} {what} match, and a download holds {most} at most. Filter them, or use"
                " {instead}, which has no such limit.",
                count=count,
                what=what,
                most=most,
                instead=instead,
            ),
        )


def file_of(frames: Iterable[Any], suffix: str) -> File:
    """The frames as one file of this kind.

    Raises:
        InvalidValue: it is larger than a browser is given.
        ConfigurationError: what writes such files is not installed.

    """
    from tokenwidgets.exports import export

    with tempfile.TemporaryDirectory(prefix="tokenwidgets-") as folder:
        path = export(frames, Path(folder, f"export{suffix}"), progress=False)
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise errors.InvalidValue(
                "Download",
                Phrase(
                    "the file has {size} MB, and a download holds {most} MB at most. Filter more,"
                    " or choose Parquet.",
                    size=round(size / 1e6),
                    most=round(MOST_BYTES / 1e6),
                ),
            )
        return File(path.read_bytes(), suffix, _MEDIA_TYPES[suffix])
