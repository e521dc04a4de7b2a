"""The messages of the buttons "Previous page" and "Next page", wherever there are pages."""

from __future__ import annotations

from tokenwidgets.widgets.component import Message

__all__ = ["NextPage", "PreviousPage"]


class PreviousPage(Message, tag="previous-page", frozen=True):
    """The button "Previous page" was pressed."""


class NextPage(Message, tag="next-page", frozen=True):
    """The button "Next page" was pressed."""
