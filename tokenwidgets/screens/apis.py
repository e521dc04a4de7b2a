"""The screen APIs: the list, and one API at a time."""

from __future__ import annotations

from typing import Any

from tokenwidgets.directory import APIRow
from tokenwidgets.language import Phrase, t, tn
from tokenwidgets.screens.api_form import APIForm
from tokenwidgets.screens.events_tab import EventsTab
from tokenwidgets.screens.listing import Listing
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import labels_of, short_access
from tokenwidgets.widgets.paged_table import PagedTable
from tokenwidgets.widgets.tab_strip import Close, SelectTab, TabStrip

__all__ = ["APIsScreen"]

_TABS: list[str] = [Phrase("General"), Phrase("Changes")]


class APIsScreen:
    """Lists the APIs; opens one on its tabs, adds one."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._api = ""
        self.strip = TabStrip(choosable=False, labels=labels_of(_TABS))
        self.form = APIForm(shell, self.open, self.show)
        self.changes = EventsTab(shell, _TABS[1], shell.platform.history.of_api)
        self.list = Listing(
            shell,
            PagedTable(
                heading=t("APIs"),
                label=t("APIs"),
                search_label=t("Search APIs"),
                add_label=t("Add API"),
                sort="group",
                columns=[
                    {"key": "key", "label": t("API"), "kind": "link", "sortable": True},
                    {"key": "title", "label": t("Title"), "kind": "text", "sortable": True},
                    {"key": "group", "label": t("Group"), "kind": "text", "sortable": True},
                    {"key": "version", "label": t("Version"), "kind": "text", "sortable": False},
                    {"key": "offers", "label": t("Offers"), "kind": "text", "sortable": True},
                    {"key": "active", "label": t("Active"), "kind": "yesno", "sortable": True},
                ],
            ),
            lambda: [_row(api) for api in shell.platform.apis.list(inactive=True)],
            self._open_or_add,
            lambda count: tn("{count} API", "{count} APIs", count),
            none=t("No API matches this search."),
            first=t(
                "No APIs yet. Add the first one, by hand or from its OpenAPI document;"
                " tokens can then open it."
            ),
        )
        shell.listen(self.strip, self._do)

    def show(self) -> None:
        """Bring the list to the front."""
        self.list.show()

    def _open_or_add(self, name: str | None) -> None:
        if name is not None:
            self.open(name)
            return
        self._api = ""
        with self.strip.hold_sync():
            self.strip.heading = t("New API")
            self.strip.subheading = ""
            self.strip.badges = []
            self.strip.tabs = _TABS[:1]
        self._shell.show(self.strip, *self.form.add())

    def open(self, name: str, tab: str | None = None) -> None:
        """Show an API, on the tab that is asked for or the one that was open."""
        with self.strip.opening():
            self._open(name, tab)

    def _open(self, name: str, tab: str | None) -> None:
        api = self._shell.platform.apis.get(name)
        self._api = api.name
        with self.strip.hold_sync():
            self.strip.heading = api.title
            self.strip.subheading = api.name
            self.strip.badges = [] if api.is_active else [{"text": t("Not active"), "kind": "warn"}]
            self.strip.tabs = list(_TABS)
            if tab is not None:
                self.strip.selected = tab
        if self.strip.selected == _TABS[0]:
            self._shell.show(self.strip, *self.form.open(api))
        else:
            self._shell.show(self.strip, self.changes.show(api.name))

    def _do(self, message: Any) -> None:
        match message:
            case Close():
                self.show()
            case SelectTab(name=tab) if self._api and tab in _TABS:
                # Anew, since the API may have changed.
                self.open(self._api, tab)


def _row(api: APIRow) -> dict[str, Any]:
    return {
        "key": api.name,
        "title": api.title,
        "group": api.api_group,
        "version": api.version_label,
        "offers": " & ".join(short_access(level) for level in reversed(api.levels[1:])),
        "active": api.is_active,
    }
