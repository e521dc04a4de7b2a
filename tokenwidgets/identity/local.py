"""Local: the operating-system user whose process this is, as in one's own JupyterLab."""

from __future__ import annotations

import getpass
import os

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.identity.one_user import OneUserIdentity
from tokenwidgets.settings import Text

__all__ = ["LocalIdentity"]


class LocalIdentity(OneUserIdentity):
    """The user that owns this process.

    It proves nothing to the database: whoever owns the process also has the database's file or
    password, and is as strong as the database, under whatever name. It is for people who
    administer the platform from their own account.
    """

    user_id = Text(
        "",
        help="""The User ID that you have on the platform; by default the name of the
        operating-system user who owns the process. Environment: TOKENWIDGETS_LOCAL_USER.""",
    ).tag(config=True)

    def actor(self, database: Database) -> str:
        """The configured User ID, or the name of the owner of the process."""
        return self.user_id or _owner_of_process()


def _owner_of_process() -> str:
    """By the process's user, and not by $USER, which ``sudo`` and ``cron`` leave as it was."""
    try:
        import pwd
    except ImportError:  # Windows, where there is no uid
        return getpass.getuser()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        raise errors.IdentityError(
            f"The operating system has no name for the user {os.getuid()} of this process:"
            " set TOKENWIDGETS_LOCAL_USER to your User ID."
        ) from None
