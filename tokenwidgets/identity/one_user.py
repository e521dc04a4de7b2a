"""What local and demo share: every visitor of the dashboard is the same user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokenwidgets import errors
from tokenwidgets.authority import authority_of
from tokenwidgets.database import Database
from tokenwidgets.identity.source import IdentitySource, is_loopback

if TYPE_CHECKING:
    from tornado.web import RequestHandler

__all__ = ["OneUserIdentity"]


class OneUserIdentity(IdentitySource):
    """One user for all requests, so only for this machine, and with an access token."""

    needs_access_token = True

    _user_id = ""

    def check(self, database: Database, ip: str) -> None:
        """Accept only an address that no other machine can reach, and an active user.

        Raises:
            IdentityError: the user is not known on this platform, or not active.

        """
        if not is_loopback(ip):
            raise errors.ConfigurationError(
                f"{type(self).__name__} takes every visitor for the same user, so it is only for"
                f" this machine: listen on 127.0.0.1 and not on {ip or 'all addresses'}, or"
                " choose the identity source proxy or jupyterhub."
            )
        user_id = self.actor(database)
        # Better now, on the operator's terminal, than later on a page.
        with database.read() as session:
            authority_of(session, user_id)
        self._user_id = user_id

    async def visitor(self, handler: RequestHandler) -> str:
        """The one user, whoever sent the request: the access token was checked before."""
        if not self._user_id:
            raise errors.IdentityError("This identity source was not checked before serving.")
        return self._user_id
