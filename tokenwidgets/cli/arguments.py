"""The command line as traitlets reads it, but strict: what it does not know is refused."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from traitlets.config import ArgumentError, Config
from traitlets.config.loader import KVArgParseConfigLoader

from tokenwidgets import errors

__all__ = ["StrictLoader", "UsageError", "positional"]


class UsageError(errors.TokenWidgetsError):
    """A command line that cannot be understood; nothing was done."""


class _Parser(KVArgParseConfigLoader.parser_class):  # type: ignore[valid-type,misc]
    """The parser of traitlets, with options and other arguments in any order."""

    def parse_args(
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        return self.parse_intermixed_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


class StrictLoader(KVArgParseConfigLoader):
    """Reads a command line into a configuration, and raises ``UsageError`` for what is wrong."""

    parser_class = _Parser

    check: Callable[[Config], None] | None = None
    """What raises ``UsageError`` for options that there are not."""

    def load_config(self, *args: Any, **options: Any) -> Config:
        """The configuration that the command line gives."""
        try:
            config = super().load_config(*args, **options)
            if self.check is not None:
                self.check(config)
            return config
        except ArgumentError as error:
            raise UsageError(str(error)) from None
        except UsageError as error:
            raise UsageError(self._as_typed(str(error))) from None

    def _as_typed(self, message: str) -> str:
        """The message with options as people type them, not by the class that they set."""
        for alias, target in self.aliases.items():
            message = message.replace(f"--{target}", f"--{alias}")
        return message

    def _handle_unrecognized_alias(self, arg: str) -> None:
        raise UsageError(f"there is no option --{arg}")


def positional(names: Sequence[str], values: Sequence[str]) -> tuple[str, ...]:
    """The arguments that are no options, as many as the command has names for.

    A name in brackets may be left out and is "" then; after one that ends with an ellipsis, such
    as ``FILE…``, there may be more.

    Raises:
        UsageError: there are too few, or too many.

    """
    needed = [name for name in names if not name.startswith("[")]
    if len(values) < len(needed):
        raise UsageError(f"{' and '.join(needed[len(values) :])} must be given")
    if len(values) > len(names) and not _takes_more(names):
        raise UsageError(f"there is one argument too many: {values[len(names)]}")
    return (*values, *[""] * (len(names) - len(values)))


def _takes_more(names: Sequence[str]) -> bool:
    return bool(names) and names[-1].rstrip("]").endswith("…")
