"""``tokenwidgets group``: user groups, what they give, and who is in them."""

from __future__ import annotations

from collections.abc import Iterable

from tokenwidgets import errors
from tokenwidgets.cli.arguments import UsageError
from tokenwidgets.cli.command import Family, PlatformCommand, say, table_of
from tokenwidgets.cli.output import ListCommand
from tokenwidgets.settings import Text, Texts
from tokenwidgets.vocabulary import Control

__all__ = ["Groups"]

_NAMES = f"The controls: {', '.join(f'“{control}”' for control in Control)}."


class GroupAdd(PlatformCommand):
    """Add a user group."""

    name = "tokenwidgets group add"
    parameters = ("NAME",)
    description = f"""Add a user group, with the controls that it gives to its members.

    {_NAMES}"""
    examples = """
    tokenwidgets group add "Finance Desk" --department Finance \\
        --control "Application Users" --control "Application Users > API Tokens"
    """
    summary = Text(help="What the group is for, in a line.").tag(config=True)
    controls = Texts(help="A control that it gives; once for each.").tag(config=True)
    departments = Texts(
        help="A department that its controls are limited to; once for each. None: no limit.",
    ).tag(config=True)
    aliases = {
        **PlatformCommand.aliases,
        "description": "GroupAdd.summary",
        "control": "GroupAdd.controls",
        "department": "GroupAdd.departments",
    }

    def run(self, group: str) -> int:
        """Add the group."""
        with self.platform() as platform:
            platform.groups.add(
                group,
                description=self.summary,
                controls=_controls(self.controls),
                departments=self.departments,
            )
        say(f"Added {group}.")
        return 0


class GroupList(ListCommand):
    """List the user groups."""

    name = "tokenwidgets group list"
    description = "List the user groups, their controls, departments and how many members."
    examples = """
    tokenwidgets group list
    """

    def run(self) -> int:
        """List the groups."""
        with self.platform() as platform:
            rows = platform.groups.list()
        self.write(
            ("name", "active", "members", "departments", "controls"),
            (
                {
                    "name": group.name,
                    "active": group.is_active,
                    "members": group.members,
                    "departments": group.departments,
                    "controls": group.controls,
                }
                for group in rows
            ),
        )
        return 0


class GroupControl(PlatformCommand):
    """Give a user group controls, or take them."""

    name = "tokenwidgets group control"
    parameters = ("NAME",)
    description = f"""Give a user group controls, or take them from it. Without options, list them.

    {_NAMES}"""
    examples = """
    tokenwidgets group control Auditors --grant "Audit Log" --revoke APIs
    tokenwidgets group control Auditors
    """
    grant = Texts(help="A control to give.").tag(config=True)
    revoke = Texts(help="A control to take.").tag(config=True)
    aliases = {
        **PlatformCommand.aliases,
        "grant": "GroupControl.grant",
        "revoke": "GroupControl.revoke",
    }

    def run(self, name: str) -> int:
        """Change the controls, or list them."""
        given, taken = _controls(self.grant), _controls(self.revoke)
        if set(given) & set(taken):
            raise UsageError("a control cannot be both given and taken")
        with self.platform() as platform:
            group = platform.groups.get(name)
            if not given and not taken:
                for control in group.controls:
                    print(control)
                return 0
            wanted = {*group.controls, *given} - {*taken}
            platform.groups.set_controls(name, wanted, version=group.version)
        say(f"{name} has {len(wanted)} of {len(Control)} controls.")
        return 0


class GroupMember(PlatformCommand):
    """Put users into a group, or take them out."""

    name = "tokenwidgets group member"
    parameters = ("NAME",)
    description = "Put users into a user group, or take them out. Without options, list them."
    examples = """
    tokenwidgets group member Auditors --add jdoe --add asmith --remove mrossi
    tokenwidgets group member Auditors
    """
    add = Texts(help="The User ID of a new member.").tag(config=True)
    remove = Texts(help="The User ID of a member to take out.").tag(config=True)
    aliases = {
        **PlatformCommand.aliases,
        "add": "GroupMember.add",
        "remove": "GroupMember.remove",
    }

    def run(self, group: str) -> int:
        """Change the members, or list them."""
        if set(self.add) & set(self.remove):
            raise UsageError("a user cannot be both added and removed")
        with self.platform() as platform:
            if not self.add and not self.remove:
                for user_id in platform.groups.members(group):
                    print(user_id)
                return 0
            # Each is a change of its own, as on the screen.
            for user_id in self.add:
                platform.memberships.set(user_id, group, True)
                say(f"{user_id} is in {group}.")
            for user_id in self.remove:
                platform.memberships.set(user_id, group, False)
                say(f"{user_id} is not in {group}.")
        return 0


class Groups(Family):
    """The commands about user groups."""

    name = "tokenwidgets group"
    description = "User groups: what they give to their members, and who these are."
    subcommands = table_of(add=GroupAdd, list=GroupList, control=GroupControl, member=GroupMember)


def _controls(names: Iterable[str]) -> list[Control]:
    known = {control.value.lower(): control for control in Control}
    unknown = [name for name in names if name.lower() not in known]
    if unknown:
        raise errors.InvalidValue("Control", f"there is no {unknown[0]!r}. {_NAMES}")
    return [known[name.lower()] for name in names]
