"""What is said of trouble: at home all of it, to a dashboard's visitor what helps them."""

from __future__ import annotations

from tokenwidgets import errors
from tokenwidgets.identity.acting import under_voila

__all__ = ["words_of"]

_TO_VISITORS: tuple[tuple[type[errors.TokenWidgetsError], str], ...] = (
    (
        errors.DatabaseBusy,
        "Others are writing to the database at the moment; nothing was changed. Try again.",
    ),
    (
        errors.OutcomeUnknown,
        "The connection to the database was lost while the change was saved: it was made, or it"
        " was not. Look before you try again.",
    ),
    (
        errors.DatabaseReadOnly,
        "The database cannot be changed at the moment; nothing was changed. Tell the operator.",
    ),
    (
        errors.DatabaseFull,
        "The database has no room left; nothing was changed. Tell the operator.",
    ),
    (
        errors.DatabaseError,
        "The database cannot be used at the moment; nothing was changed."
        " Try again in a while, or tell the operator.",
    ),
    (
        errors.ConfigurationError,
        "A setting of the dashboard has to be put right. Tell the operator.",
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
                return words
    return str(error)
