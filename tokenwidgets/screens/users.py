"""The screen Application Users: the summary, from which a user is opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tokenwidgets.directory import UserRow
from tokenwidgets.directory.users import UserSort
from tokenwidgets.language import t
from tokenwidgets.paging import Cursor, Page
from tokenwidgets.screens.last_search import LastSearch
from tokenwidgets.screens.pager import Pager
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.user_tokens import UserTokens, actions
from tokenwidgets.screens.words import iso, users_in_all
from tokenwidgets.vocabulary import Control
from tokenwidgets.widgets.paged_table import (
    ROWS_PER_PAGE,
    Act,
    AddRow,
    ClearSearch,
    NextPage,
    OpenRow,
    PreviousPage,
    RowsPerPage,
    Search,
    SortBy,
)
from tokenwidgets.widgets.user_picker import UserPicker

__all__ = ["UsersScreen"]

_SORTS: dict[str, UserSort] = {
    "key": "user_id",
    "name": "name",
    "email": "email",
    "active": "is_active",
    "tokens": "live_tokens",
    "next_expiry": "next_expiry",
}
_FIRST_SORT = "key"


class UsersScreen:
    """Fills a ``UserPicker``; its search, sort and page are kept while a user is open.

    Search and sort are there again at the actor's next visit, until they are cleared.

    Args:
        shell: where to show it.
        open_user: opens the detail of a User ID; of a new user when that is None.

    """

    def __init__(self, shell: Shell, open_user: Callable[[str | None], None]) -> None:
        self._shell = shell
        self._open_user = open_user
        self._pager = Pager(self._fetch)
        self._last = LastSearch(shell, Control.APPLICATION_USERS.value)
        self.picker = UserPicker(can_add=True)
        self.tokens = UserTokens(shell, self._refresh)
        shell.listen(self.picker, self._do)
        shell.keep_fresh(self.picker, self._refresh)

    def show(self) -> None:
        """Bring the summary up to date and to the front."""
        may = self._shell.platform.users.authority().has(Control.API_TOKENS)
        self._recall()
        with self.picker.hold_sync():
            self.picker.selectable = may
            self.picker.actions = actions() if may else []
        self._refresh()
        self._shell.show(self.picker)

    def _refresh(self) -> None:
        self._fill(self._pager.refresh())

    def _do(self, message: Any) -> None:
        picker = self.picker
        match message:
            case Search(text=text):
                picker.search = text
            case ClearSearch():
                with picker.hold_sync():
                    picker.search, picker.sort, picker.descending = "", _FIRST_SORT, False
            case SortBy(column=column) if column in _SORTS:
                with picker.sorting(column):
                    self._fill(self._pager.first())
                self._keep()
                return
            case RowsPerPage(count=count):
                picker.rows_per_page = count
            case PreviousPage() | NextPage():
                self._fill(self._pager.turn(message))
                return
            case OpenRow(key=user_id):
                self._open_user(user_id)
                return
            case AddRow():
                self._open_user(None)
                return
            case Act(name=action) if picker.selected:
                self.tokens.ask(action, list(picker.selected))
                return
            case _:
                return
        self._fill(self._pager.first())
        self._keep()

    def _keep(self) -> None:
        self._last.keep(
            {
                "search": self.picker.search,
                "sort": self.picker.sort,
                "descending": self.picker.descending,
                "rows": self.picker.rows_per_page,
            }
        )

    def _recall(self) -> None:
        picker = self.picker
        match self._last.recall():
            case {
                "search": str(search),
                "sort": str(sort),
                "descending": bool(descending),
                "rows": int(rows),
            } if sort in _SORTS and rows in ROWS_PER_PAGE:
                with picker.hold_sync():
                    picker.search, picker.sort, picker.descending = search, sort, descending
                    picker.rows_per_page = rows

    def _fetch(self, cursor: Cursor | None) -> Page[UserRow]:
        return self._shell.platform.users.page(
            search=self.picker.search,
            sort=_SORTS[self.picker.sort],
            descending=self.picker.descending,
            cursor=cursor,
            rows=self.picker.rows_per_page,
        )

    def _fill(self, page: Page[UserRow]) -> None:
        searched = bool(self.picker.search.strip())
        with self.picker.hold_sync():
            self.picker.rows = [_row(user) for user in page.rows]
            self._pager.mark(self.picker)
            ordered = (self.picker.sort, self.picker.descending) != (_FIRST_SORT, False)
            self.picker.can_clear = bool(self.picker.search) or ordered
            self.picker.total = users_in_all(page)
            self.picker.empty = (
                t("No user matches this search.")
                if searched
                else t("No application users yet. Add the first one.")
            )


def _row(user: UserRow) -> dict[str, Any]:
    return {
        "key": user.user_id,
        "name": user.name,
        "email": user.email,
        "groups": list(user.groups),
        "active": user.is_active,
        "tokens": user.live_tokens,
        "next_expiry": iso(user.next_expiry),
    }
