"""Which API a request is for, by its host and path, when the gate stands beside a proxy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from tokenwidgets import errors

__all__ = ["Routes"]

_PRINTABLE = re.compile(r"[!-~]+")
_PARAMETERS = re.compile(r";[^/]*")
_SLASHES = re.compile(r"[/\\]+")
_MOST_DECODINGS = 3


class Routes:
    """Finds an API by the longest path that a request begins with; one for its host goes first.

    Servers differ in how they read ``%2e``, ``//``, ``;`` or a backslash. A path that leads to
    different APIs when it is read in these ways, or to a folder above, leads to none.

    Args:
        apis: the API's name by where it is: ``/orders``, or ``orders.example.org/`` for one host.

    Raises:
        ConfigurationError: a place is not a path.

    """

    def __init__(self, apis: Mapping[str, str]) -> None:
        self._by_host: dict[str, list[tuple[str, str]]] = {}
        for place, api in apis.items():
            host, slash, path = place.partition("/")
            if not slash or "?" in path or not api:
                raise errors.ConfigurationError(
                    f"{place!r} cannot be mapped to an API: write a path such as /orders, or a"
                    " host and a path such as orders.example.org/."
                )
            paths = self._by_host.setdefault(_host(host), [])
            paths.append((f"/{path}".rstrip("/"), api))
            paths.sort(key=lambda pair: len(pair[0]), reverse=True)

    def find(self, host: str, path: str) -> str | None:
        """The API for a host (a port does not matter) and a path as the client wrote it."""
        if not _PRINTABLE.fullmatch(path) or not path.startswith("/"):
            return None
        found = set()
        for reading in _readings(path):
            if reading is None or _climbs(reading):
                return None
            found.add(self._match(_host(host), reading))
        return found.pop() if len(found) == 1 else None

    def _match(self, host: str, path: str) -> str | None:
        for paths in (self._by_host.get(host, ()), self._by_host.get("", ())):
            for start, api in paths:
                if path == start or path.startswith(f"{start}/"):
                    return api
        return None


def _readings(path: str) -> Iterator[str | None]:
    """The path as servers may read it; None if there is no end to its decoding."""
    for _ in range(_MOST_DECODINGS):
        yield path
        yield _SLASHES.sub("/", _PARAMETERS.sub("", path))
        decoded = unquote(path, errors="replace")
        if decoded == path:
            return
        path = decoded
    yield None


def _climbs(path: str) -> bool:
    """Whether the path has a step to this folder or the one above, or an invisible character."""
    if not path.isprintable():
        return True
    return any(step.partition(";")[0] in {".", ".."} for step in _SLASHES.split(path))


def _host(host: str) -> str:
    """A host's name to compare: without its port, in lower case."""
    name = host.strip().lower()
    if not name.endswith("]"):
        name = re.sub(r":\d*$", "", name)
    return name.rstrip(".")
