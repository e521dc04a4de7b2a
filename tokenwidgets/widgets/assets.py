"""Read a component's JavaScript and styles as the strings that anywidget wants.

anywidget loads a module from a string, where ``import … from "./dom.js"`` has nothing to be
relative to; so what a component imports from this folder is put in front of it here.
(anywidget could read a ``Path`` itself, but then every closed instance is leaked: its issue 929.)
In front of it all go the texts of the script in the viewer's language, if that is not English.
"""

from __future__ import annotations

import functools
import gettext
import json
import re
from importlib.resources import files

from tokenwidgets.language import ENGLISH, catalogue

__all__ = ["script", "styles"]

_IMPORT = re.compile(
    r'^import\s*\{[^}]*\}\s*from\s*"\./(?P<file>[\w-]+\.js)";?[ \t]*$', re.MULTILINE
)
_EXPORT = re.compile(r"^export (?=(?:async )?function|const|class|let)", re.MULTILINE)
_STRING = r'"((?:[^"\\]|\\.)+)"'
_TEXT = re.compile(rf"\b(?:t|pieces)\({_STRING}|\btn\({_STRING},\s*{_STRING}")
_PLURAL = re.compile(r"nplurals=(\d); plural=([n0-9\s()?:<>=!&|%]+);")


@functools.cache
def script(name: str, language: str = ENGLISH) -> str:
    """The module ``widgets/<name>.js`` with everything that it imports, and its texts."""
    parts: dict[str, str] = {}
    _collect(f"{name}.js", parts)
    own = parts.pop(f"{name}.js")
    shared = [_EXPORT.sub("", text) for text in parts.values()]
    whole = "\n".join([*shared, own])
    return whole if language == ENGLISH else f"{_texts(whole, language)}\n{whole}"


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


def _texts(code: str, language: str) -> str:
    """What ``words.js`` knows of a language: the texts of this code, and which plural is whose."""
    words = catalogue(language)
    match = _PLURAL.match(words.info()["plural-forms"])
    if match is None:
        raise ValueError(f"the catalogue of {language} has plurals of a form that is not known")
    number, plural = int(match[1]), gettext.c2py(match[2])
    # A number for each form.
    counts = [next(n for n in range(1000) if plural(n) == form) for form in range(number)]
    texts: dict[str, str | list[str]] = {}
    for found in _TEXT.findall(re.sub(r'"\s*\+\s*"', "", code)):
        text, one, many = (json.loads(f'"{each}"') for each in found)
        if text:
            texts[text] = words.gettext(text)
        else:
            texts[one] = [words.ngettext(one, many, count) for count in counts]
    known = json.dumps({"language": language, "texts": texts}, ensure_ascii=False)
    return f"const CATALOGUE = {{...{known}, plural: (n) => Number({match[2]})}};"
