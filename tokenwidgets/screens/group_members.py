"""The tab Members of a user group."""

from __future__ import annotations

from typing import Any

from tokenwidgets.directory import GroupRow, UserRow
from tokenwidgets.directory.membership import MemberRow
from tokenwidgets.paging import Cursor, Page
from tokenwidgets.screens.pager import Pager
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import count_of
from tokenwidgets.vocabulary import Control
from tokenwidgets.widgets.component import Component
from tokenwidgets.widgets.paged_table import (
    ActOnRow,
    NextPage,
    PagedTable,
    PreviousPage,
    RowsPerPage,
    Search,
)
from tokenwidgets.widgets.user_finder import ChooseUser, FindUsers, UserFinder

__all__ = ["GroupMembers"]

_MOST_FOUND = 8
_REMOVE = "remove"
_COLUMNS = (
    {"key": "key", "label": "User ID", "kind": "text", "sortable": False},
    {"key": "name", "label": "Name", "kind": "text", "sortable": False},
    {"key": "department", "label": "Department", "kind": "text", "sortable": False},
    {"key": "active", "label": "Active", "kind": "yesno", "sortable": False},
)
_REMOVE_COLUMN = {"key": _REMOVE, "label": "Actions", "kind": "action", "sortable": False}


class GroupMembers:
    """Finds users to add, and lists those who are in the group to be removed."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._group = ""
        self._pager = Pager(self._fetch)
        self.finder = UserFinder(label="Add a member")
        self.table = PagedTable(label="Members", panel="Members", search_label="Search members")
        for component in (self.finder, self.table):
            component.listen(lambda message: shell.run(lambda: self._do(message)))

    def open(self, group: GroupRow) -> tuple[Component, ...]:
        """Fill it for a group; gives what is to be shown."""
        self._group = group.name
        may = self._may_change()
        self.table.search = ""
        self.table.columns = [*_COLUMNS, _REMOVE_COLUMN] if may else list(_COLUMNS)
        self.finder.serial += 1
        self._fill(self._pager.first())
        return (self.finder, self.table) if may else (self.table,)

    def _may_change(self) -> bool:
        return self._shell.platform.groups.authority().has(Control.USER_MEMBERSHIP)

    def _do(self, message: Any) -> None:
        match message:
            case Search(text=text):
                self.table.search = text
                self._fill(self._pager.first())
            case RowsPerPage(count=count):
                self.table.rows_per_page = count
                self._fill(self._pager.first())
            case PreviousPage() | NextPage():
                self._fill(self._pager.turn(message))
            case FindUsers(text=text):
                self._find(text)
            case ChooseUser(key=user_id):
                self._set(user_id, True)
                self.finder.serial += 1
            case ActOnRow(action="remove", key=user_id):
                self._set(user_id, False)

    def _find(self, text: str) -> None:
        page = self._shell.platform.users.page(search=text, rows=_MOST_FOUND)
        more = page.total - len(page.rows)
        with self.finder.hold_sync():
            self.finder.found = [self._found(user) for user in page.rows]
            self.finder.more = f"and {more:,} more: type more of the name" if more > 0 else ""
            self.finder.asked = text

    def _found(self, user: UserRow) -> dict[str, Any]:
        note = "is a member" if self._group in user.groups else ""
        return {"key": user.user_id, "name": user.name, "note": note}

    def _set(self, user_id: str, member: bool, *, undoing: bool = False) -> None:
        try:
            changed = self._shell.platform.memberships.set(user_id, self._group, member)
        finally:
            # Refused or not, the list shows what is.
            self._fill(self._pager.refresh())
        self._shell.say(
            f"{user_id} {'is now in' if member else 'is no longer in'} {self._group}.",
            undo=(lambda: self._set(user_id, not member, undoing=True))
            if changed and not undoing
            else None,
        )

    def _fetch(self, cursor: Cursor | None) -> Page[MemberRow]:
        return self._shell.platform.memberships.of_group(
            self._group, search=self.table.search, cursor=cursor, rows=self.table.rows_per_page
        )

    def _fill(self, page: Page[MemberRow]) -> None:
        with self.table.hold_sync():
            self.table.rows = [_row(member) for member in page.rows]
            self._pager.mark(self.table)
            self.table.total = count_of(page.total, "member", "members")
            self.table.empty = (
                "No member matches this search."
                if self.table.search.strip()
                else "Nobody is in this group yet. Find the first member above."
            )


def _row(member: MemberRow) -> dict[str, Any]:
    return {
        "key": member.user_id,
        "name": member.name,
        "department": member.department,
        "active": member.is_active,
        _REMOVE: "Remove",
    }
