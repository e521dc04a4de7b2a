"""What is said of trouble: at home all of it, to a dashboard's visitor what helps them."""

from __future__ import annotations

from tokenwidgets import errors
from tokenwidgets.identity.acting import under_voila
from tokenwidgets.language import Phrase, t, tn

__all__ = ["newer_state", "problem_of", "words_of"]

_TO_VISITORS: tuple[tuple[type[errors.TokenWidgetsError], Phrase], ...] = (
    (
        errors.DatabaseBusy,
        Phrase("Others are writing to the database at the moment; nothing was changed. Try again."),
    ),
    (
        errors.OutcomeUnknown,
        Phrase(
            "The connection to the database was lost while the change was saved: it was made, or it"
            " was not. Look before you try again."
        ),
    ),
    (
        errors.DatabaseReadOnly,
        Phrase(
            "The database cannot be changed at the moment; nothing was changed. Tell the operator."
        ),
    ),
    (
        errors.DatabaseFull,
        Phrase("The database has no room left; nothing was changed. Tell the operator."),
    ),
    (
        errors.DatabaseError,
        Phrase(
            "The database cannot be used at the moment; nothing was changed."
            " Try again in a while, or tell the operator."
        ),
    ),
    (
        errors.ConfigurationError,
        Phrase("A setting of the dashboard has to be put right. Tell the operator."),
    ),
)


def words_of(error: errors.TokenWidgetsError) -> str:
    """The error in words for who is looking.

    Where the database is, and what to run on its machine, is for the operator, who finds it in the
    server's log; whoever calls this writes it there.
    """
    if under_voila():
        for kind, words in _TO_VISITORS:
            if isinstance(error, kind):
                return t(words)
    match error:
        case errors.InvalidValue():
            return f"{t(error.field)}: {t(error.problem)}"
        case errors.ImportRefused():
            return _words_of_import(error)
        case _:
            # Its text as it was raised: maybe a phrase, which knows what it is made of.
            return t(error.args[0]) if error.args else str(error)


def problem_of(error: errors.InvalidValue) -> dict[str, str]:
    """What is wrong with a field of a form, by the field's label."""
    return {t(error.field): t(error.problem)}


def newer_state(error: errors.StaleVersion) -> str:
    """What is said above a form that shows what somebody else has changed."""
    newer = t("This is the newer state; nothing was overwritten.")
    return f"{words_of(error)} {newer}"


def _words_of_import(error: errors.ImportRefused) -> str:
    first = tn(
        "{source}: {count} bad line, so nothing was imported.",
        "{source}: {count} bad lines, so nothing was imported.",
        len(error.problems),
        source=error.source,
    )
    lines = [
        t("line {number}: {problem}", number=str(each.line), problem=each.problem)
        for each in error.problems
    ]
    return "\n".join([first, *lines])
