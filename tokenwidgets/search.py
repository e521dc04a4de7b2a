"""Find rows by a part of a text, whatever its case, in any language and on any database.

Two letters are one if their lower case is one letter: ``ß`` finds ``ẞ``, but no ``ss`` and no
``s``. On SQLite a search in ASCII finds ASCII alone, so ``i`` no ``İ``.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import Boolean, ColumnElement, SQLColumnExpression, String, func, literal, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from tokenwidgets import errors
from tokenwidgets.language import Phrase

__all__ = ["cases", "containing", "sought"]

_MOST_CHARACTERS = 200
# The letters that are not the upper case of their lower case, where NFC leaves them as they are.
_MORE_CASES = {"i": "\u0130", "\u00df": "\u1e9e", "\u03b8": "\u03f4"}


def sought(search: str) -> str:
    """What a search looks for: NFC as names are stored, no space around it, not too long.

    Raises:
        InvalidValue: it has a character that no database holds: NUL, or half of a pair.

    """
    words = unicodedata.normalize("NFC", search.strip()[:_MOST_CHARACTERS])
    for each in words:
        if each == "\0" or unicodedata.category(each) == "Cs":
            raise errors.InvalidValue(
                "Search",
                Phrase(
                    "has a character that cannot be shown plainly ({code}).",
                    code=f"U+{ord(each):04X}",
                ),
            )
    return words


def cases(character: str) -> set[str]:
    """The characters that are the same but for their case, this one among them."""
    # The lower case of İ alone is two characters, of which the first is the letter.
    lower = character.lower()[0]
    others = (lower.upper(), lower.title(), _MORE_CASES.get(lower, lower))
    return {
        character,
        lower,
        *(each for each in others if len(each) == 1 and each.lower()[0] == lower),
    }


def containing(search: str, *columns: SQLColumnExpression[Any]) -> list[ColumnElement[bool]]:
    """The condition that one of the columns has this text in it; none if it is only spaces.

    Raises:
        InvalidValue: as ``sought``.

    """
    words = sought(search)
    if not words:
        return []
    if words.isascii():
        return [or_(*(column.icontains(words, autoescape=True) for column in columns))]
    return [or_(*(_Contains(column, words) for column in columns))]


class _Contains(FunctionElement[bool]):
    """Whether a text has another in it that is not ASCII, of whose case SQLite knows nothing."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: SQLColumnExpression[Any], words: str) -> None:
        super().__init__(column, literal(_like(words), String()), literal(_glob(words), String()))


@compiles(_Contains)
def _by_lower(element: _Contains, compiler: SQLCompiler, **how: Any) -> str:
    column, pattern, _ = element.clauses
    return compiler.process(func.lower(column).like(func.lower(pattern), escape="/"), **how)


@compiles(_Contains, "postgresql")
def _by_ilike(element: _Contains, compiler: SQLCompiler, **how: Any) -> str:
    # This is what an index of trigrams serves.
    column, pattern, _ = element.clauses
    return compiler.process(column.ilike(pattern, escape="/"), **how)


@compiles(_Contains, "sqlite")
def _by_glob(element: _Contains, compiler: SQLCompiler, **how: Any) -> str:
    column, _, pattern = element.clauses
    return compiler.process(column.op("GLOB")(pattern), **how)


def _like(words: str) -> str:
    """A pattern for LIKE."""
    return "%" + "".join(f"/{each}" if each in "/%_" else each for each in words) + "%"


def _glob(words: str) -> str:
    """A pattern for GLOB, with a class for each letter: ``*[Öö][Ll]*``."""
    return f"*{''.join(map(_class, words))}*"


def _class(character: str) -> str:
    same = cases(character)
    if len(same) > 1 or character in "*?[":
        return f"[{''.join(sorted(same))}]"
    return character
