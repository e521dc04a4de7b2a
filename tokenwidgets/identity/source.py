"""The interface of identity sources, and the source that a setting names."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from traitlets.config import Config, Configurable
from traitlets.utils.importstring import import_item

from tokenwidgets import errors
from tokenwidgets.database import Database

if TYPE_CHECKING:
    from tornado.web import RequestHandler

__all__ = ["SOURCES", "IdentitySource", "is_loopback", "source_named"]

SOURCES = {
    "local": "tokenwidgets.identity.local.LocalIdentity",
    "proxy": "tokenwidgets.identity.proxy.ProxyIdentity",
    "jupyterhub": "tokenwidgets.identity.jupyterhub.JupyterHubIdentity",
    "demo": "tokenwidgets.identity.demo.DemoIdentity",
}
"""The sources that come with tokenwidgets, by the name they are configured with."""


class IdentitySource(Configurable):
    """Says who is acting. A source of your own overrides what it can answer.

    A notebook or a script asks :meth:`actor`. The server of a dashboard asks :meth:`check` once,
    and :meth:`visitor` for each request.
    """

    needs_access_token = False
    """Whether a visitor has to show the access token that the server printed when it started."""

    base_url = ""
    """The path below which this source has the dashboard served; empty: as configured."""

    host_names: tuple[str, ...] = ()
    """Names by which browsers reach the dashboard, beside the configured ones."""

    def actor(self, database: Database) -> str:
        """The User ID of whoever runs this process: a kernel, a script.

        Raises:
            IdentityError: this source cannot tell, with what to do about it.

        """
        raise errors.IdentityError(
            f"{type(self).__name__} identifies visitors of a dashboard that `tokenwidgets serve`"
            " runs; it cannot say who is acting in this process."
        )

    def check(self, database: Database, ip: str) -> None:
        """See that a dashboard can be served safely with this source.

        Args:
            database: the platform's.
            ip: where the server will listen: an address, or ``unix:`` and the path of a socket.

        Raises:
            ConfigurationError: it cannot, with why.

        """
        raise errors.ConfigurationError(
            f"{type(self).__name__} cannot tell the visitors of a dashboard apart."
        )

    async def visitor(self, handler: RequestHandler) -> str:
        """The User ID of who sent this request.

        Raises:
            IdentityError: it does not prove who did.

        """
        raise errors.IdentityError("This identity source knows no visitors.")

    def login_url(self, handler: RequestHandler) -> str | None:
        """Where to send a visitor who is not known yet; None when there is no such place."""
        return None

    def handlers(self, base_url: str) -> list[tuple[str, type[RequestHandler], dict[str, Any]]]:
        """Request handlers that this source needs below ``base_url``, such as for OAuth."""
        return []


def is_loopback(ip: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    if ip == "localhost" or ip.startswith("unix:"):
        return True
    try:
        return ipaddress.ip_address(ip).is_loopback
    except ValueError:
        return False


def source_named(name: str, config: Config | None = None) -> IdentitySource:
    """The source with this name, or of the class with this import name, configured.

    Raises:
        ConfigurationError: there is none.

    """
    try:
        kind = import_item(SOURCES.get(name, name))
    except (ImportError, ValueError) as error:
        raise errors.ConfigurationError(
            f"There is no identity source {name!r} ({error}): use one of"
            f" {', '.join(SOURCES)}, or the import name of a class."
        ) from None
    if not (isinstance(kind, type) and issubclass(kind, IdentitySource)):
        raise errors.ConfigurationError(
            f"The identity source {name!r} is no subclass of tokenwidgets.identity.IdentitySource."
        )
    return kind(config=config or Config())
