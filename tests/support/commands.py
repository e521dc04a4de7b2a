"""What tests of the command share: how one ended, and where the installed script is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("tokenwidgets"))
"""The script that the package installs."""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


CommandLine = Callable[..., Ended]
