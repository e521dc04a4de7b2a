"""What a person searched a screen for last, and in what order, there again at their next visit."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from tokenwidgets import errors
from tokenwidgets.screens.shell import Shell
from tokenwidgets.secret import PATTERN

__all__ = ["LastSearch"]

log = logging.getLogger("tokenwidgets")


class LastSearch:
    """The last search of one screen, kept among the actor's preferences.

    Args:
        shell: whose actor it is.
        screen: the screen's name.

    """

    def __init__(self, shell: Shell, screen: str) -> None:
        self._shell = shell
        self._name = f"last search: {screen}"
        self._kept: dict[str, Any] | None = None

    def recall(self) -> dict[str, Any]:
        """What was kept at an earlier visit; nothing if that was asked before at this one.

        It may be from another version of this package: look at each value before it is used.
        """
        if self._kept is not None:
            return {}
        stored = self._shell.platform.preferences.get(self._name, {})
        self._kept = stored if isinstance(stored, dict) else {}
        return dict(self._kept)

    def keep(self, search: Mapping[str, Any]) -> None:
        """Keep what was searched for, if it can be; a search goes on without that.

        A secret that somebody looks for is not kept: no secret is ever at rest.
        """
        if search == self._kept or any(map(_has_secret, search.values())):
            return
        try:
            self._shell.platform.preferences.set(self._name, dict(search))
        except errors.TokenWidgetsError as error:
            log.warning("%s: %s", type(error).__name__, error)
            return
        self._kept = dict(search)


def _has_secret(value: Any) -> bool:
    match value:
        case str():
            return PATTERN.search(value) is not None
        case dict():
            return any(map(_has_secret, value.values()))
        case list() | tuple():
            return any(map(_has_secret, value))
        case _:
            return False
