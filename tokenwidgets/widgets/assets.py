"""Read a component's JavaScript and styles as the string that anywidget wants.

anywidget loads a module from a string, where ``import … from "./dom.js"`` has nothing to be
relative to; so what a component imports from this folder is put in front of it here.
(anywidget could read a ``Path`` itself, but then every closed instance is leaked: its issue 929.)
In front of it all go the styles, and the texts of the script in the viewer's language, if that is
not English.
"""

from __future__ import annotations

import functools
import gettext
import json
import re
from importlib.resources import files

from tokenwidgets.language import ENGLISH, catalogue

__all__ = ["script"]

_IMPORT = re.compile(
    r'^import\s*\{[^}]*\}\s*from\s*"\./(?P<file>[\w-]+\.js)";?[ \t]*$', re.MULTILINE
)
_EXPORT = re.compile(r"^export (?=(?:async )?function|const|class|let)", re.MULTILINE)
_STRING = r'"((?:[^"\\]|\\.)+)"'
_TEXT = re.compile(rf"\b(?:t|pieces)\({_STRING}|\btn\({_STRING},\s*{_STRING}")
_PLURAL = re.compile(r"nplurals=(\d); plural=([n0-9\s()?:<>=!&|%]+);")


@functools.cache
def script(name: str, language: str = ENGLISH) -> str:
    """The module ``widgets/<name>.js`` with all that it imports, its styles and its texts."""
    parts: dict[str, str] = {}
    _collect(f"{name}.js", parts)
    own = parts.pop(f"{name}.js")
    shared = [_EXPORT.sub("", text) for text in parts.values()]
    styles = json.dumps([_read(each) for each in ("theme.css", f"{name}.css") if _is_there(each)])
    whole = "\n".join([f"const STYLES = {styles};", *shared, own])
    return whole if language == ENGLISH else f"{_texts(whole, language)}\n{whole}"


def _is_there(file: str) -> bool:
    return (files("tokenwidgets.widgets") / file).is_file()


def _read(file: str) -> str:
    return (files("tokenwidgets.widgets") / file).read_text("utf-8")


def _collect(file: str, parts: dict[str, str]) -> None:
    """Put the file into ``parts`` after everything that it imports."""
    if file in parts:
        return
    text = _read(file)
    for match in _IMPORT.finditer(text):
        _collect(match["file"], parts)
    parts[file] = _IMPORT.sub("", text)


def _texts(code: str, language: str) -> str:
    """What ``words.js`` knows of a language: this code's texts, and a number's plural."""
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
