"""``tokenwidgets demo``: a dashboard on a platform to play with."""

from __future__ import annotations

import socket
from pathlib import Path

import traitlets
from jupyter_core.paths import jupyter_data_dir

from tokenwidgets.cli.command import Command
from tokenwidgets.settings import Text

__all__ = ["Demo"]

_PORT = 8866


class Demo(Command):
    """Serve a dashboard on a demo platform."""

    name = "tokenwidgets demo"
    description = """Serve a dashboard on a demo platform: about 60 users, 12 APIs, and tokens in
    every status. You act as its administrator. The platform is kept until --reset, in a database
    of its own. The URL, with a random access token, is on a line of standard output when the
    dashboard is ready. End it with Ctrl-C."""
    examples = """
    tokenwidgets demo
    tokenwidgets demo --port 8899 --no-browser
    tokenwidgets demo --reset                      # as on the first day
    """
    serves_the_dashboard = True
    database_url = Text(
        help="""The SQLAlchemy URL of the demo's own database. By default the file demo.db in the
        folder tokenwidgets of Jupyter's data directory.
        Environment: TOKENWIDGETS_DEMO_DATABASE_URL.""",
    ).tag(config=True)
    port = traitlets.Int(
        None,
        allow_none=True,
        min=0,
        max=65535,
        help=f"The port; 0 for any free one. By default {_PORT} or, if that is taken, any.",
    ).tag(config=True)
    open_browser = traitlets.Bool(True, help="Open the URL in your browser.").tag(config=True)
    reset = traitlets.Bool(False, help="Build the demo platform anew.").tag(config=True)
    aliases = {
        "config": "JupyterApp.config_file",
        "database-url": "Demo.database_url",
        "port": "Demo.port",
    }
    flags = {
        **Command.flags,
        "no-browser": ({"Demo": {"open_browser": False}}, "Open no browser."),
        "reset": ({"Demo": {"reset": True}}, "Build the demo platform anew."),
    }

    @traitlets.default("database_url")
    def _default_database_url(self) -> str:
        return f"sqlite:///{Path(jupyter_data_dir(), 'tokenwidgets', 'demo.db').as_posix()}"

    def run(self) -> int:
        """Build the platform if it is not there, and serve it until stopped."""
        from tokenwidgets.cli.output import progress_bar
        from tokenwidgets.demo.keeping import prepare
        from tokenwidgets.serving import serve

        with progress_bar("Building the demo platform") as progress:
            prepare(self.database_url, reset=self.reset, progress=progress)
        serve(
            database_url=self.database_url,
            port=_free_port() if self.port is None else self.port,
            open_browser=self.open_browser,
            identity="demo",
            access_token=None,
            config=self.config,
        )
        return 0


def _free_port() -> int:
    """The usual port, or 0 (any) while somebody else has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", _PORT))
        except OSError:
            return 0
    return _PORT
