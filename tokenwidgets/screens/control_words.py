"""What each control is good for, in words for whoever gives it."""

from __future__ import annotations

from tokenwidgets.language import Phrase
from tokenwidgets.vocabulary import Control

__all__ = ["ABOUT"]

ABOUT: dict[Control, Phrase] = {
    Control.APPLICATION_USERS: Phrase("Search and see users; add, edit and deactivate them."),
    Control.API_TOKENS: Phrase("See a user's tokens; add, edit, regenerate and revoke them."),
    Control.USER_MEMBERSHIP: Phrase(
        "See which groups a user is in; put users into groups and take them out."
    ),
    Control.ACTIVITY: Phrase("See what was done to a user and to their tokens."),
    Control.USER_GROUPS: Phrase("Add and edit groups, and say which controls they give."),
    Control.APIS: Phrase("Add, edit and deactivate APIs."),
    Control.TOKEN_INVENTORY: Phrase(
        "See, chart and download all tokens; with “Application Users > API Tokens” also revoke many"
        " at once."
    ),
    Control.AUDIT_LOG: Phrase("See and download who did what, and when."),
}
"""What whoever has a control can do, for every control."""
