"""``tokenwidgets init``, ``serve`` and ``upgrade-db``: the platform as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets

from tokenwidgets import errors
from tokenwidgets.cli.arguments import UsageError
from tokenwidgets.cli.command import Command, say
from tokenwidgets.configuration import TokenWidgets
from tokenwidgets.settings import Text

if TYPE_CHECKING:
    from tokenwidgets.database import Database

__all__ = ["Init", "Serve", "UpgradeDB"]


class Init(Command):
    """Make an empty platform and its first administrator."""

    name = "tokenwidgets init"
    description = """Make an empty platform: the tables, the group Administrators with every
    control, and its first member. A database that has users already is left as it is."""
    examples = """
    tokenwidgets init --admin rlindqvist --name "Rhea Lindqvist"
    tokenwidgets init --admin rlindqvist --database-url sqlite:////var/lib/tokenwidgets/platform.db
    """
    admin = Text(help="The User ID of the first administrator.").tag(config=True)
    full_name = Text(help="Their name; by default the User ID.").tag(config=True)
    email = Text(help="Their e-mail address.").tag(config=True)
    aliases = {
        **Command.aliases,
        "admin": "Init.admin",
        "name": "Init.full_name",
        "email": "Init.email",
    }

    def run(self) -> int:
        """Make the platform."""
        from tokenwidgets.bootstrap import initialise

        if not self.admin:
            raise UsageError("--admin must be given")
        database = self.database()
        initialise(database, self.admin, name=self.full_name, email=self.email)
        say(f"Made an empty platform in {database.place} with the administrator {self.admin}.")
        if self._local_user(database) != self.admin:
            say(
                f"To act as {self.admin} from your account: TOKENWIDGETS_LOCAL_USER={self.admin},"
                f" or --as {self.admin} with a command."
            )
        database.close()
        return 0

    def _local_user(self, database: Database) -> str | None:
        from tokenwidgets.identity.local import LocalIdentity

        try:
            return LocalIdentity(config=self.config).actor(database)
        except errors.IdentityError:
            return None


class UpgradeDB(Command):
    """Bring the database to this version's schema."""

    name = "tokenwidgets upgrade-db"
    description = """Bring the database to this version's schema: all of the missing steps or, on
    trouble, none. Make a backup first."""
    examples = """
    tokenwidgets upgrade-db
    """

    def run(self) -> int:
        """Apply the migrations that are missing."""
        from tokenwidgets.upgrade import upgrade

        database = self.database()
        before, after = upgrade(database)
        database.close()
        if before == after:
            say(f"{database.place} has schema {after}, which is this version's.")
        else:
            say(f"{database.place} had schema {before or 'none'}, and has {after} now.")
        return 0


class Serve(Command):
    """Serve the dashboard."""

    name = "tokenwidgets serve"
    description = """Serve the dashboard until Ctrl-C. Its URL is on a line of standard output when
    it is ready. Who its visitors are, TokenWidgets.identity_source says: until that is set, nobody
    is let in, and the page says how to set it."""
    examples = """
    tokenwidgets serve --port 8866
    tokenwidgets serve --identity proxy --ip 127.0.0.1
    """
    serves_the_dashboard = True
    ip = Text("127.0.0.1", help="The address to listen on, or unix: and the path of a socket.").tag(
        config=True
    )
    port = traitlets.Int(8866, min=0, max=65535, help="The port; 0 for any free one.").tag(
        config=True
    )
    open_browser = traitlets.Bool(False, help="Open the URL in your browser.").tag(config=True)
    aliases = {
        **Command.aliases,
        "ip": "Serve.ip",
        "port": "Serve.port",
        "identity": "TokenWidgets.identity_source",
    }
    flags = {
        **Command.flags,
        "browser": ({"Serve": {"open_browser": True}}, "Open the URL in your browser."),
        "no-browser": ({"Serve": {"open_browser": False}}, "Open no browser (the default)."),
    }

    def run(self) -> int:
        """Serve until it is stopped."""
        from tokenwidgets.serving import serve

        settings = TokenWidgets(config=self.config)
        serve(
            database_url=settings.database_url,
            ip=self.ip,
            port=self.port,
            open_browser=self.open_browser,
            identity=settings.identity_source,
            access_token=None,
            config=self.config,
        )
        return 0
