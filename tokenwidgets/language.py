"""The language of what is on screen: English, or one that there is a catalogue of.

A text is written in English where it is needed, and looked up with :func:`t` when it is shown. What
is raised, or stands in a constant, is a :class:`Phrase`: English in logs, commands and scripts, and
in the viewer's language when ``t`` shows it.
"""

from __future__ import annotations

import enum
import functools
import gettext
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = [
    "DOMAIN",
    "ENGLISH",
    "LANGUAGES",
    "LOCALES",
    "VARIABLE",
    "Phrase",
    "catalogue",
    "chosen",
    "is_known",
    "numeral",
    "of_environment",
    "of_tags",
    "speak",
    "spoken",
    "t",
    "tn",
    "translated",
]

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "de": "Deutsch"}
"""The languages by their codes, each with the name that its speakers give it."""

DOMAIN = "tokenwidgets"
LOCALES = Path(__file__).with_name("locale")
"""Where the catalogues are, as gettext has them."""

VARIABLE = "TOKENWIDGETS_LANGUAGE"
"""The environment variable with the code of the language that a process begins with."""


def is_known(wish: object) -> bool:
    """Whether this is the code of a language that there is, whatever it is."""
    return isinstance(wish, str) and wish in LANGUAGES


def chosen(*wishes: object) -> str:
    """The first of these that is the code of a language that there is; English without one."""
    return next((str(wish) for wish in wishes if is_known(wish)), ENGLISH)


_spoken = chosen(os.environ.get(VARIABLE))


def speak(language: str) -> None:
    """Have this process show texts in a language, by its code: a kernel has one viewer."""
    global _spoken
    _spoken = chosen(language)


def spoken() -> str:
    """The code of the language that this process shows texts in."""
    return _spoken


def of_environment() -> str:
    """The language of this process's environment (``LC_ALL``, ``LC_MESSAGES``, ``LANG``)."""
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    first = next(filter(None, map(os.environ.get, names)), "").partition(":")[0]
    found = gettext.find(DOMAIN, LOCALES, [first])
    return chosen(Path(found).parts[-3] if found else "")


def of_tags(tags: Iterable[str]) -> str:
    """The first language that there is among these tags, such as ``de-AT``; else the one spoken."""
    return chosen(*(re.split("[-_]", tag)[0].lower() for tag in tags), _spoken)


class Phrase(str):
    """An English text that :func:`t` shows in the viewer's language.

    Args:
        template: the English text, with ``{name}`` where a value goes.
        values: the values. A whole number is grouped, a word of ours is translated with the rest.

    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Phrase:
        """Fill it in English."""
        made = super().__new__(cls, _filled(ENGLISH, template, values))
        made.template = template
        made.values = values
        return made


def t(text: str, /, **values: Any) -> str:
    """The text in the viewer's language, with its values; see :class:`Phrase`.

    What is in no catalogue, such as a name, stays as it is.
    """
    return translated(_spoken, text, **values)


def tn(one: str, many: str, number: int, /, **values: Any) -> str:
    """One of two texts, in the viewer's language, by the number; ``{count}`` is the number.

    >>> tn("{count} user", "{count} users", 1234)
    '1,234 users'
    """
    found = catalogue(_spoken).ngettext(one, many, number)
    return _filled(_spoken, found, {"count": number, **values})


def translated(language: str, text: str, /, **values: Any) -> str:
    """The same as :func:`t` in the language of this code, whatever the process speaks."""
    if isinstance(text, Phrase):
        values = {**text.values, **values}
        text = text.template
    text = str(text)
    # The empty text is what gettext keeps a catalogue's own description under.
    return _filled(language, catalogue(language).gettext(text) if text else text, values)


def numeral(number: int, language: str | None = None) -> str:
    """A whole number in the viewer's language: ``1,234``."""
    sample = translated(language or _spoken, "1,234")
    return f"{number:,}".replace(",", sample[1:-3])


@functools.cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; that of English is empty."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALES, [language])


def _filled(language: str, template: str, values: dict[str, Any]) -> str:
    if not values:
        return template
    return template.format_map({name: _shown(language, each) for name, each in values.items()})


def _shown(language: str, value: Any) -> str:
    match value:
        case Phrase():
            return translated(language, value)
        case enum.StrEnum():
            return translated(language, value.value)
        case int() if not isinstance(value, bool | enum.Enum):
            return numeral(value, language)
        case _:
            return str(value)
