"""The tab Controls of a user group: what its members may do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tokenwidgets import errors
from tokenwidgets.authority import Authority
from tokenwidgets.directory import GroupRow
from tokenwidgets.screens.control_words import ABOUT
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import count_of
from tokenwidgets.vocabulary import Control
from tokenwidgets.widgets.component import Component
from tokenwidgets.widgets.control_table import ControlTable, GrantAll, RevokeAll, SetControl

__all__ = ["GroupControls"]


class GroupControls:
    """Fills a ``ControlTable``; each tick is saved at once."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._group: GroupRow | None = None
        self.table = ControlTable(panel="Controls")
        self.table.listen(lambda message: shell.run(lambda: self._do(message)))

    def open(self, group: GroupRow) -> Component:
        """Fill it for a group."""
        self._fill(group)
        return self.table

    def _do(self, message: Any) -> None:
        group = self._group
        if group is None:
            return
        match message:
            case SetControl(control=name, given=given):
                control = _known(name)
                controls = {*group.controls, control} if given else {*group.controls} - {control}
                done = "now gives" if given else "no longer gives"
                self._set(group, controls, f"{group.name} {done} “{control}”.")
            case GrantAll():
                controls = {*group.controls, *self._shell.platform.groups.authority().controls}
                gives = count_of(len(controls), "control", "controls")
                self._set(group, controls, f"{group.name} now gives {gives}.")
            case RevokeAll() if group.controls:
                self._ask_before_revoking(group)

    def _ask_before_revoking(self, group: GroupRow) -> None:
        members = count_of(group.members, "member loses", "members lose")
        self._shell.ask(
            f"Revoke all controls of {group.name}?",
            lambda _: self._set(group, (), f"{group.name} gives no control any more."),
            confirm="Revoke All",
            lines=[f"{members} these controls at once, unless another group gives them:"],
            items=list(group.controls),
            danger=True,
        )

    def _set(
        self, group: GroupRow, controls: Iterable[Control], done: str, *, undoable: bool = True
    ) -> None:
        groups = self._shell.platform.groups
        try:
            saved = groups.set_controls(group.name, controls, version=group.version)
        except errors.StaleVersion as error:
            self._fill(error.current)
            raise
        except errors.TokenWidgetsError:
            # Refused: the check boxes go back to what is.
            self._fill(group)
            raise
        self._fill(saved)
        changed = saved.version != group.version
        self._shell.say(
            done, undo=(lambda: self._undo(saved, group.controls)) if undoable and changed else None
        )

    def _undo(self, saved: GroupRow, controls: Iterable[Control]) -> None:
        self._set(saved, controls, f"{saved.name} gives what it gave before.", undoable=False)

    def _fill(self, group: GroupRow) -> None:
        self._group = group
        authority = self._shell.platform.groups.authority()
        limited = ", ".join(group.departments)
        with self.table.hold_sync():
            self.table.controls = [_row(control, group, authority) for control in Control]
            self.table.notice = (
                ""
                if group.is_active
                else "This group is not active, so its members have none of these through it."
            )
            if group.is_active and limited:
                self.table.notice = f"What is ticked reaches the users of {limited} alone."
            self.table.serial += 1


def _known(name: str) -> Control:
    try:
        return Control(name)
    except ValueError:
        raise errors.InvalidValue("Control", "there is none of this name.") from None


def _row(control: Control, group: GroupRow, authority: Authority) -> dict[str, Any]:
    given = control in group.controls
    return {
        "name": control.value,
        "screen": control.screen,
        "about": ABOUT[control],
        "given": given,
        "locked": "" if authority.has(control) else "You cannot give it: you do not have it.",
        "lacks": _lacks(control, group) if given else "",
    }


def _lacks(control: Control, group: GroupRow) -> str:
    """What a control that is given still needs; members may have it from another group."""
    above = control.parent
    if above is not None and above not in group.controls:
        return f"It has an effect only for members who have “{above}”, too."
    if control.needs_everybody and group.departments:
        return "It has no effect while the group is limited to departments."
    return ""
