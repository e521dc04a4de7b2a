"""Find rows by a part of a text, whatever its case, in any language and on any database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, SQLColumnExpression, String, func, literal, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

__all__ = ["containing"]

_MOST_CHARACTERS = 200


def containing(search: str, *columns: SQLColumnExpression[Any]) -> list[ColumnElement[bool]]:
    """The condition that one of the columns has this text in it; none if it is only spaces."""
    words = search.strip()[:_MOST_CHARACTERS]
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
    # The upper case of some letters is two; those are found as they were typed.
    cases = {character, *character.lower()[:1], *character.upper()} if character.isalpha() else ""
    if len(cases) == 2 or character in "*?[":
        return f"[{''.join(sorted(cases or character))}]"
    return character
