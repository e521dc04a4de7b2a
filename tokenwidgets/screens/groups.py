"""The screen User Groups: the list, and one group at a time."""

from __future__ import annotations

from typing import Any

from tokenwidgets.directory import GroupRow
from tokenwidgets.language import Phrase, t, tn
from tokenwidgets.screens.events_tab import EventsTab
from tokenwidgets.screens.group_controls import GroupControls
from tokenwidgets.screens.group_form import GroupForm
from tokenwidgets.screens.group_members import GroupMembers
from tokenwidgets.screens.listing import Listing
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import labels_of
from tokenwidgets.widgets.paged_table import PagedTable
from tokenwidgets.widgets.tab_strip import Act, Close, SelectTab, TabStrip

__all__ = ["GroupsScreen"]

_TABS: list[str] = [Phrase("General"), Phrase("Controls"), Phrase("Members"), Phrase("Changes")]
_COPY = "copy"


class GroupsScreen:
    """Lists the groups; opens one on its tabs, adds one, copies one."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._group = ""
        self.strip = TabStrip(choosable=False, labels=labels_of(_TABS))
        self.form = GroupForm(shell, self._saved, self.show)
        self.controls = GroupControls(shell)
        self.members = GroupMembers(shell)
        self.changes = EventsTab(shell, _TABS[-1], shell.platform.history.of_group)
        self.list = Listing(
            shell,
            PagedTable(
                heading=t("User Groups"),
                label=t("User Groups"),
                search_label=t("Search groups"),
                add_label=t("Add group"),
                sort="key",
                columns=[
                    {"key": "key", "label": t("Group"), "kind": "link", "sortable": True},
                    {
                        "key": "description",
                        "label": t("Description"),
                        "kind": "text",
                        "sortable": False,
                    },
                    {"key": "controls", "label": t("Controls"), "kind": "number", "sortable": True},
                    {
                        "key": "departments",
                        "label": t("Departments"),
                        "kind": "list",
                        "sortable": False,
                    },
                    {"key": "members", "label": t("Members"), "kind": "number", "sortable": True},
                    {"key": "active", "label": t("Active"), "kind": "yesno", "sortable": True},
                ],
            ),
            lambda: [_row(group) for group in shell.platform.groups.list()],
            self._open_or_add,
            lambda count: tn("{count} group", "{count} groups", count),
            none=t("No group matches this search."),
            first=t("No user groups yet. Add the first one, then give it controls and members."),
        )
        shell.listen(self.strip, self._do)

    def show(self) -> None:
        """Bring the list to the front."""
        self.list.show()

    def _open_or_add(self, name: str | None) -> None:
        if name is not None:
            self.open(name)
            return
        self._group = ""
        with self.strip.hold_sync():
            self.strip.heading = t("New group")
            self.strip.badges = []
            self.strip.actions = []
            self.strip.tabs = _TABS[:1]
        self._shell.show(self.strip, self.form.add())

    def open(self, name: str, tab: str | None = None) -> None:
        """Show a group, on the tab that is asked for or the one that was open."""
        with self.strip.opening():
            self._open(name, tab)

    def _open(self, name: str, tab: str | None) -> None:
        group = self._shell.platform.groups.get(name)
        self._group = group.name
        with self.strip.hold_sync():
            self.strip.heading = group.name
            self.strip.badges = (
                [] if group.is_active else [{"text": t("Not active"), "kind": "warn"}]
            )
            self.strip.actions = [{"name": _COPY, "label": t("Copy")}]
            self.strip.tabs = list(_TABS)
            if tab is not None:
                self.strip.selected = tab
        self._open_tab(group)

    def _saved(self, name: str) -> None:
        self.open(name, None if self._group else "Controls")

    def _do(self, message: Any) -> None:
        match message:
            case Close():
                self.show()
            case SelectTab(name=tab) if self._group and tab in _TABS:
                # Anew, since the group may have changed.
                self.open(self._group, tab)
            case Act(name="copy") if self._group:
                self._ask_for_copy(self._shell.platform.groups.get(self._group))

    def _open_tab(self, group: GroupRow) -> None:
        match self.strip.selected:
            case "General":
                panels = [self.form.open(group)]
            case "Controls":
                panels = [self.controls.open(group)]
            case "Members":
                panels = [*self.members.open(group)]
            case _:
                panels = [self.changes.show(group.name)]
        self._shell.show(self.strip, *panels)

    def _ask_for_copy(self, group: GroupRow) -> None:
        self._shell.ask(
            t("Copy {name}", name=group.name),
            lambda values: self._copy(group.name, values.get("name", "")),
            confirm=t("Copy"),
            lines=[
                t("The copy has the same controls, departments and description, and no members.")
            ],
            fields=[
                {
                    "name": "name",
                    "label": t("Name of the copy"),
                    "kind": "text",
                    "value": t("Copy of {name}", name=group.name)[:100],
                }
            ],
        )

    def _copy(self, name: str, new_name: str) -> None:
        copy = self._shell.platform.groups.copy(name, new_name)
        self._shell.say(t("{name} was copied to {copy}.", name=name, copy=copy.name))
        self._shell.catch_up(lambda: self.open(copy.name))


def _row(group: GroupRow) -> dict[str, Any]:
    return {
        "key": group.name,
        "description": group.description,
        "controls": len(group.controls),
        "departments": list(group.departments) or [t("Everybody")],
        "members": group.members,
        "active": group.is_active,
    }
