"""A dashboard that runs as a newcomer would start it, and a browser to look at it with."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tokenwidgets.database import Database
from tokenwidgets.demo import ADMIN
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.vocabulary import Control

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# On a busy machine a page may take its time; a test that passes does not wait for it.
expect.set_options(timeout=20_000)

READY_WITHIN = 120
"""How long a server may take to say that it is ready, in seconds; a cold start is slow."""


@dataclass
class Dashboard:
    """A running dashboard: its address, its database, and all that its server has written."""

    url: str
    database_url: str
    folder: Path
    process: subprocess.Popen[str]
    log: list[str] = field(default_factory=list)

    def platform(self, actor: str = ADMIN) -> Platform:
        """The same platform from Python, as an actor."""
        return open_platform(Database(self.database_url), actor)

    def forget_searches(self, actor: str = ADMIN) -> None:
        """Let the actor's next visit begin without the last search of any screen."""
        preferences = self.platform(actor).preferences
        for screen in Control:
            if preferences.get(f"last search: {screen.value}"):
                preferences.set(f"last search: {screen.value}", {})

    def stop(self) -> None:
        """End it as Ctrl-C would, or by force if that takes too long."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, or else Playwright's own, without a window; one at a time."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@contextlib.contextmanager
def started(folder: Path, *arguments: str, **environment: str) -> Iterator[Dashboard]:
    """Run ``python <arguments>`` with a database and all of Jupyter's folders in one folder."""
    url = f"sqlite:///{folder / 'platform.db'}"
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "TOKENWIDGETS_DATABASE_URL": url,
            "TOKENWIDGETS_DEMO_DATABASE_URL": url,
            **environment,
        },
    )
    dashboard = Dashboard("", url, folder, process)
    try:
        _keep_reading(process, dashboard.log)
        yield dashboard
    finally:
        dashboard.stop()


@contextlib.contextmanager
def running(folder: Path, *arguments: str, **environment: str) -> Iterator[Dashboard]:
    """Run ``tokenwidgets <arguments>`` likewise, until it has said its address."""
    with started(folder, "-m", "tokenwidgets", *arguments, **environment) as dashboard:
        dashboard.url = _first_url(dashboard)
        yield dashboard


def _keep_reading(process: subprocess.Popen[str], log: list[str]) -> None:
    """Read what the server says, so that its pipe never fills."""

    def read() -> None:
        assert process.stderr is not None
        log.extend(process.stderr)

    threading.Thread(target=read, daemon=True).start()


def _first_url(dashboard: Dashboard) -> str:
    timer = threading.Timer(READY_WITHIN, dashboard.process.kill)
    timer.start()
    assert dashboard.process.stdout is not None
    line = dashboard.process.stdout.readline()
    timer.cancel()
    found = re.fullmatch(r"(https?://\S+)\s*", line)
    assert found, f"no address on standard output but {line!r}; it said:\n{''.join(dashboard.log)}"
    return found[1]
