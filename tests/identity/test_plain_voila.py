"""The dashboard under Voilà itself, without ``tokenwidgets serve``: nobody is let in."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from door import outputs
from served import free_port

from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database
from tokenwidgets.serving.run import dashboard_notebook

Start = Callable[..., str]


@pytest.fixture
def voila(tmp_path: Path) -> Iterator[Start]:
    """Start Voilà with our notebook, and give the address."""
    started: list[subprocess.Popen[bytes]] = []
    url = f"sqlite:///{tmp_path / 'platform.db'}"
    initialise(Database(url), "admin")

    def start(*options: str, **environment: str) -> str:
        port = free_port()
        settings = {"TOKENWIDGETS_DATABASE_URL": url, "TOKENWIDGETS_LOCAL_USER": "admin"}
        with (tmp_path / "voila.log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "voila", str(dashboard_notebook()), "--no-browser"),
                    *(f"--port={port}", *options),
                ],
                cwd=tmp_path,
                stderr=log,
                env={**os.environ, **settings, **environment},
            )
        started.append(process)
        return f"http://127.0.0.1:{port}/"

    yield start
    for process in started:
        process.terminate()
        process.wait(20)


def page(url: str, **headers: str) -> str:
    """What the notebook has put into the page, once Voilà answers."""
    for _ in range(600):
        try:
            answer = httpx.get(url, headers=headers, timeout=60)
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return outputs(answer.text)
    raise AssertionError("Voilà did not start")


def test_nobody_is_let_in_and_the_page_says_what_to_configure(voila: Start):
    seen = page(
        # Not even when the server's own environment has somebody's name in it.
        voila(
            "--VoilaConfiguration.http_header_envs=X-Forwarded-User",
            TOKENWIDGETS_VISITOR=f"{uuid.uuid4()} admin",
        ),
        **{"X-Forwarded-User": "admin", "Remote-User": "admin"},
    )
    assert "Nobody is let in: Voilà by itself does not say who is visiting" in seen
    assert "tokenwidgets serve" in seen
    assert "Add user" not in seen


def test_a_preheated_kernel_is_refused_with_the_reason(voila: Start):
    url = voila("--preheat_kernel=True", "--pool_size=1")
    for _ in range(60):
        seen = page(url, **{"X-Forwarded-User": "admin"})
        if "this kernel was preheated" in seen:
            break
        # Voilà fills its pool in the background, and starts a kernel of the usual kind till then.
        time.sleep(0.5)
    assert "this kernel was preheated, so it started before anybody visited" in seen
    assert "Add user" not in seen
