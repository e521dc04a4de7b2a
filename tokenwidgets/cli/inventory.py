"""``tokenwidgets inventory``: all tokens as a list or a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

import traitlets

from tokenwidgets.cli.arguments import UsageError
from tokenwidgets.cli.command import say
from tokenwidgets.cli.filters import FilteredCommand
from tokenwidgets.tokens.filters import TokenFilter

if TYPE_CHECKING:
    import pandas as pd

    from tokenwidgets.platform import Platform

__all__ = ["Inventory", "records"]

_ROWS_AT_ONCE = 50_000
_SHOWN = (
    "token_id",
    "name",
    "owner",
    "department",
    "status",
    "created_at",
    "expires_at",
    "last_used_at",
    "last_used_api",
)
"""The columns of a table for people; the other formats have all."""


class Inventory(FilteredCommand):
    """List all tokens, or write them into a file."""

    name = "tokenwidgets inventory"
    description = """List the tokens that you may see, or write them into a file for a spreadsheet
    or an analysis. The file is replaced when the new one is whole, and not before."""
    examples = """
    tokenwidgets inventory -o tokens.xlsx
    tokenwidgets inventory --unused-for 90d --status active --status expiring
    tokenwidgets inventory --what grants --api orders --access full -o orders.csv
    tokenwidgets inventory --what matrix -o access.parquet
    """
    output = traitlets.Unicode(
        help="The file to write: its name ends in .csv, .xlsx or .parquet."
    ).tag(config=True)
    what = traitlets.Enum(
        ["tokens", "grants", "matrix", "events"],
        "tokens",
        help="""What the rows are: tokens; grants, one a token and API; matrix, one a user with a
        column for each API; events, the audit trail, which takes no filters.""",
    ).tag(config=True)
    hints = traitlets.Bool(False, help="Also the last four characters of each secret.").tag(
        config=True
    )
    aliases = {
        **FilteredCommand.aliases,
        "o": "Inventory.output",
        "output": "Inventory.output",
        "what": "Inventory.what",
    }
    flags = {
        **FilteredCommand.flags,
        "hints": ({"Inventory": {"hints": True}}, "Also the last four characters of each secret."),
    }

    def run(self) -> int:
        """Write the list or the file."""
        from tokenwidgets.exports import export

        if self.hints and self.what != "tokens":
            raise UsageError("--hints is for --what tokens")
        if self.output and self.format_was_given:
            raise UsageError("--format goes without -o: the file's name says its format")
        with self.platform() as platform:
            frames = self._frames(platform)
            if not self.output:
                columns, rows = records(frames)
                for_people = self.format == "table" and self.what == "tokens"
                self.write(_SHOWN if for_people else columns, rows)
                return 0
            total = None
            if self.what == "tokens":
                total = platform.inventory.count(TokenFilter(**self.filters()))
            try:
                path = export(frames, self.output, total=total)
            except OSError as error:
                say(f"tokenwidgets: {self.output} cannot be written: {error.strerror}.")
                return 1
        say(f"Wrote {path}.")
        return 0

    def _frames(self, platform: Platform) -> Iterable[pd.DataFrame]:
        from tokenwidgets import frames

        filters: Any = self.filters()
        if self.what == "events":
            if filters:
                raise UsageError("--what events takes no filters")
            return frames.events(platform, chunksize=_ROWS_AT_ONCE)
        if self.what == "matrix":
            return iter([frames.access_matrix(platform, **filters).reset_index()])
        if self.what == "grants":
            return frames.grants(platform, chunksize=_ROWS_AT_ONCE, **filters)
        return frames.inventory(platform, chunksize=_ROWS_AT_ONCE, hints=self.hints, **filters)


def records(frames: Iterable[pd.DataFrame]) -> tuple[list[str], Iterator[dict[str, Any]]]:
    """The columns of the frames, and their rows one by one, None for a missing value."""
    frames = iter(frames)
    first = next(frames)
    return list(first.columns), _rows(first, frames)


def _rows(first: pd.DataFrame, others: Iterator[pd.DataFrame]) -> Iterator[dict[str, Any]]:
    for frame in chain([first], others):
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
            yield {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    """A value without what pandas puts around it."""
    return value.to_pydatetime() if hasattr(value, "to_pydatetime") else value
