"""Whose single-user server a process is: what the hub says, and nothing else."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator

import pytest

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.identity import source_named

TOKEN = "the-token-of-jdoes-server"


class _Hub(http.server.BaseHTTPRequestHandler):
    """As much of the hub's API as tells whose token it is."""

    models = {
        f"token {TOKEN}": {"kind": "user", "name": "jdoe"},
        "token of-a-service": {"kind": "service", "name": "culler"},
    }

    def do_GET(self):
        model = self.models.get(self.headers.get("Authorization", ""))
        known = self.path == "/hub/api/user" and model is not None
        self.send_response(200 if known else 403)
        self.end_headers()
        self.wfile.write(json.dumps(model if known else {"message": "Forbidden"}).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A hub, in whose single-user server for jdoe this process seems to be."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/hub/api"
    monkeypatch.setenv("JUPYTERHUB_API_URL", url)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", TOKEN)
    yield url
    server.shutdown()
    server.server_close()


def test_the_actor_is_whom_the_hub_gave_the_token_to(hub: str, sqlite_database: Database):
    assert source_named("jupyterhub").actor(sqlite_database) == "jdoe"


def test_an_environment_variable_with_a_name_is_not_believed(
    hub: str, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JUPYTERHUB_USER", "admin")
    assert source_named("jupyterhub").actor(sqlite_database) == "jdoe"


@pytest.mark.parametrize("token", ["wrong", "of-a-service"])
def test_a_token_of_no_user_is_nobody(
    token: str, hub: str, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", token)
    with pytest.raises(errors.IdentityError, match="hub"):
        source_named("jupyterhub").actor(sqlite_database)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/hub/api", "file:///etc", ""])
def test_without_a_hub_there_is_nobody(
    url: str, hub: str, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JUPYTERHUB_API_URL", url)
    with pytest.raises(errors.IdentityError) as refused:
        source_named("jupyterhub").actor(sqlite_database)
    assert TOKEN not in str(refused.value)


def test_a_dashboard_that_is_no_service_of_a_hub_is_not_served(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    with pytest.raises(errors.ConfigurationError, match="JUPYTERHUB_SERVICE_PREFIX"):
        source_named("jupyterhub").check(sqlite_database, "127.0.0.1")
