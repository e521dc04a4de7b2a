"""The requests that a dashboard answers: its page, and what the page needs of its kernel."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

from jupyter_server.services.kernels.handlers import KernelHandler
from tornado import web
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import MultiStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.language import Phrase, chosen, translated
from tokenwidgets.preferences import LANGUAGE, PreferenceService
from tokenwidgets.serving.admission import Refused, VisitorIdentity
from tokenwidgets.serving.connection import PLAIN_ID, may_leave
from tokenwidgets.serving.settings import THEMES

__all__ = [
    "DashboardPage",
    "KernelInformation",
    "KernelShutdown",
    "KernelSocket",
    "NotFound",
    "OtherHost",
    "StaticFiles",
    "mark_notebook",
]

NONCE = "tokenwidgets_nonce"


class DashboardPage(TornadoVoilaHandler):
    """The one page. It starts a kernel for a visitor who is an active user of the platform."""

    @property
    def nonce(self) -> str:
        """What this page's own scripts carry, and no script that somebody smuggled in."""
        if not hasattr(self, "_nonce"):
            self._nonce = secrets.token_urlsafe(16)
        return self._nonce

    @property
    def content_security_policy(self) -> str:
        """Scripts from here and with the nonce; ``blob:`` is where anywidget keeps modules."""
        return (
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            f" script-src 'self' 'nonce-{self.nonce}' blob:; style-src 'self' 'unsafe-inline';"
            " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'"
        )

    own_language: object = None
    """What the visitor has chosen, once it is known who that is."""

    @property
    def language(self) -> str:
        """The visitor's own language, else the configured one, else the browser's."""
        configured = self.settings["tokenwidgets_language"]
        return chosen(self.own_language, configured, self.get_browser_locale().code)

    async def prepare(self) -> None:
        """Let in only a visitor who may see the page."""
        self._keep_known_arguments()
        provider: VisitorIdentity = self.identity_provider
        access = provider.access
        if access is not None and "token" in self.request.arguments:
            if access.is_in_url(self):
                access.remember(self)
                # The address without the token, so that it stays in no history and no kernel.
                self.redirect(_without_token(self))
                return
            self.request.arguments.pop("token")
        try:
            await super().prepare()
        except Refused:
            url = provider.source.login_url(self) if provider.source else None
            if url is None:
                raise
            self.redirect(url)
            return
        await self._require_active_user()
        # Sets the cookie without which the page could not shut its kernel down when it closes.
        _ = self.xsrf_token

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A page in plain words; what went wrong inside is in the log alone."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        if isinstance(error, Refused):
            title, words, retry_after = error.title, error.words, error.retry_after
            if retry_after is not None:
                self.set_header("Retry-After", str(retry_after))
        elif status_code < 500:
            title, words = Phrase("There is nothing here"), Phrase("Check the address.")
        else:
            title = Phrase("Something went wrong")
            words = Phrase(
                "It was written to the server's log. Load the page again, or tell the operator."
            )
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        template = self.settings["voila_jinja2_env"].get_template("refusal.html")
        texts = {
            "title": title,
            "words": words,
            "again": Phrase("Load the dashboard again"),
        }
        self.finish(
            template.render(
                {name: translated(self.language, text) for name, text in texts.items()},
                language=self.language,
                base_url=self.base_url,
            )
        )

    def _keep_known_arguments(self) -> None:
        """Of what the browser may say about the looks, only the names of the two themes."""
        arguments = self.request.arguments
        arguments.pop("template", None)
        themes = [value.decode("latin-1") for value in arguments.pop("theme", [])]
        if themes and themes[-1] in THEMES:
            arguments["theme"] = [themes[-1].encode("ascii")]

    async def _require_active_user(self) -> None:
        database: Database = self.settings["tokenwidgets_database"]
        user_id = self.current_user.username
        loop = asyncio.get_running_loop()
        try:
            self.own_language = await loop.run_in_executor(None, _own_language, database, user_id)
        except errors.IdentityError as error:
            self.log.warning("refused %s: %s", user_id, error)
            raise Refused(403, Phrase("You have no access"), error.args[0]) from None
        except errors.DatabaseError as error:
            self.log.error("%s: %s", type(error).__name__, error)
            raise Refused(
                503,
                Phrase("The database does not answer"),
                Phrase(
                    "Nothing was changed. Load the page again in a while, or tell the operator."
                ),
                retry_after=10,
            ) from None


class _PlainErrors:
    """Errors as a status and its name, without what was raised."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.set_header("Content-Type", "application/json")  # type: ignore[attr-defined]
        self.finish(json.dumps({"message": self._reason}))  # type: ignore[attr-defined]


class KernelInformation(_PlainErrors, KernelHandler):
    """What the front end asks about its kernel before it connects; for its owner alone."""


class KernelShutdown(_PlainErrors, VoilaShutdownKernelHandler):
    """Shuts a kernel down when its page is closed; for its owner alone."""

    async def post(self, kernel_id: str) -> None:
        """Shut it down. Voilà itself does not ask whose it is."""
        if not self.kernel_manager.is_owner(kernel_id, self.current_user.username):
            raise web.HTTPError(403)
        await super().post(kernel_id)


class KernelSocket(_PlainErrors, VoilaKernelWebsocketHandler):
    """The connection of a page to its kernel; the authorizer asks whose it is."""

    async def prepare(self) -> None:
        """Refuse a session's id that would not do in a log."""
        if not PLAIN_ID.fullmatch(self.get_query_argument("session_id", "")):
            raise web.HTTPError(400)
        await super().prepare()

    def write_message(self, message: bytes | dict[str, Any], binary: bool = False) -> Any:
        """Send on what the page needs; what was printed, logged or raised stays here."""
        return super().write_message(message, binary) if may_leave(message) else None


class StaticFiles(MultiStaticFileHandler):
    """Voilà's and our scripts and styles, which are everybody's."""

    def set_default_headers(self) -> None:
        """The headers that every answer has."""
        for name, value in self.settings["headers"].items():
            self.set_header(name, value)


class NotFound(web.RequestHandler):
    """Answers for all that is not there."""

    def set_default_headers(self) -> None:
        """The headers that every answer has, and a policy that allows nothing."""
        for name, value in self.settings.get("headers", {}).items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("X-Content-Type-Options", "nosniff")

    async def prepare(self) -> None:
        """Say so, to whatever method."""
        self.set_status(404)
        await self.finish("There is nothing here.\n")


class OtherHost(NotFound):
    """Answers whoever calls the dashboard by a name that is not its own."""

    async def prepare(self) -> None:
        """Say what to do about it, to the operator."""
        self.set_status(421, "Misdirected Request")
        await self.finish(
            f"This dashboard does not answer to the name {self.request.host_name!r}."
            " If it should, put the name into DashboardSettings.allowed_hosts.\n"
        )


def mark_notebook(handler: DashboardPage, notebook: Any, cwd: str) -> None:
    """Tell the page's template what is the request's own (Voilà's ``prelaunch_hook``)."""
    notebook.metadata[NONCE] = handler.nonce
    notebook.metadata["tokenwidgets_language"] = handler.language
    loading = translated(handler.language, "Loading the dashboard")
    notebook.metadata["tokenwidgets_loading"] = loading
    notebook.metadata["tokenwidgets_heading"] = translated(handler.language, "Security")


def _own_language(database: Database, user_id: str) -> object:
    """The language that an active user has chosen, if any; ``IdentityError`` for all others."""
    return PreferenceService(database, user_id).get(LANGUAGE)


def _without_token(handler: web.RequestHandler) -> str:
    parts = [part for part in handler.request.query.split("&") if not part.startswith("token=")]
    query = "&".join(filter(None, parts))
    return handler.request.path + (f"?{query}" if query else "")
