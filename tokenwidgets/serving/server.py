"""The dashboard's server: Voilà, standing alone, for one notebook, with the doors shut."""

from __future__ import annotations

import errno
import logging
import re
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import tornado.ioloop
from jupyter_server.base.handlers import FileFindHandler
from jupyter_server.log import log_request
from jupyterlab_server.themes_handler import ThemesHandler
from tornado import httpserver, locale, netutil, routing, web
from voila.app import Voila

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.identity import IdentitySource
from tokenwidgets.language import DOMAIN, ENGLISH, LOCALES
from tokenwidgets.serving import handlers
from tokenwidgets.serving.admission import AccessToken, KernelOwners, VisitorIdentity
from tokenwidgets.serving.connection import WidgetConnection
from tokenwidgets.serving.settings import DashboardSettings

__all__ = ["DashboardServer", "bind"]

TEMPLATES = Path(__file__).parent / "templates"
_KERNEL = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"
_LARGEST_BODY = 1_000_000
_NOISE = re.compile(r"is not trusted|websocket_ping_timeout")


class DashboardServer(Voila):
    """Voilà with our own handlers, our own answer to who is visiting, and nothing else served.

    Set these before ``start``: ``dashboard`` (settings), ``database``, ``source`` (None: nobody
    is let in), ``access_token`` (empty: none is needed), ``language`` (a code, or ``auto``),
    ``sockets``, ``host_names``, ``kernel_folder``, ``kernel_settings`` (environment of the
    kernels), ``ready`` (called when requests are answered).
    """

    dashboard: DashboardSettings
    database: Database
    source: IdentitySource | None
    access_token: str
    language: str
    sockets: Sequence[socket.socket]
    host_names: Sequence[str]
    kernel_folder: Path
    kernel_settings: dict[str, str]
    ready: Callable[[], None]

    def setup_template_dirs(self) -> None:
        """Put our template of the page before Voilà's."""
        super().setup_template_dirs()
        self.template_paths.insert(0, str(TEMPLATES))
        self.static_paths.insert(0, str(TEMPLATES / "static"))

    def init_settings(self) -> dict[str, Any]:
        """Voilà's settings, with our identity, authorizer and headers."""
        self.voila_configuration.prelaunch_hook = handlers.mark_notebook
        settings = super().init_settings()
        access = None
        if self.access_token:
            access = AccessToken(
                self.access_token,
                self.port,
                https=self.dashboard.https,
                path=self.dashboard.base_url,
            )
        # Between these a browser's header chooses.
        locale.set_default_locale(ENGLISH)
        locale.load_gettext_translations(str(LOCALES), DOMAIN)
        identity = VisitorIdentity(source=self.source, access=access, parent=self, log=self.log)
        settings.update(
            identity_provider=identity,
            authorizer=KernelOwners(parent=self, log=self.log, identity_provider=identity),
            kernel_websocket_connection_class=WidgetConnection,
            tokenwidgets_database=self.database,
            tokenwidgets_language=self.language,
            tokenwidgets_accept_state=self.dashboard.accept_state,
            log_function=log_request,
            default_handler_class=handlers.NotFound,
            serve_traceback=False,
            xsrf_cookies=True,
            xsrf_cookie_kwargs={
                "samesite": "Strict",
                "secure": self.dashboard.https,
                "path": self.dashboard.base_url,
            },
            headers={
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "same-origin",
                "Cross-Origin-Opener-Policy": "same-origin",
                "Cross-Origin-Resource-Policy": "same-origin",
                **(
                    {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
                    if self.dashboard.https
                    else {}
                ),
            },
        )
        return settings

    def initialize(self, argv: Any = None) -> None:
        """Voilà's, without what is said of our notebook's signature and of Jupyter's pings."""
        super().initialize(argv)
        self.log.addFilter(_is_news)
        # What handlers say of requests goes to Tornado's loggers, which belong to nobody else.
        for name in ("access", "application", "general"):
            logger = logging.getLogger(f"tornado.{name}")
            logger.parent = self.log
            logger.setLevel(self.log.level)
            logger.addFilter(_is_news)

    def init_handlers(self) -> list[Any]:
        """All that is served. Not Voilà's own list: a new version may have a longer one."""
        base = self.dashboard.base_url
        page = {
            "notebook_path": Path(self.notebook_path).name,
            "template_paths": self.template_paths,
            "config": self.config,
            "voila_configuration": self.voila_configuration,
        }
        themes = {
            "themes_url": f"{base}voila/api/themes",
            "path": self.themes_dir,
            "labextensions_path": self.labextensions_path,
            "no_cache_paths": ["/"],
        }
        static = {"paths": self.static_paths}
        extensions = {"path": self.labextensions_path, "no_cache_paths": ["/"]}
        return [
            (base, handlers.DashboardPage, page),
            (rf"{base}api/kernels/{_KERNEL}", handlers.KernelInformation),
            (rf"{base}api/kernels/{_KERNEL}/channels", handlers.KernelSocket),
            (rf"{base}voila/api/shutdown/(.*)", handlers.KernelShutdown),
            (rf"{base}voila/templates/lab/static/(.*)", handlers.StaticFiles, static),
            (rf"{base}voila/static/(.*)", handlers.StaticFiles, static),
            (rf"{base}voila/api/themes/(.*)", ThemesHandler, themes),
            (rf"{base}voila/labextensions/(.*)", FileFindHandler, extensions),
            *(self.source.handlers(base) if self.source else []),
        ]

    def listen(self) -> None:
        """Answer requests on the sockets until the loop is stopped."""
        names = "|".join(re.escape(name.lower()) for name in self.host_names)
        router = routing.RuleRouter(
            [
                routing.Rule(routing.HostMatches(rf"(?:{names})$"), self.app),
                routing.Rule(routing.AnyMatches(), web.Application([(r".*", handlers.OtherHost)])),
            ]
        )
        # Not xheaders: who the peer is must not be up to the peer.
        server = httpserver.HTTPServer(router, max_body_size=_LARGEST_BODY, xheaders=False)
        server.add_sockets(self.sockets)
        self.ioloop = tornado.ioloop.IOLoop.current()
        self.ioloop.add_callback(self.ready)
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            self.log.info("Stopping...")
        finally:
            server.stop()
            self.stop()


def _is_news(record: logging.LogRecord) -> bool:
    return not _NOISE.search(record.getMessage())


def bind(ip: str, port: int) -> tuple[list[socket.socket], int]:
    """Open the sockets to listen on.

    Args:
        ip: an address, or ``unix:`` and the path of a socket, which only our user and group
            may write to.
        port: the port; 0 for any free one.

    Returns:
        The sockets, and the port that they have.

    Raises:
        ConfigurationError: the port or socket is in use, or the address cannot be had.

    """
    is_path = ip.startswith("unix:")
    where = ip if is_path else f"{ip}:{port}"
    path = ip.removeprefix("unix:")
    try:
        if is_path and not _is_listened_to(path):
            return [netutil.bind_unix_socket(path, mode=0o660)], 0
        sockets = [] if is_path else netutil.bind_sockets(port, ip)
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) != errno.EADDRINUSE:
            why = getattr(error, "strerror", None) or error
            raise errors.ConfigurationError(f"Cannot listen on {where}: {why}.") from None
        sockets = []
    if not sockets:
        other = "socket with --ip" if is_path else "port with --port, or --port 0 for any free one"
        raise errors.ConfigurationError(
            f"Something else already listens on {where}: choose another {other}."
        )
    return sockets, sockets[0].getsockname()[1]


def _is_listened_to(path: str) -> bool:
    """Whether a socket is in use: the library would take it away from whose it is."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.setblocking(False)
        return asking.connect_ex(path) in (0, errno.EAGAIN)
