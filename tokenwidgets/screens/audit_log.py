"""The screen Audit Log: who did what to what, filtered, and as a file."""

from __future__ import annotations

import json
import re
from typing import Any

from tokenwidgets import errors
from tokenwidgets.history import EventRow
from tokenwidgets.language import Phrase, t, tn
from tokenwidgets.paging import Cursor, Page
from tokenwidgets.screens.audit_filters import audit_filters, event_filters
from tokenwidgets.screens.files import MOST_ROWS, file_of, refuse_too_many
from tokenwidgets.screens.last_search import LastSearch
from tokenwidgets.screens.pager import Pager
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import event_row, events_in_all
from tokenwidgets.vocabulary import Control
from tokenwidgets.widgets.event_list import EventList
from tokenwidgets.widgets.filter_bar import Act, ClearFilters, Filter, FilterBar
from tokenwidgets.widgets.paged_table import NextPage, PreviousPage, RowsPerPage

__all__ = ["AuditScreen"]

_MOST_SUMMARY = 120
_MOST_DETAIL = 2000
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.+]+")


class AuditScreen:
    """Fills a ``FilterBar`` and an ``EventList``; hands over what matches as CSV.

    The filters are there again at the actor's next visit, until they are cleared.
    """

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._wanted: dict[str, Any] = {}
        self._filtered: dict[str, str] = {}  # the filters' values for that
        self._pager = Pager(self._fetch)
        self._last = LastSearch(shell, Control.AUDIT_LOG.value)
        self.bar = FilterBar(
            heading=t("Audit Log"),
            actions=[{"name": "download", "label": t("Download")}],
        )
        self.events = EventList(label=t("Audit Log"))
        for component in (self.bar, self.events):
            shell.listen(component, self._do)
        shell.keep_fresh(self.events, self._refresh)

    def show(self) -> None:
        """Bring it up to date and to the front."""
        self._recall()
        self._refresh()
        self.bar.filters = audit_filters(self._shell.platform.history.actions())
        self._shell.show(self.bar, self.events)

    def _refresh(self) -> None:
        self._fill(self._pager.refresh())

    def _recall(self) -> None:
        match self._last.recall():
            case {"values": dict(values), "zone": str(zone)}:
                self.bar.fill(values, zone)
                self._filter()

    def _do(self, message: Any) -> None:
        match message:
            case Filter() | ClearFilters():
                self.bar.take(message)
                self._filter()
                if not self.bar.problems:
                    self._last.keep({"values": dict(self.bar.values), "zone": str(self.bar.zone)})
            case RowsPerPage(count=count):
                self.events.rows_per_page = count
                self._fill(self._pager.first())
            case PreviousPage() | NextPage():
                self._fill(self._pager.turn(message))
            case Act(name="download"):
                self._download()

    def _filter(self) -> None:
        before = self._wanted
        try:
            self._wanted = event_filters(self.bar.values, self.bar.zone)
            page = self._pager.first()
        except errors.InvalidValue as error:
            # What is on show stays, and so does what is downloaded.
            self._wanted = before
            self.bar.problems = {error.field.lower(): t(error.problem)}
            return
        except errors.TokenWidgetsError:
            self._wanted, self.bar.values, self.bar.problems = before, self._filtered, {}
            raise
        self.bar.problems, self._filtered = {}, self.bar.values
        self._fill(page)

    def _download(self) -> None:
        total = self._shell.platform.history.count(**self._wanted)
        refuse_too_many(
            total, MOST_ROWS, Phrase("events"), Phrase("tokenwidgets.events() of Python")
        )
        # pandas takes a second to import, and most visits need none of it.
        from tokenwidgets.frames import events

        file = file_of(events(self._shell.platform, chunksize=20_000, **self._wanted), ".csv")
        self._shell.hand_over("audit-log", file)
        self._shell.say(tn("{count} event downloaded.", "{count} events downloaded.", total))

    def _fetch(self, cursor: Cursor | None) -> Page[EventRow]:
        return self._shell.platform.history.page(
            **self._wanted, cursor=cursor, rows=self.events.rows_per_page
        )

    def _fill(self, page: Page[EventRow]) -> None:
        with self.events.hold_sync():
            self.events.rows = [_row(event) for event in page.rows]
            self._pager.mark(self.events)
            self.events.total = events_in_all(page)
            self.events.empty = (
                t("No event matches these filters.")
                if self._wanted
                else t("Nothing has happened yet.")
            )


def _row(event: EventRow) -> dict[str, Any]:
    """As in other lists, with the whole of the event to be unfolded."""
    row = event_row(event)
    whole: list[tuple[str, Any]] = [
        ("event", event.id),
        ("at", f"{event.at:%Y-%m-%d %H:%M:%S.%f} UTC"),
        ("user", event.user_id),
        ("token", event.token_id),
        *event.detail.items(),
    ]
    row["details"] = {
        "summary": _short(row["details"], _MOST_SUMMARY) or t("Whole event"),
        "items": [
            [name, _short(_text(value), _MOST_DETAIL)] for name, value in whole if value is not None
        ],
    }
    return row


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    # An instant that is cut would not be known as one, and stand there in UTC.
    across = (each.start() for each in _INSTANT.finditer(text) if each.start() < most <= each.end())
    return f"{text[: next(across, most - 1)]}…"
