"""Files that imports read, and what is said of an import when it is over."""

from __future__ import annotations

import sys
from pathlib import Path

from tokenwidgets.cli.arguments import UsageError
from tokenwidgets.cli.command import counted, say
from tokenwidgets.cli.streams import input_is_closed
from tokenwidgets.imports.service import ImportReport

__all__ = ["read_file", "tell_import"]


def read_file(path: str) -> tuple[bytes, str]:
    """The content of a file, and its name for messages; ``-`` is standard input.

    Raises:
        UsageError: it cannot be read.

    """
    if path == "-":
        if input_is_closed():
            raise UsageError("standard input cannot be read: it is closed")
        return sys.stdin.buffer.read(), "standard input"
    try:
        return Path(path).read_bytes(), Path(path).name
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def tell_import(report: ImportReport, noun: str, *, dry_run: bool) -> None:
    """Say what was imported; for a dry run, each change on standard output."""
    if dry_run:
        for change in report.changes:
            print(change)
    would = "would be " if dry_run else ""
    say(
        f"{report.source}: {counted(report.added, noun)} {would}added, {report.changed}"
        f" {would}changed, {report.unchanged} {'are' if would else 'were'} so already."
    )
