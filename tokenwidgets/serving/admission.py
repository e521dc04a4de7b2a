"""Who gets in: the name of the host, the access token, the identity, and whose kernel it is."""

from __future__ import annotations

import hmac
from typing import Any

from jupyter_server.auth.authorizer import Authorizer
from jupyter_server.auth.identity import IdentityProvider, User
from tornado import web

from tokenwidgets import errors
from tokenwidgets.identity import IdentitySource
from tokenwidgets.language import Phrase

__all__ = ["AccessToken", "KernelOwners", "Refused", "VisitorIdentity"]


class Refused(web.HTTPError):
    """A request that is refused, in words for the person who made it."""

    def __init__(
        self, status: int, title: str, words: str, *, retry_after: int | None = None
    ) -> None:
        super().__init__(status)
        self.title = title
        self.words = words
        self.retry_after = retry_after


class AccessToken:
    """The secret in the URL that the server prints; a signed cookie stands for it from then on.

    It shows that a visitor may see what is printed on the operator's terminal. It does not say
    who they are.
    """

    def __init__(self, token: str, port: int, *, https: bool, path: str) -> None:
        self._token = token
        # Cookies do not tell ports apart, so the name does.
        self._cookie = f"tokenwidgets-{port}"
        self._options: dict[str, Any] = {
            "httponly": True,
            "samesite": "Lax",
            "secure": https,
            "path": path,
        }

    def is_shown(self, handler: web.RequestHandler) -> bool:
        """Whether the request has the cookie."""
        return handler.get_signed_cookie(self._cookie) == b"shown"

    def is_in_url(self, handler: web.RequestHandler) -> bool:
        """Whether the URL has the token."""
        given = handler.get_query_argument("token", "")
        return hmac.compare_digest(given.encode(), self._token.encode())

    def remember(self, handler: web.RequestHandler) -> None:
        """Set the cookie, until the browser is closed."""
        handler.set_signed_cookie(self._cookie, "shown", expires_days=None, **self._options)


class VisitorIdentity(IdentityProvider):
    """What jupyter_server asks for each request: who sent it. It is our source that answers."""

    # No passwords, tokens or log-in pages of jupyter_server's own.
    token = ""
    auth_enabled = True
    login_available = False
    logout_available = False

    def __init__(
        self, *, source: IdentitySource | None, access: AccessToken | None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.access = access

    async def get_user(self, handler: web.RequestHandler) -> User:
        """The visitor.

        Raises:
            Refused: nobody can be said to have sent the request.

        """
        known = getattr(handler, "_jupyter_current_user", None)
        if known is not None:
            return known
        if self.source is None:
            raise Refused(
                403,
                Phrase("Nobody is let in"),
                Phrase(
                    "No identity source is configured, so the dashboard cannot tell who is"
                    " visiting. The operator has to choose one: TokenWidgets.identity_source ="
                    " proxy, jupyterhub or local, in tokenwidgets_config.py or with --identity."
                ),
            )
        if self.access is not None and not self.access.is_shown(handler):
            raise Refused(
                403,
                Phrase("The address is not complete"),
                Phrase(
                    "Open the whole address that `tokenwidgets` printed when it started, with"
                    " ?token= and what follows it."
                ),
            )
        try:
            return User(await self.source.visitor(handler))
        except errors.IdentityError as error:
            self.log.warning("refused %s: %s", handler.request.remote_ip, error)
            raise Refused(
                403,
                Phrase("You are not signed in"),
                Phrase(
                    "The dashboard could not establish who you are. Come in through the address"
                    " that your administrator gave you. What was wrong is in the server's log."
                ),
            ) from None

    def is_token_authenticated(self, handler: web.RequestHandler) -> bool:
        """Never: each request is checked for its origin, and each change for its XSRF token."""
        return False

    def get_handlers(self) -> list[tuple[str, object]]:
        """None of jupyter_server's own."""
        return []


class KernelOwners(Authorizer):
    """A kernel is for its visitor alone; nothing else is for anybody."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        """Whether it is the user's own kernel."""
        kernel_id = handler.path_kwargs.get("kernel_id", "")
        return resource == "kernels" and handler.kernel_manager.is_owner(kernel_id, user.username)
