"""The tab Members of a user group."""

from __future__ import annotations

from typing import Any

from tokenwidgets.directory import GroupRow, UserRow
from tokenwidgets.directory.membership import MemberRow
from tokenwidgets.language import t, tn
from tokenwidgets.paging import Cursor, Page
from tokenwidgets.screens.pager import Pager
from tokenwidgets.screens.shell import Shell
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

__all__ = ["GroupMembers", "joined_or_left"]

_MOST_FOUND = 8
_REMOVE = "remove"


class GroupMembers:
    """Finds users to add, and lists those who are in the group to be removed."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._group = ""
        self._pager = Pager(self._fetch)
        self.finder = UserFinder(label=t("Add a member"))
        self.table = PagedTable(
            label=t("Members"), panel=t("Members"), search_label=t("Search members")
        )
        for component in (self.finder, self.table):
            shell.listen(component, self._do)

    def open(self, group: GroupRow) -> tuple[Component, ...]:
        """Fill it for a group; gives what is to be shown."""
        self._group = group.name
        may = self._may_change()
        self.table.search = ""
        self.table.columns = _columns(may_remove=may)
        self.finder.forget()
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
                self.finder.forget()
            case ActOnRow(action="remove", key=user_id):
                self._set(user_id, False)

    def _find(self, text: str) -> None:
        page = self._shell.platform.users.page(search=text, rows=_MOST_FOUND)
        more = page.total - len(page.rows)
        self.finder.found = [self._found(user) for user in page.rows]
        self.finder.more = (
            t("and {more} more: type more of the name", more=more) if more > 0 else ""
        )
        self.finder.asked = text

    def _found(self, user: UserRow) -> dict[str, Any]:
        note = t("is a member") if self._group in user.groups else ""
        return {"key": user.user_id, "name": user.name, "note": note}

    def _set(self, user_id: str, member: bool, *, undoing: bool = False) -> None:
        try:
            changed = self._shell.platform.memberships.set(user_id, self._group, member)
            self._shell.say(
                joined_or_left(user_id, self._group, member),
                undo=lambda: self._set(user_id, not member, undoing=True),
                undoable=changed and not undoing,
            )
        finally:
            # Refused or not, the list shows what is.
            self._shell.catch_up(lambda: self._fill(self._pager.refresh()))

    def _fetch(self, cursor: Cursor | None) -> Page[MemberRow]:
        return self._shell.platform.memberships.of_group(
            self._group, search=self.table.search, cursor=cursor, rows=self.table.rows_per_page
        )

    def _fill(self, page: Page[MemberRow]) -> None:
        with self.table.hold_sync():
            self.table.rows = [_row(member) for member in page.rows]
            self._pager.mark(self.table)
            self.table.total = tn("{count} member", "{count} members", page.total)
            self.table.empty = (
                t("No member matches this search.")
                if self.table.search.strip()
                else t("Nobody is in this group yet. Find the first member above.")
            )


def joined_or_left(user_id: str, group: str, member: bool) -> str:
    """What was done, in words."""
    if member:
        return t("{user} is now in {group}.", user=user_id, group=group)
    return t("{user} is no longer in {group}.", user=user_id, group=group)


def _columns(*, may_remove: bool) -> list[dict[str, Any]]:
    columns = [
        ("key", t("User ID"), "text"),
        ("name", t("Name"), "text"),
        ("department", t("Department"), "text"),
        ("active", t("Active"), "yesno"),
        *([(_REMOVE, t("Actions"), "action")] if may_remove else []),
    ]
    return [
        {"key": key, "label": label, "kind": kind, "sortable": False}
        for key, label, kind in columns
    ]


def _row(member: MemberRow) -> dict[str, Any]:
    return {
        "key": member.user_id,
        "name": member.name,
        "department": member.department,
        "active": member.is_active,
        _REMOVE: t("Remove"),
    }
