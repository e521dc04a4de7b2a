"""Read a component's JavaScript and styles as the strings that anywidget wants.

anywidget loads a module from a string, where ``import … from "./dom.js"`` has nothing to be
relative to; so what a component imports from this folder is put in front of it here.
(anywidget could read a ``Path`` itself, but then every closed instance is leaked: its issue 929.)
"""

from __future__ import annotations

import functools
import re
from importlib.resources import files

__all__ = ["script", "styles"]

_IMPORT = re.compile(
    r'^import\s*\{[^}]*\}\s*from\s*"\./(?P<file>[\w-]+\.js)";?[ \t]*$', re.MULTILINE
)
_EXPORT = re.compile(r"^export (?=(?:async )?function|const|class|let)", re.MULTILINE)


@functools.cache
def script(name: str) -> str:
    """The module ``widgets/<name>.js`` with everything that it imports from this folder."""
    parts: dict[str, str] = {}
    _collect(f"{name}.js", parts)
    own = parts.pop(f"{name}.js")
    shared = [_EXPORT.sub("", text) for text in parts.values()]
    return "\n".join([*shared, own])


@functools.cache
def styles(name: str) -> str:
    """The styles that all components share, then those of ``widgets/<name>.css``, if any."""
    folder = files("tokenwidgets.widgets")
    own = folder / f"{name}.css"
    shared = (folder / "theme.css").read_text("utf-8")
    return shared + (own.read_text("utf-8") if own.is_file() else "")


def _collect(file: str, parts: dict[str, str]) -> None:
    """Put the file into ``parts`` after everything that it imports."""
    if file in parts:
        return
    text = (files("tokenwidgets.widgets") / file).read_text("utf-8")
    for match in _IMPORT.finditer(text):
        _collect(match["file"], parts)
    parts[file] = _IMPORT.sub("", text)
