"""Run the dashboard's server until it is stopped."""

from __future__ import annotations

import contextlib
import html
import logging
import os
import secrets
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from traitlets.config import Config

from tokenwidgets import errors
from tokenwidgets.configuration import TokenWidgets
from tokenwidgets.database import Database, sqlite_path
from tokenwidgets.identity import IdentitySource, source_named
from tokenwidgets.identity.source import is_loopback
from tokenwidgets.serving.server import DashboardServer, bind
from tokenwidgets.serving.settings import DashboardSettings, hardened
from tokenwidgets.upgrade import check_schema

__all__ = ["dashboard_notebook", "serve"]

log = logging.getLogger("tokenwidgets.serving")

_SOCKET_NAME = "/voila_12345678/kernel-12345678-1234-1234-1234-123456789012-ipc-1"
_LONGEST_SOCKET_PATH = 100


def serve(
    *,
    database_url: str,
    ip: str = "127.0.0.1",
    port: int = 8866,
    open_browser: bool = True,
    identity: str,
    access_token: str | None,
    config: Config,
    notebook: Path | None = None,
) -> None:
    """Serve the dashboard until Ctrl-C or SIGTERM.

    When it is ready to answer, its URL is printed, alone on a line of standard output.

    Args:
        database_url: an SQLAlchemy URL; its database must have this version's schema.
        ip: the address to listen on, or ``unix:`` and the path of a socket.
        port: the port; 0 for any free one.
        open_browser: open the URL in the operator's browser.
        identity: the identity source; empty: nobody is let in, and the page says why.
        access_token: what a visitor's first URL has to have; None: one is made up for the
            sources that take every visitor for the same user, and others need none.
        config: the configuration, of which the server's is made.
        notebook: the notebook to serve; by default the dashboard that comes with the package.

    Raises:
        ConfigurationError: it cannot be served safely like this, or the port is in use.
        IdentityError: the identity source is not for this database.
        DatabaseError: the database is not there, not ours, or of another version.

    """
    settings = DashboardSettings(config=config)
    source = _source(identity, config, ip)
    database_url = _absolute(database_url)
    with contextlib.ExitStack() as stack:
        database = Database(database_url)
        stack.callback(database.close)
        check_schema(database)
        if source is not None:
            source.check(database, ip)
            settings.base_url = source.base_url or settings.base_url
        server_config = hardened(config, settings)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tokenwidgets-")))
        kernel_folder = folder / "kernel"
        kernel_folder.mkdir()
        if _sockets_fit(folder):
            # Nobody else on this machine can listen in, as they could try with ports.
            server_config.KernelManager.transport = "ipc"
        sockets, port = bind(ip, port)
        server = DashboardServer(config=server_config)
        server.dashboard = settings
        server.database = database
        server.source = source
        server.language = TokenWidgets(config=config).language
        server.access_token = _access_token(source, access_token)
        server.sockets, server.port, server.ip = sockets, port, ip
        server.host_names = [*_host_names(ip, settings), *(source.host_names if source else ())]
        server.connection_dir_root = str(folder)
        server.notebook_path = str(notebook or dashboard_notebook())
        server.kernel_folder = kernel_folder
        server.kernel_settings = _kernel_settings(database_url, config)
        server.ready = _announcer(server, open_browser, folder)
        if "log_level" not in config.Application and "log_level" not in config.Voila:
            server.log_level = logging.WARNING
        server.initialize([])
        server.start()


def _source(identity: str, config: Config, ip: str) -> IdentitySource | None:
    if identity:
        return source_named(identity, config)
    if not is_loopback(ip):
        raise errors.ConfigurationError(
            f"Without an identity source the dashboard does not listen on {ip or 'all addresses'}:"
            " choose one (TokenWidgets.identity_source: proxy or jupyterhub), or use 127.0.0.1."
        )
    return None


def _sockets_fit(folder: Path) -> bool:
    """Whether kernels can have unix sockets below the folder: their paths have to be short."""
    return os.name == "posix" and len(str(folder)) + len(_SOCKET_NAME) <= _LONGEST_SOCKET_PATH


def dashboard_notebook() -> Path:
    """The notebook of the dashboard: in the installed package, or in the checkout."""
    packaged = Path(str(files("tokenwidgets.serving"))) / "dashboard.ipynb"
    if packaged.is_file():
        return packaged
    return Path(__file__).parents[2] / "notebooks" / "dashboard.ipynb"


def _absolute(database_url: str) -> str:
    """The URL for a process in another folder: the kernels have one of their own."""
    url = Database(database_url).url
    path = sqlite_path(url)
    if path is not None:
        url = url.set(database=str(path.absolute()))
    return url.render_as_string(hide_password=False)


def _access_token(source: IdentitySource | None, given: str | None) -> str:
    if source is None or not source.needs_access_token:
        return given or ""
    return given or secrets.token_urlsafe(32)


def _host_names(ip: str, settings: DashboardSettings) -> list[str]:
    names = ["127.0.0.1", "localhost", "[::1]", *settings.allowed_hosts]
    if not ip.startswith("unix:") and ip not in ("", "0.0.0.0", "::"):  # noqa: S104 - not bound
        names.append(f"[{ip}]" if ":" in ip else ip)
    return names


def _kernel_settings(database_url: str, config: Config) -> dict[str, str]:
    return {
        "TOKENWIDGETS_DATABASE_URL": database_url,
        "TOKENWIDGETS_TOKEN_PREFIX": TokenWidgets(config=config).token_prefix,
    }


def _announcer(server: DashboardServer, open_browser: bool, folder: Path) -> Callable[[], None]:
    def announce() -> None:
        url = _url(server)
        sys.stdout.write(url + "\n")
        sys.stdout.flush()
        if open_browser:
            _open(url, folder)

    return announce


def _url(server: DashboardServer) -> str:
    base = server.dashboard.base_url
    if server.ip.startswith("unix:"):
        return f"{server.ip} {base}"
    host = "127.0.0.1" if server.ip in ("", "0.0.0.0", "::") else server.ip  # noqa: S104 - not bound
    host = f"[{host}]" if ":" in host else host
    query = f"?token={server.access_token}" if server.access_token else ""
    return f"http://{host}:{server.port}{base}{query}"


def _open(url: str, folder: Path) -> None:
    """Open a browser, by a file: in a command line others could read the token."""
    page = folder / "open.html"
    page.touch(mode=0o600)
    address = html.escape(url)
    page.write_text(
        f'<meta http-equiv="refresh" content="0;url={address}"><a href="{address}">Open'
    )
    threading.Thread(target=webbrowser.open, args=(page.as_uri(),), daemon=True).start()
