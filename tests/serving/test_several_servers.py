"""Several dashboards behind one nginx: ``examples/proxy/several-servers.conf``."""

from __future__ import annotations

import base64
import http.client
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from served import free_port

EXAMPLES = Path(__file__).parents[2] / "examples" / "proxy"
PEOPLE = [f"person-{number}" for number in range(30)]


class Dashboard(ThreadingHTTPServer):
    """Says its own number, whoever asks."""

    def __init__(self, number: int) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(str(number).encode())

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def end(self) -> None:
        self.shutdown()
        self.server_close()


@pytest.fixture
def dashboards() -> Iterator[list[Dashboard]]:
    made = [Dashboard(number) for number in range(3)]
    yield made
    for each in made:
        each.end()


@pytest.fixture
def port(dashboards: list[Dashboard], tmp_path: Path) -> Iterator[int]:
    """Where nginx listens, with both files of the example, without TLS."""
    port = free_port()
    text = (EXAMPLES / "several-servers.conf").read_text()
    for number, dashboard in enumerate(dashboards):
        text = text.replace(f"10.0.0.1{number + 1}:8866", f"127.0.0.1:{dashboard.server_port}")
    assert "10.0.0." not in text
    text += (EXAMPLES / "nginx.conf").read_text()
    for there, here in {
        "listen 443 ssl": f"listen 127.0.0.1:{port}",
        "    ssl_certificate     /etc/nginx/tls/tokens.crt;\n": "",
        "    ssl_certificate_key /etc/nginx/tls/tokens.key;\n": "",
        "/etc/nginx/tokens.htpasswd": f"{tmp_path}/htpasswd",
        "/etc/nginx/tokenwidgets-secret.inc": f"{tmp_path}/secret.inc",
        "http://127.0.0.1:8866": "http://tokenwidgets_dashboards",
    }.items():
        assert there in text
        text = text.replace(there, here)
    (tmp_path / "htpasswd").write_text("".join(f"{user}:{{PLAIN}}word\n" for user in PEOPLE))
    (tmp_path / "secret.inc").write_text('set $tokenwidgets_secret "secret";\n')
    places = "".join(
        f"{name}_temp_path {tmp_path}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(
        f"{user}pid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}{text}\n}}\n"
    )
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert program, "the tests need nginx"
    command = [program, "-c", f"{tmp_path}/nginx.conf"]
    # It goes into the background when it listens.
    subprocess.run(command, check=True, capture_output=True)
    yield port
    subprocess.run([*command, "-s", "stop"], check=True, capture_output=True)


def server_of(port: int, user: str) -> int:
    """Which dashboard answers a user."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    word = base64.b64encode(f"{user}:word".encode()).decode()
    connection.request("GET", "/", headers={"Authorization": f"Basic {word}"})
    answer = connection.getresponse()
    assert answer.status == 200
    number = int(answer.read())
    connection.close()
    return number


def test_each_visitor_stays_with_one_server_until_that_ends(
    port: int, dashboards: list[Dashboard]
) -> None:
    first = {user: server_of(port, user) for user in PEOPLE}
    assert set(first.values()) == {0, 1, 2}
    assert {user: server_of(port, user) for user in PEOPLE} == first
    dashboards[1].end()
    then = {user: server_of(port, user) for user in PEOPLE}
    assert set(then.values()) == {0, 2}
    assert all(then[user] == first[user] for user in PEOPLE if first[user] != 1)
