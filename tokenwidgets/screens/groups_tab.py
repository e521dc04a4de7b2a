"""The tab User Groups: which groups a user is in, and so which controls they have."""

from __future__ import annotations

from typing import Any

from tokenwidgets import errors
from tokenwidgets.directory import UserRow
from tokenwidgets.language import t
from tokenwidgets.screens.group_members import joined_or_left
from tokenwidgets.screens.shell import Shell
from tokenwidgets.widgets.component import Component
from tokenwidgets.widgets.group_chooser import GroupChooser, SetMembership

__all__ = ["GroupsTab"]


class GroupsTab:
    """Fills a ``GroupChooser``, and puts a user into groups and takes them out."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._user_id = ""
        self.chooser = GroupChooser(panel=t("User Groups"), can_change=True)
        shell.listen(self.chooser, self._do)
        shell.keep_fresh(self.chooser, self._fill)

    def open(self, user: UserRow) -> Component:
        """Fill it for a user."""
        self._user_id = user.user_id
        with self.chooser.hold_sync():
            self.chooser.serial += 1
            self._fill()
        return self.chooser

    def _do(self, message: Any) -> None:
        if isinstance(message, SetMembership):
            self._set(self._user_id, message.group, message.member)

    def _set(self, user_id: str, group: str, member: bool, *, undoing: bool = False) -> None:
        try:
            changed = self._shell.platform.memberships.set(user_id, group, member)
            self._shell.say(
                joined_or_left(user_id, group, member),
                undo=lambda: self._set(user_id, group, not member, undoing=True),
                undoable=changed and not undoing,
            )
        except errors.TokenWidgetsError:
            # Even if it cannot be read again, the check boxes show what is.
            self.chooser.serial += 1
            raise
        finally:
            self._shell.catch_up(self._fill)

    def _fill(self) -> None:
        self.chooser.groups = [
            {
                "name": row.group,
                "description": row.description,
                "controls": [t(control) for control in row.controls],
                "member": row.is_member,
                "locked": "" if row.is_active else t("This group is not active."),
            }
            for row in self._shell.platform.memberships.of_user(self._user_id)
        ]
