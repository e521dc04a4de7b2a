"""Lists on standard output: as a table, JSON or CSV, row by row however many there are."""

from __future__ import annotations

import csv
import itertools
import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

import traitlets

from tokenwidgets.cells import disarmed, in_one_cell
from tokenwidgets.cli.command import PlatformCommand
from tokenwidgets.cli.streams import write_utf8
from tokenwidgets.paging import Cursor, Page
from tokenwidgets.progress import Progress

__all__ = ["ListCommand", "every", "progress_bar", "write_rows"]

T = TypeVar("T")
Record = Mapping[str, Any]

_MEASURED = 1000
"""How many rows of a table are read before the first is shown, to make its columns fit."""


class ListCommand(PlatformCommand):
    """A command whose result is a list."""

    format = traitlets.Enum(
        ("table", "csv", "json"),
        "table",
        help="How to write the list: table (times in this machine's zone), csv, json (UTC).",
    ).tag(config=True)

    aliases = {**PlatformCommand.aliases, "format": "ListCommand.format"}

    @property
    def format_was_given(self) -> bool:
        """Whether the command line has --format, and not only the configuration."""
        return any("format" in section for section in self.cli_config.values())

    def write(self, columns: Sequence[str], records: Iterable[Record]) -> None:
        """Write the list on standard output, in the format that was asked for."""
        write_rows(self.format, columns, records)


def write_rows(format: str, columns: Sequence[str], records: Iterable[Record]) -> None:
    """Write records on standard output; what programs read is UTF-8, whatever the terminal has.

    Args:
        format: ``table``, ``csv`` or ``json``.
        columns: what to write of each, in this order.
        records: the values by column.

    """
    if format != "table":
        write_utf8()
    _WRITERS[format](columns, records)


def every(page: Callable[[Cursor | None], Page[T]]) -> Iterator[T]:
    """The rows of all pages, each page read when it is needed."""
    cursor: Cursor | None = None
    while True:
        found = page(cursor)
        yield from found.rows
        if found.next is None:
            return
        cursor = found.next


@contextmanager
def progress_bar(what: str) -> Iterator[Progress]:
    """A bar on standard error, if that is a terminal."""
    from tqdm import tqdm

    with tqdm(desc=what, unit="", leave=False, disable=None, delay=0.3, file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show


def _write_table(columns: Sequence[str], records: Iterable[Record]) -> None:
    lines = ([_cell(record[name]) for name in columns] for record in records)
    first = list(itertools.islice(lines, _MEASURED))
    titles = [name.replace("_", " ").upper() for name in columns]
    widths = [max(map(_width, cells)) for cells in zip(titles, *first, strict=True)]
    for line in itertools.chain([titles], first, lines):
        padded = (
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        )
        print("  ".join(padded).rstrip())


def _write_csv(columns: Sequence[str], records: Iterable[Record]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for record in records:
        writer.writerow([disarmed(_exact(record[name])) for name in columns])


def _write_json(columns: Sequence[str], records: Iterable[Record]) -> None:
    separator = "[\n"
    for record in records:
        row = {name: record[name] for name in columns}
        print(f"{separator}  {json.dumps(row, default=_plain, ensure_ascii=False)}", end="")
        separator = ",\n"
    print("[]" if separator == "[\n" else "\n]")


_WRITERS: dict[str, Callable[[Sequence[str], Iterable[Record]], None]] = {
    "table": _write_table,
    "csv": _write_csv,
    "json": _write_json,
}


def _cell(value: Any) -> str:
    """A value for people to read."""
    if isinstance(value, datetime):
        return f"{value.astimezone():%Y-%m-%d %H:%M}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_exact, value)) or "-"
    return "-" if value in (None, "") else _exact(value)


def _exact(value: Any) -> str:
    """A value as text from which it can be read again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ";".join(f"{key}:{_exact(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return in_one_cell(map(_exact, value))
    return str(_plain(value))


def _plain(value: Any) -> Any:
    """A value of ours as one that JSON has."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else str(value)


def _width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(
        2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
        if not unicodedata.combining(each)
    )
