"""The tab Controls of a user group: what its members may do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tokenwidgets import errors
from tokenwidgets.authority import Authority
from tokenwidgets.directory import GroupRow
from tokenwidgets.language import Phrase, t, tn
from tokenwidgets.screens.control_words import ABOUT
from tokenwidgets.screens.group_form import members_lose
from tokenwidgets.screens.shell import Shell
from tokenwidgets.vocabulary import Control
from tokenwidgets.widgets.component import Component
from tokenwidgets.widgets.control_table import ControlTable, GrantAll, RevokeAll, SetControl

__all__ = ["GroupControls"]


class GroupControls:
    """Fills a ``ControlTable``; each tick is saved at once."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._group: GroupRow | None = None
        self.table = ControlTable(panel=t("Controls"))
        shell.listen(self.table, self._do)

    def open(self, group: GroupRow) -> Component:
        """Fill it for a group."""
        self.table.serial += 1
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
                text = (
                    t("{group} now gives “{control}”.", group=group.name, control=control)
                    if given
                    else t(
                        "{group} no longer gives “{control}”.", group=group.name, control=control
                    )
                )
                self._set(group, controls, text)
            case GrantAll():
                controls = {*group.controls, *self._shell.platform.groups.authority().controls}
                text = tn(
                    "{group} now gives {count} control.",
                    "{group} now gives {count} controls.",
                    len(controls),
                    group=group.name,
                )
                self._set(group, controls, text)
            case RevokeAll() if group.controls:
                self._ask_before_revoking(group)

    def _ask_before_revoking(self, group: GroupRow) -> None:
        none = t("{group} gives no control any more.", group=group.name)
        self._shell.ask(
            t("Revoke all controls of {group}?", group=group.name),
            lambda _: self._set(group, (), none),
            confirm=t("Revoke All"),
            lines=[members_lose(group)],
            items=[t(control) for control in group.controls],
            danger=True,
        )

    def _set(
        self, group: GroupRow, controls: Iterable[Control], done: str, *, undoable: bool = True
    ) -> None:
        groups = self._shell.platform.groups
        try:
            saved = groups.set_controls(group.name, controls, version=group.version)
        except errors.TokenWidgetsError as error:
            # Refused: the check boxes go back to what is.
            current = error.current if isinstance(error, errors.StaleVersion) else group
            self.table.serial += 1
            self._shell.catch_up(lambda: self._fill(current))
            raise
        self._shell.say(
            done,
            undo=lambda: self._undo(saved, group.controls),
            undoable=undoable and saved.version != group.version,
        )
        self._shell.catch_up(lambda: self._fill(saved))

    def _undo(self, saved: GroupRow, controls: Iterable[Control]) -> None:
        self._set(
            saved,
            controls,
            t("{group} gives what it gave before.", group=saved.name),
            undoable=False,
        )

    def _fill(self, group: GroupRow) -> None:
        self._group = group
        authority = self._shell.platform.groups.authority()
        limited = ", ".join(group.departments)
        with self.table.hold_sync():
            self.table.controls = [_row(control, group, authority) for control in Control]
            self.table.notice = (
                ""
                if group.is_active
                else t("This group is not active, so its members have none of these through it.")
            )
            if group.is_active and limited:
                self.table.notice = t(
                    "What is ticked reaches the users of {departments} alone.", departments=limited
                )


def _known(name: str) -> Control:
    try:
        return Control(name)
    except ValueError:
        raise errors.InvalidValue("Control", Phrase("there is none of this name.")) from None


def _row(control: Control, group: GroupRow, authority: Authority) -> dict[str, Any]:
    given = control in group.controls
    return {
        "name": control.value,
        "label": t(control),
        "screen": t(control.screen),
        "about": t(ABOUT[control]),
        "given": given,
        "locked": "" if authority.has(control) else t("You cannot give it: you do not have it."),
        "lacks": _lacks(control, group) if given else "",
    }


def _lacks(control: Control, group: GroupRow) -> str:
    """What a control that is given still needs; members may have it from another group."""
    above = control.parent
    if above is not None and above not in group.controls:
        return t("It has an effect only for members who have “{control}”, too.", control=above)
    if control.needs_everybody and group.departments:
        return t("It has no effect while the group is limited to departments.")
    return ""
