"""JupyterHub: the user whom the hub has established, asked of the hub itself.

In a single-user server: the user to whom the hub gave the API token of this process, which is
more than an environment variable says. It still cannot protect a shared database: that user owns
the process, and with it the database's password. With the dashboard as a service of the hub: the
user who signed in by OAuth, whose browser has nothing but the dashboard.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import traitlets

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.identity.source import IdentitySource

if TYPE_CHECKING:
    from tornado.web import RequestHandler

__all__ = ["JupyterHubIdentity"]


class JupyterHubIdentity(IdentitySource):
    """The hub's user; their name on the hub is their User ID."""

    timeout = traitlets.Float(10.0, help="How long to wait for the hub's answer, in seconds.").tag(
        config=True
    )

    _hub: Any = None

    def actor(self, database: Database) -> str:
        """The owner of this process's API token, by the hub's answer."""
        url = os.environ.get("JUPYTERHUB_API_URL", "")
        token = os.environ.get("JUPYTERHUB_API_TOKEN", "")
        if not url.startswith(("http://", "https://")) or not token:
            raise errors.IdentityError(
                "The identity source jupyterhub needs a process that JupyterHub started:"
                " JUPYTERHUB_API_URL and JUPYTERHUB_API_TOKEN are not set."
            )
        request = urllib.request.Request(  # noqa: S310 - its scheme was checked
            f"{url}/user", headers={"Authorization": f"token {token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:  # noqa: S310
                model = json.load(answer)
        except (OSError, ValueError) as error:
            why = f"HTTP {error.code}" if isinstance(error, urllib.error.HTTPError) else error
            raise errors.IdentityError(
                f"The hub at {url} did not say whose server this is ({why})."
            ) from None
        if model.get("kind") != "user" or not isinstance(model.get("name"), str):
            raise errors.IdentityError("The hub says that this server belongs to no user.")
        return model["name"]

    def check(self, database: Database, ip: str) -> None:
        """Have what the hub gives to its services."""
        missing = [
            name
            for name in (
                "JUPYTERHUB_API_TOKEN",
                "JUPYTERHUB_CLIENT_ID",
                "JUPYTERHUB_SERVICE_PREFIX",
            )
            if not os.environ.get(name)
        ]
        if missing:
            raise errors.ConfigurationError(
                "With the identity source jupyterhub the dashboard has to be a service that"
                f" JupyterHub starts (c.JupyterHub.services): {', '.join(missing)} not set."
            )
        try:
            from jupyterhub.singleuser.extension import JupyterHubIdentityProvider
        except ImportError:
            raise errors.ConfigurationError(
                "The identity source jupyterhub needs the package jupyterhub:"
                " `pip install tokenwidgets[jupyterhub]`."
            ) from None
        self._hub = JupyterHubIdentityProvider(parent=self)
        self.base_url = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
        public = urlsplit(os.environ.get("JUPYTERHUB_PUBLIC_URL", "")).hostname
        self.host_names = (public,) if public else ()

    async def visitor(self, handler: RequestHandler) -> str:
        """The user who signed in with the hub, and whom the hub lets use this service."""
        user = await self._hub.get_user(handler) if self._hub else None
        if user is None:
            raise errors.IdentityError("The hub does not know who sent this request.")
        return user.username

    def login_url(self, handler: RequestHandler) -> str | None:
        """The hub's page for signing in; the visitor comes back from there."""
        # The hub's provider has put its own address, with the state of the OAuth, behind this.
        return handler.get_login_url()

    def handlers(self, base_url: str) -> list[tuple[str, type[RequestHandler], dict[str, Any]]]:
        """Where the hub sends a visitor back to."""
        return [
            (base_url.rstrip("/") + path, kind, *rest)
            for path, kind, *rest in self._hub.get_handlers()
            if path == "/oauth_callback"
        ]
