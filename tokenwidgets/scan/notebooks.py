"""Look into notebooks: sources, outputs, attachments, metadata and the state of widgets."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Any

import msgspec

from tokenwidgets.scan.finder import Found, Place, find

__all__ = ["is_notebook", "look_into"]

_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{40,}={0,2}", re.ASCII)
_DEEPEST = 60


def is_notebook(data: bytes) -> bool:
    """Whether the content is a notebook's."""
    return data[:100].removeprefix(BOM_UTF8).lstrip()[:1] == b"{" and data.find(b'"nbformat"') >= 0


def look_into(data: bytes, place: Place) -> Iterator[Found]:
    """All secrets in a notebook, each with the cell and the line in it.

    Raises:
        ValueError: it is no notebook after all.

    """
    notebook = msgspec.json.decode(data.removeprefix(BOM_UTF8))
    if not isinstance(notebook, dict):
        raise ValueError("no notebook")
    cells = notebook.pop("cells", None)
    for number, cell in enumerate(cells if isinstance(cells, list) else [], 1):
        yield from _cell(cell, place, f"cell {number}")
    yield from _value(notebook, place, "notebook", 0)


def _cell(cell: Any, place: Place, name: str) -> Iterator[Found]:
    if not isinstance(cell, dict):
        yield from _value(cell, place, name, 0)
        return
    outputs = cell.pop("outputs", None)
    for number, output in enumerate(outputs if isinstance(outputs, list) else [], 1):
        yield from _value(output, place, f"{name}, output {number}", 0)
    for key, value in cell.items():
        yield from _value(value, place, f"{name}, {key}", 0)


def _value(value: Any, place: Place, where: str, depth: int) -> Iterator[Found]:
    """Texts at any depth, with the way to them; a list of lines is one text, as nbformat has it."""
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    match value:
        case str():
            yield from _text(value, place, where)
        case list() if value and all(isinstance(line, str) for line in value):
            yield from _text("".join(value), place, where)
        case list():
            for number, each in enumerate(value, 1):
                yield from _value(each, place, f"{where}, {number}", depth + 1)
        case dict():
            for key, each in value.items():
                yield from _text(key, place, where)
                yield from _value(each, place, f"{where}, {key}", depth + 1)


def _text(text: str, place: Place, where: str) -> Iterator[Found]:
    data = text.encode("utf-8", "surrogatepass")
    if _BASE64.fullmatch(text.rstrip()):
        with contextlib.suppress(binascii.Error):
            for found in find(base64.b64decode(text), place):
                # Its line in what was decoded is not a line of the file.
                yield Found(found.digest, found.hint, place.within(where))
    for found in find(data, place):
        line = f"{where}, line {found.place.line}"
        yield Found(found.digest, found.hint, place.within(line))
