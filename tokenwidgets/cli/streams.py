"""The standard streams of the process, which whoever starts it may have closed."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

__all__ = ["input_is_closed", "open_closed", "output_is_closed", "write_utf8"]


def open_closed() -> None:
    """Let standard streams that are closed (``>&-``) lead nowhere.

    Else a file that is opened later would get the number of one, and hold what is printed.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open("r" if name == "stdin" else "w")  # noqa: SIM115
            setattr(sys, name, nowhere)


def write_utf8() -> None:
    """Write UTF-8 on standard output from here on, whatever the terminal is set to."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def input_is_closed() -> bool:
    """Whether the process was started without a standard input."""
    return sys.__stdin__ is None


def output_is_closed() -> bool:
    """Whether the process was started without a standard output."""
    return sys.__stdout__ is None
