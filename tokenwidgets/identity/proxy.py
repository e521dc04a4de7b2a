"""Proxy: the user whom an authenticating proxy in front of the dashboard has established.

The proxy names the user in a header, which any browser could send too. So the request has to
prove that it came from the proxy, in the way that ``ProxyIdentity.proof`` states. By default the
header holds a secret beside the user, so that a header from a browser counts for nothing even
where the proxy forgets to replace it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import traitlets

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.identity.source import IdentitySource
from tokenwidgets.settings import Text

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest
    from tornado.web import RequestHandler

__all__ = ["SECRET_VARIABLE", "ProxyIdentity"]

SECRET_VARIABLE = "TOKENWIDGETS_PROXY_SECRET"  # noqa: S105 - the name of a variable
_SHORTEST_SECRET = 20


class ProxyIdentity(IdentitySource):
    """The user named by a proxy's header, when the request proves that the proxy sent it."""

    user_header = Text(
        "X-Forwarded-User", help="The header in which the proxy names the user."
    ).tag(config=True)
    proof = traitlets.Enum(
        ["secret", "basic", "socket", "loopback"],
        "secret",
        help="""How a request proves that it came from the proxy.
        secret: the user's header is the shared secret, a space, and the user.
        basic: the header Authorization is HTTP Basic, with the user and the shared secret as
        password (oauth2-proxy: --pass-basic-auth and --basic-auth-password).
        socket: it came by the unix socket that the server listens on. The proxy must replace the
        user's header in every request; who else may write to the socket is as strong as it.
        loopback: it came from this machine, where nobody but the operator may have an account.
        The proxy must replace the user's header in every request.""",
    ).tag(config=True)
    shared_secret_file = traitlets.Unicode(
        "",
        help="""The file with the secret that the proxy and the dashboard share, at least 20
        characters. Else it is taken from the environment: TOKENWIDGETS_PROXY_SECRET.""",
    ).tag(config=True)
    user_pattern = Text(
        r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}",
        help="""A regular expression that the whole name of the user must match. With a group in
        it, the group is the User ID: ([a-z]+)@example[.]org takes jdoe from jdoe@example.org.""",
    ).tag(config=True)

    _secret = ""

    def check(self, database: Database, ip: str) -> None:
        """Have a secret where one is needed, and a socket where one is."""
        try:
            re.compile(self.user_pattern)
        except re.error as error:
            raise errors.ConfigurationError(
                f"ProxyIdentity.user_pattern is no regular expression: {error}."
            ) from None
        if self.proof == "socket" and not ip.startswith("unix:"):
            raise errors.ConfigurationError(
                "ProxyIdentity.proof is socket, so the server has to listen on a unix socket:"
                " --ip unix:/run/tokenwidgets/dashboard.sock"
            )
        if self.proof in ("secret", "basic"):
            self._secret = self._shared_secret()

    async def visitor(self, handler: RequestHandler) -> str:
        """The user of a request that proves that the proxy sent it."""
        request = handler.request
        claimed = {
            "secret": self._user_beside_secret,
            "basic": self._user_of_basic,
            "socket": self._user_by_socket,
            "loopback": self._user_by_loopback,
        }[self.proof](request)
        match = re.fullmatch(self.user_pattern, claimed, re.ASCII)
        if match is None:
            raise errors.IdentityError("The proxy's name for the user is not one that is accepted.")
        return match[1] if match.re.groups else match[0]

    def _user_beside_secret(self, request: HTTPServerRequest) -> str:
        secret, space, user = self._only(request, self.user_header).partition(" ")
        self._require_secret(secret)
        return user if space else ""

    def _user_of_basic(self, request: HTTPServerRequest) -> str:
        scheme, _, encoded = self._only(request, "Authorization").partition(" ")
        try:
            decoded = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            decoded = ""
        user, _, secret = decoded.partition(":")
        self._require_secret(secret if scheme.lower() == "basic" else "")
        return user

    def _user_by_socket(self, request: HTTPServerRequest) -> str:
        context = getattr(request.connection, "context", None)
        if getattr(context, "address_family", None) != getattr(socket, "AF_UNIX", -1):
            raise errors.IdentityError("The request did not come by the proxy's unix socket.")
        return self._only(request, self.user_header)

    def _user_by_loopback(self, request: HTTPServerRequest) -> str:
        # The peer's address, and not what a header says it is: xheaders stay off.
        if request.remote_ip not in ("127.0.0.1", "::1"):
            raise errors.IdentityError("The request did not come from this machine.")
        return self._only(request, self.user_header)

    def _only(self, request: HTTPServerRequest, header: str) -> str:
        values = request.headers.get_list(header)
        if len(values) != 1:
            found = "has none" if not values else f"has {len(values)} of them"
            raise errors.IdentityError(
                f"The proxy has to send the header {header} exactly once; this request {found}."
            )
        return values[0]

    def _require_secret(self, given: str) -> None:
        if not self._secret or not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise errors.IdentityError("The request does not prove that it came from the proxy.")

    def _shared_secret(self) -> str:
        secret = os.environ.get(SECRET_VARIABLE, "")
        if self.shared_secret_file:
            try:
                secret = Path(self.shared_secret_file).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise errors.ConfigurationError(
                    f"ProxyIdentity.shared_secret_file cannot be read: {error}."
                ) from None
        if len(secret) < _SHORTEST_SECRET or not secret.isascii() or " " in secret:
            raise errors.ConfigurationError(
                "The identity source proxy needs a secret that only the proxy knows, of at least"
                f" {_SHORTEST_SECRET} ASCII characters without spaces: set"
                f" ProxyIdentity.shared_secret_file or {SECRET_VARIABLE}."
            )
        return secret
