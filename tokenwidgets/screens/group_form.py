"""The tab General of a user group: its name, what it is for, and whom it reaches."""

from __future__ import annotations

from typing import Any

from tokenwidgets import errors
from tokenwidgets.directory import GroupRow
from tokenwidgets.language import t, tn
from tokenwidgets.screens.record import RecordTab, fill_record
from tokenwidgets.widgets.component import Component
from tokenwidgets.widgets.record_form import SaveRecord

__all__ = ["GroupForm", "members_lose"]


class GroupForm(RecordTab[GroupRow]):
    """Adds a group or saves it."""

    def open(self, group: GroupRow) -> Component:
        """Fill it for a group."""
        self._show(group)
        return self.form

    def add(self) -> Component:
        """Empty it for a new group."""
        self._show(None)
        return self.form

    def _fill(self, *, notice: str = "") -> None:
        group = self._row
        fill_record(
            self.form,
            fields=_fields(self._departments(), adding=group is None),
            values={
                "name": group.name if group else "",
                "description": group.description if group else "",
                "departments": list(group.departments) if group else [],
                "active": group.is_active if group else False,
            },
            save_label=t("Save") if group else t("Add group"),
            notice=notice,
        )

    def _departments(self) -> list[str]:
        own = self._row.departments if self._row else ()
        try:
            return sorted({*own, *self._shell.platform.users.departments()})
        except errors.NotAllowed:
            return list(own)

    def _add(self, message: SaveRecord) -> None:
        group = self._shell.platform.groups.add(
            message.text("name"),
            description=message.text("description"),
            departments=message.texts("departments"),
        )
        self._shell.say(
            t("The group {name} was added. Now give it controls and members.", name=group.name)
        )
        self._shell.catch_up(lambda: self._saved(group.name))

    def _ask_before_save(self, group: GroupRow, message: SaveRecord) -> None:
        stops = group.is_active and not message.flag("active")
        if not stops or not group.members or not group.controls:
            self._attempt(lambda: self._save(group, message))
            return
        self._shell.ask(
            t("Deactivate {name}?", name=group.name),
            lambda _: self._attempt(lambda: self._save(group, message)),
            confirm=t("Deactivate"),
            lines=[members_lose(group)],
            items=[t(control) for control in group.controls],
            danger=True,
        )

    def _save(self, group: GroupRow, message: SaveRecord) -> None:
        saved = self._shell.platform.groups.edit(
            group.name,
            version=group.version,
            new_name=message.text("name"),
            description=message.text("description"),
            is_active=message.flag("active"),
            departments=message.texts("departments"),
        )
        self._shell.say(
            t("The group {name} was saved.", name=saved.name),
            undo=lambda: self._undo(group, saved),
            undoable=saved.version != group.version,
        )
        self._shell.catch_up(lambda: self._saved(saved.name))

    def _undo(self, group: GroupRow, saved: GroupRow) -> None:
        name = saved.name
        try:
            name = self._shell.platform.groups.edit(
                saved.name,
                version=saved.version,
                new_name=group.name,
                description=group.description,
                is_active=group.is_active,
                departments=group.departments,
            ).name
            self._shell.say(t("The group {name} is as before.", name=name))
        finally:
            self._shell.catch_up(lambda: self._saved(name))


def members_lose(group: GroupRow) -> str:
    """What it means to the members that the group gives nothing any more."""
    return tn(
        "{count} member loses these controls at once, unless another group gives them:",
        "{count} members lose these controls at once, unless another group gives them:",
        group.members,
    )


def _fields(departments: list[str], *, adding: bool) -> list[dict[str, Any]]:
    fields: list[dict[str, Any]] = [
        {"name": "name", "label": t("Group name"), "kind": "text", "most": 100},
        {
            "name": "description",
            "label": t("Description"),
            "kind": "text",
            "most": 2000,
            "hint": t("What its members are to do, such as “Looks after the tokens of Finance”."),
        },
    ]
    if departments:
        fields.append(
            {
                "name": "departments",
                "label": t("Departments"),
                "kind": "many",
                "hint": t(
                    "Its controls then reach the users of these departments alone."
                    " None ticked: everybody."
                ),
                "options": [{"value": name, "label": name} for name in departments],
            }
        )
    if not adding:
        fields.append(
            {
                "name": "active",
                "label": t("Active"),
                "kind": "switch",
                "hint": t("A group that is not active gives its members nothing."),
            }
        )
    return fields
