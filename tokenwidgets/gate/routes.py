"""Which API a request is for, by its host and path, when the gate stands beside a proxy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from tokenwidgets import errors

__all__ = ["Routes"]

_PLAIN = re.compile(r"/[!-~]*")
_CUT = re.compile(r"[?#]")
_PARAMETERS = re.compile(r";[^/]*")
_SLASHES = re.compile(r"[/\\]+")
_MOST_DECODINGS = 3

_Table = dict[str, list[tuple[str, str]]]
"""By host: paths and their APIs, the longest first."""


class Routes:
    """Finds an API by the longest path that a request begins with; one for its host goes first.

    A path of ``apis`` ends at a slash: ``/orders`` is not ``/ordersheet``. Servers differ in how
    they read ``%2e``, ``//``, ``;``, a backslash or capital letters. A path that leads to different
    APIs when it is read in these ways, or to a folder above, leads to none.

    Args:
        apis: the API's name by where it is: ``/orders``, or ``orders.example.org/`` for one host.

    Raises:
        ConfigurationError: a place is not a path, or only capital letters tell two APIs apart.

    """

    def __init__(self, apis: Mapping[str, str]) -> None:
        self._exact: _Table = {}
        self._any_case: _Table = {}
        known: dict[tuple[str, str], str] = {}
        for place, api in apis.items():
            host, slash, path = place.partition("/")
            if not slash or _CUT.search(path) or not api:
                raise errors.ConfigurationError(
                    f"{place!r} cannot be mapped to an API: write a path such as /orders, or a"
                    " host and a path such as orders.example.org/."
                )
            host, path = _host(host), f"/{path}".rstrip("/")
            if known.setdefault((host, path.casefold()), api) != api:
                raise errors.ConfigurationError(
                    f"{place!r} is the place of another API, too, if capital letters do not count."
                )
            _insert(self._exact, host, path, api)
            _insert(self._any_case, host, path.casefold(), api)

    def find(self, host: str, path: str) -> str | None:
        """The API for a host (a port does not matter) and a path as the client wrote it."""
        if not _PLAIN.fullmatch(path) or _CUT.search(path):
            return None
        host = _host(host)
        found = set()
        for reading in _readings(path):
            if reading is None or _climbs(reading):
                return None
            found.add(_match(self._exact, host, reading))
            found.add(_match(self._any_case, host, reading.casefold()))
        return found.pop() if len(found) == 1 else None


def _insert(table: _Table, host: str, path: str, api: str) -> None:
    paths = table.setdefault(host, [])
    paths.append((path, api))
    paths.sort(key=lambda pair: len(pair[0]), reverse=True)


def _match(table: _Table, host: str, path: str) -> str | None:
    for paths in (table.get(host, ()), table.get("", ())):
        for start, api in paths:
            if path == start or path.startswith(f"{start}/"):
                return api
    return None


def _readings(path: str) -> Iterator[str | None]:
    """The path as servers may read it; None if nobody can say how it is decoded."""
    for _ in range(_MOST_DECODINGS):
        for whole in (path, _CUT.split(path, maxsplit=1)[0]):
            slashes = _SLASHES.sub("/", whole)
            yield whole
            yield slashes
            yield _SLASHES.sub("/", _PARAMETERS.sub("", whole))
            yield _SLASHES.sub("/", _PARAMETERS.sub("", slashes))
        try:
            decoded = unquote(path, errors="strict")
        except UnicodeDecodeError:
            break
        if decoded == path:
            return
        path = decoded
    yield None


def _climbs(path: str) -> bool:
    """Whether the path has a step to this folder or the one above, or an invisible character."""
    # After two slashes at the start, some read the name of a host.
    if not path.isprintable() or path[1:2] in {"/", "\\"}:
        return True
    return any(step.partition(";")[0] in {".", ".."} for step in _SLASHES.split(path))


def _host(host: str) -> str:
    """A host's name to compare: without its port, in lower case."""
    name = host.strip().lower()
    if not name.endswith("]"):
        name = re.sub(r":\d*$", "", name)
    return name.rstrip(".")
