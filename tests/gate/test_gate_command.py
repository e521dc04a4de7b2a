"""``tokenwidgets gate`` as an operator runs it."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from served import gate

from tokenwidgets import errors
from tokenwidgets.gate.serving import run_gate
from tokenwidgets.gate.settings import Gate

ORDERS = {"X-Original-Method": "GET", "X-Original-URI": "/orders", "X-Original-Host": "any"}


def test_it_serves_what_the_command_line_says(live: Any) -> None:
    options = ("--map", "/orders=orders", "--map", "/billing=billing")
    with gate(live.url, *options) as url, httpx.Client(base_url=url) as client:
        answer = client.get("/auth", headers={**live.bearer("read"), **ORDERS})
        assert (answer.status_code, answer.headers["x-token-user"]) == (200, "jdoe")
        assert client.get("/health").json() == {"status": "ok"}
        assert "server" not in answer.headers


def test_it_serves_what_the_configuration_file_says(live: Any, tmp_path: Path) -> None:
    file = tmp_path / "tokenwidgets_config.py"
    file.write_text('c.Gate.apis = {"/orders": "orders"}\nc.Gate.proxy = "traefik"\n')
    told = {name.replace("Original", "Forwarded"): value for name, value in ORDERS.items()}
    with gate(live.url, "--config", str(file)) as url:
        answer = httpx.get(f"{url}/auth", headers={**live.bearer("read"), **told})
    assert answer.status_code == 200


def test_last_use_is_recorded_when_it_ends(live: Any) -> None:
    with gate(live.url) as url:
        headers = {**live.bearer("read"), **ORDERS}
        assert httpx.get(f"{url}/auth/orders", headers=headers).status_code == 200
    (row,) = [row for row in live.platform.tokens.page("jdoe").rows if row.name == "read"]
    assert row.last_used_at is not None
    assert row.last_used_api == "orders"


def test_no_secret_is_in_what_it_writes(live: Any) -> None:
    log: list[str] = []
    live.platform.tokens.revoke_all("jdoe")
    with gate(live.url, "--debug", log=log) as url:
        query = f"{ORDERS['X-Original-URI']}?access_token={live.full}"
        for headers in (
            {**live.bearer("read"), **ORDERS},
            {**live.bearer("read"), **ORDERS, "X-Original-URI": query},
            {**live.bearer("full")},
        ):
            httpx.get(f"{url}/auth/orders", headers=headers)
        httpx.get(f"{url}/health?access_token={live.full}")
        httpx.post(f"{url}/introspect", data={"token": live.full}, auth=("x", live.none))
    written = "".join(log)
    assert f"twk_…{live.read[-4:]}" in written
    for secret in (live.read, live.full, live.none):
        assert secret[4:-4] not in written


def test_without_a_database_it_refuses_everything_and_says_so(tmp_path: Path) -> None:
    log: list[str] = []
    with gate(f"sqlite:///{tmp_path / 'none.db'}", log=log) as url:
        headers = {"Authorization": f"Bearer twk_{'0' * 36}", **ORDERS}
        assert httpx.get(f"{url}/auth/orders", headers=headers).status_code in (401, 503)
        answer = httpx.get(f"{url}/health")
        assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})
    assert any("the database cannot be read" in line for line in log)
    assert not (tmp_path / "none.db").exists()


def test_metrics_tell_of_decisions_reads_and_hits(live: Any) -> None:
    with gate(live.url, "--max-stale-seconds", "60") as url, httpx.Client(base_url=url) as client:
        for headers in ([live.bearer("read")] * 3) + [live.bearer("none"), {}]:
            client.get("/auth/orders", headers={**headers, **ORDERS})
        lines = client.get("/metrics").text.splitlines()
    assert 'tokenwidgets_decisions_total{reason="allowed"} 3.0' in lines
    assert 'tokenwidgets_decisions_total{reason="no access"} 1.0' in lines
    assert 'tokenwidgets_decisions_total{reason="no credentials"} 1.0' in lines
    assert "tokenwidgets_decision_seconds_count 5.0" in lines
    assert "tokenwidgets_database_reads_total 2.0" in lines
    assert "tokenwidgets_replica_reads_total 0.0" in lines
    assert "tokenwidgets_cache_hits_total 2.0" in lines


@pytest.mark.parametrize(
    "options",
    [
        ["--proxy", "apache"],
        ["--map", "orders=orders"],
        ["--max-stale-seconds", "-1"],
        # The platform's own database is SQLite here.
        ["--verifier-database-url", "postgresql+psycopg://one.example.org/platform"],
    ],
)
def test_a_bad_setting_is_refused_before_anything_is_served(options: list[str]) -> None:
    command = [sys.executable, "-m", "tokenwidgets", "gate", "--port", "0", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("ip", ["127.0.0.1", "192.0.2.1", "no.such.host.invalid", "no..host"])
def test_where_it_cannot_listen_is_a_configuration_error(live: Any, ip: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        gate = Gate(ip=ip, port=taken.getsockname()[1])
        with pytest.raises(errors.ConfigurationError, match=f"cannot listen on {ip}, port"):
            run_gate(gate, live.url)
