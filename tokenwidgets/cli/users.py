"""``tokenwidgets user``: application users, one by one and by the file."""

from __future__ import annotations

from typing import Any

import traitlets

from tokenwidgets.cli.arguments import UsageError
from tokenwidgets.cli.command import Family, PlatformCommand, say, table_of
from tokenwidgets.cli.files import read_file, tell_import
from tokenwidgets.cli.output import ListCommand, every, progress_bar
from tokenwidgets.directory.users import UserRow
from tokenwidgets.settings import Text

__all__ = ["Users"]


class UserAdd(PlatformCommand):
    """Add an application user."""

    name = "tokenwidgets user add"
    parameters = ("USER_ID", "NAME")
    description = "Add an application user, active, without groups and tokens."
    examples = """
    tokenwidgets user add jdoe "Jane Doe" --email jdoe@example.org --department Finance
    """
    email = Text(help="The e-mail address.").tag(config=True)
    department = Text(help="The department.").tag(config=True)
    aliases = {
        **PlatformCommand.aliases,
        "email": "UserAdd.email",
        "department": "UserAdd.department",
    }

    def run(self, user_id: str, full_name: str) -> int:
        """Add the user."""
        with self.platform() as platform:
            platform.users.add(user_id, full_name, email=self.email, department=self.department)
        say(f"Added {user_id}.")
        return 0


class UserEdit(PlatformCommand):
    """Change an application user."""

    name = "tokenwidgets user edit"
    parameters = ("USER_ID",)
    description = "Change what is given of an application user; the rest stays as it is."
    examples = """
    tokenwidgets user edit jdoe --name "Jane Doe-Smith"
    tokenwidgets user edit jdoe --inactive      # can no longer act, nor call an API
    """
    full_name = Text(None, allow_none=True, help="A new name.").tag(config=True)
    email = Text(None, allow_none=True, help="A new address.").tag(config=True)
    department = Text(None, allow_none=True, help="A new department.").tag(config=True)
    is_active = traitlets.Bool(None, allow_none=True, help="Active or not.").tag(config=True)
    aliases = {
        **PlatformCommand.aliases,
        "name": "UserEdit.full_name",
        "email": "UserEdit.email",
        "department": "UserEdit.department",
    }
    flags = {
        **PlatformCommand.flags,
        "active": ({"UserEdit": {"is_active": True}}, "Let the user act, and the tokens work."),
        "inactive": (
            {"UserEdit": {"is_active": False}},
            "The user can no longer act, and the tokens do not work while it is so.",
        ),
    }

    def run(self, user_id: str) -> int:
        """Change the user."""
        changes: dict[str, Any] = {
            "name": self.full_name,
            "email": self.email,
            "department": self.department,
            "is_active": self.is_active,
        }
        if not any(value is not None for value in changes.values()):
            raise UsageError("there is nothing to change")
        with self.platform() as platform:
            platform.users.edit(user_id, **changes)
        say(f"Changed {user_id}.")
        return 0


class UserList(ListCommand):
    """List application users."""

    name = "tokenwidgets user list"
    parameters = ("[SEARCH]",)
    description = """List the application users whom you may see, or those with SEARCH in their
    User ID, name or e-mail address. The CSV is one that `tokenwidgets user import` takes."""
    examples = """
    tokenwidgets user list smith
    tokenwidgets user list --format csv > users.csv
    """

    def run(self, search: str) -> int:
        """List the users."""
        with self.platform() as platform:
            rows = every(lambda at: platform.users.page(search=search, cursor=at, rows=1000))
            shown = _FOR_IMPORT if self.format == "csv" else (*_FOR_IMPORT, *_COUNTED)
            self.write(shown, map(_record, rows))
        return 0


class UserImport(PlatformCommand):
    """Add and change application users from a CSV file."""

    name = "tokenwidgets user import"
    parameters = ("FILE",)
    description = """Add and change application users from a CSV file, all of them or none.

    The first line names the columns: user_id and name, and as you like email, department, groups
    (separated by ; which is \\; in a name) and active (yes or no). A column that is there says how
    it shall be; what has no column stays as it is, and so do users without a line. Commas,
    semicolons or tabs between the values, as your spreadsheet likes. FILE is - for standard input.

    When lines are bad, each is named with what is wrong, and nothing is changed."""
    examples = """
    tokenwidgets user import users.csv --dry-run     # what would be changed, line by line
    tokenwidgets user import users.csv
    """
    dry_run = traitlets.Bool(False, help="Only say what would be changed.").tag(config=True)
    flags = {
        **PlatformCommand.flags,
        "dry-run": ({"UserImport": {"dry_run": True}}, "Only say what would be changed."),
    }

    def run(self, path: str) -> int:
        """Import the file."""
        content, source = read_file(path)
        with self.platform() as platform, progress_bar("Users") as progress:
            report = platform.imports.users(
                content, source, dry_run=self.dry_run, progress=progress
            )
        tell_import(report, "user", dry_run=self.dry_run)
        return 0


class Users(Family):
    """The commands about application users."""

    name = "tokenwidgets user"
    description = "Add, list, edit and import application users."
    subcommands = table_of(add=UserAdd, list=UserList, edit=UserEdit, import_=UserImport)


_FOR_IMPORT = ("user_id", "name", "email", "department", "groups", "active")
_COUNTED = ("live_tokens", "next_expiry")


def _record(user: UserRow) -> dict[str, Any]:
    return {
        "user_id": user.user_id,
        "name": user.name,
        "email": user.email,
        "department": user.department,
        "groups": user.groups,
        "active": user.is_active,
        "live_tokens": user.live_tokens,
        "next_expiry": user.next_expiry,
    }
