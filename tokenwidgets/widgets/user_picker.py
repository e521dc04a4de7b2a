"""UserPicker: the summary of application users, from which one is opened."""

from __future__ import annotations

from typing import Any

import traitlets

from tokenwidgets.language import t
from tokenwidgets.widgets.paged_table import PagedTable

__all__ = ["UserPicker"]


class UserPicker(PagedTable):
    """The screen "Application Users": one page of users, searched, sorted and paged.

    A row: ``key`` (the User ID), ``name``, ``email``, ``groups`` (names), ``active`` (bool),
    ``tokens`` (live ones) and ``next_expiry`` (ISO 8601 or None).
    """

    can_add = traitlets.Bool(False, help='Whether there is a button "Add user".')

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._show_button()

    @traitlets.default("heading")
    def _default_heading(self) -> str:
        return t("Application Users")

    @traitlets.default("label")
    def _default_label(self) -> str:
        return t("Application Users")

    @traitlets.default("search_label")
    def _default_search_label(self) -> str:
        return t("Search users")

    @traitlets.default("empty")
    def _default_empty(self) -> str:
        return t("No users found.")

    @traitlets.default("sort")
    def _default_sort(self) -> str:
        return "key"

    @traitlets.default("columns")
    def _default_columns(self) -> list[dict[str, Any]]:
        return [
            {"key": "key", "label": t("User ID"), "kind": "link", "sortable": True},
            {"key": "name", "label": t("Name"), "kind": "text", "sortable": True},
            {"key": "email", "label": t("Email"), "kind": "text", "sortable": True},
            {"key": "groups", "label": t("Groups"), "kind": "list", "sortable": False},
            {"key": "active", "label": t("Active"), "kind": "yesno", "sortable": True},
            {"key": "tokens", "label": t("Tokens"), "kind": "number", "sortable": True},
            {
                "key": "next_expiry",
                "label": t("Next expiry"),
                "kind": "expiry",
                "sortable": True,
            },
        ]

    @traitlets.observe("can_add")
    def _show_button(self, _change: Any = None) -> None:
        self.add_label = t("Add user") if self.can_add else ""
