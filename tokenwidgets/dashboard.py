"""Show the application in a notebook's cell, or say plainly why it cannot be shown."""

from __future__ import annotations

import html
import logging
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from tokenwidgets import errors
from tokenwidgets.connection import connect
from tokenwidgets.identity.acting import under_voila
from tokenwidgets.language import t
from tokenwidgets.screens.refusals import words_of

if TYPE_CHECKING:
    from tokenwidgets.app import ApplicationUsers

__all__ = ["Refusal", "show"]

log = logging.getLogger("tokenwidgets")

_LONGEST = 200


class Refusal:
    """What is displayed in place of the application: which error, and what to do about it."""

    def __init__(self, title: str, words: str) -> None:
        self.title = title
        self.words = words

    def __repr__(self) -> str:
        return f"{self.title}: {self.words}"

    def _repr_html_(self) -> str:
        style = (
            "margin: 16px; padding: 12px 16px; border: 1px solid var(--jp-border-color1, #bbb);"
            " border-left: 4px solid var(--jp-error-color1, #b00);"
            " color: var(--jp-ui-font-color1, inherit); font-family: var(--jp-ui-font-family)"
        )
        return (
            f'<div role="alert" style="{style}"><strong>{html.escape(self.title)}</strong>'
            f"<div>{html.escape(self.words)}</div></div>"
        )


def show(
    database_url: str | None = None, *, user: str = "", tab: str = ""
) -> ApplicationUsers | Refusal:
    """The application, for the end of a cell; or what stands in its way.

    On the dashboard the URL may name a user and a tab to open: ``?user=jdoe&tab=API%20Tokens``.

    Args:
        database_url: an SQLAlchemy URL; by default the configured one.
        user: a User ID to open at once.
        tab: the tab to open of that user.

    """
    if not user and under_voila():
        user, tab = _from_query(os.environ.get("QUERY_STRING", ""))
    try:
        from tokenwidgets.app import ApplicationUsers

        return ApplicationUsers(connect(database_url), user=user, tab=tab)
    except errors.TokenWidgetsError as error:
        log.warning("%s: %s", type(error).__name__, error)
        return Refusal(_title(error), words_of(error))
    except Exception:
        # In JupyterLab the administrator wants to see it; in a dashboard it is for the log.
        if not under_voila():
            raise
        log.exception("the dashboard cannot be shown")
        return Refusal(t("Something went wrong"), t("It was written to the server's log."))


def _title(error: errors.TokenWidgetsError) -> str:
    match error:
        case errors.IdentityError():
            return t("You have no access")
        case errors.DatabaseError():
            return t("The database cannot be used")
        case _:
            return t("The dashboard cannot be shown")


def _from_query(query: str) -> tuple[str, str]:
    """User and tab of the URL. They are wishes of the browser: the services authorise them."""
    try:
        fields: dict[str, Any] = parse_qs(query[:4000], max_num_fields=20)
    except ValueError:
        return "", ""
    user, tab = (fields.get(name, [""])[-1][:_LONGEST] for name in ("user", "tab"))
    return user, tab
