"""EventList: what happened, newest first: the audit log, or one user's or group's part of it."""

from __future__ import annotations

from typing import Any

import traitlets

from tokenwidgets.language import t
from tokenwidgets.widgets.paged_table import PagedTable

__all__ = ["EventList"]


class EventList(PagedTable):
    """One page of audit events.

    A row: ``key`` (the event's number as a string), ``at`` (ISO 8601), ``actor``, ``action``,
    ``subject``, ``outcome`` (``done``, ``denied``, or a badge) and ``details`` (see ``more``).
    There is a search box only when ``search_label`` is set.
    """

    @traitlets.default("label")
    def _default_label(self) -> str:
        return t("Events")

    @traitlets.default("empty")
    def _default_empty(self) -> str:
        return t("Nothing has happened yet.")

    @traitlets.default("columns")
    def _default_columns(self) -> list[dict[str, Any]]:
        columns = (
            ("at", t("At"), "datetime"),
            ("actor", t("Actor"), "text"),
            ("action", t("Action"), "text"),
            ("subject", t("Subject"), "text"),
            ("outcome", t("Outcome"), "badge"),
            ("details", t("Details"), "more"),
        )
        return [
            {"key": key, "label": label, "kind": kind, "sortable": False}
            for key, label, kind in columns
        ]
