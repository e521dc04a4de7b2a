"""The dashboard behind a real nginx, with the configuration of ``examples/proxy``."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from door import PROXY_SECRET, Server, serving
from live import chromium
from playwright.sync_api import expect
from served import free_port

EXAMPLE = Path(__file__).parents[2] / "examples" / "proxy" / "nginx.conf"
NAME = "tokens.example.org"
PEOPLE = ("admin", "clerk", "guest", "stranger")


@dataclass
class Proxy:
    """A running nginx: one server like the example, and others with something wrong in them."""

    ports: dict[str, int]
    dashboard: Server

    def get(
        self,
        user: str = "",
        *,
        through: str = "right",
        headers: list[tuple[str, str]] | None = None,
    ) -> httpx.Response:
        """Get the page by TLS as a user with a password."""
        with httpx.Client(verify=False, timeout=60) as client:
            return client.get(
                f"https://127.0.0.1:{self.ports[through]}/",
                auth=(user, f"{user}-password") if user else None,
                headers=[("Host", NAME), *(headers or [])],
            )


@pytest.fixture(scope="module")
def proxy(people_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    with serving(
        folder / "dashboard",
        people_url,
        identity="proxy",
        config={"DashboardSettings": {"allowed_hosts": [NAME], "https": True}},
        TOKENWIDGETS_PROXY_SECRET=PROXY_SECRET,
    ) as dashboard:
        upstream = dashboard.origin.removeprefix("http://")
        ports = {name: free_port() for name in VARIANTS}
        servers = [
            variant(name, folder, upstream, port, first=index == 0)
            for index, (name, port) in enumerate(ports.items())
        ]
        process = start(folder, servers)
        for port in ports.values():
            wait_for(port)
        yield Proxy(ports, dashboard)
        process.terminate()
        process.wait(20)


VARIANTS = {
    "right": lambda text: text,
    "forgets to replace": lambda text: without_lines(text, "X-Forwarded-User"),
    "another secret": lambda text: text.replace("$tokenwidgets_secret $rem", "wrong-secret $rem"),
    "forgets the secret": lambda text: text.replace("$tokenwidgets_secret $rem", "$rem"),
}


def variant(name: str, folder: Path, upstream: str, port: int, *, first: bool) -> str:
    text = EXAMPLE.read_text()
    for there, here in {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/nginx/tls/tokens.crt": f"{folder}/tls.crt",
        "/etc/nginx/tls/tokens.key": f"{folder}/tls.key",
        "/etc/nginx/tokens.htpasswd": f"{folder}/htpasswd",
        "/etc/nginx/tokenwidgets-secret.inc": f"{folder}/secret.inc",
        "http://127.0.0.1:8866": f"http://{upstream}",
    }.items():
        assert there in text
        text = text.replace(there, here)
    changed = VARIANTS[name](text)
    assert first or changed != text
    # The map is for all servers.
    return changed if first else changed[changed.index("server {") :]


def without_lines(text: str, word: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if word not in line)


def start(folder: Path, servers: list[str]) -> subprocess.Popen[bytes]:
    made = "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2"
    files = ["-keyout", "tls.key", "-out", "tls.crt", "-subj", f"/CN={NAME}"]
    subprocess.run(["openssl", *made.split(), *files], cwd=folder, check=True, capture_output=True)
    people = "".join(f"{user}:{{PLAIN}}{user}-password\n" for user in PEOPLE)
    (folder / "htpasswd").write_text(people)
    (folder / "secret.inc").write_text(f'set $tokenwidgets_secret "{PROXY_SECRET}";\n')
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}pid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}" + "\n".join(servers) + "\n}\n"
    )
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert program, "the tests need nginx"
    return subprocess.Popen([program, "-c", f"{folder}/nginx.conf", "-g", "daemon off;"])


def wait_for(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("nginx did not start")


def test_the_user_whom_nginx_knows_acts_in_a_browser(proxy: Proxy):
    with chromium() as browser:
        context = browser.new_context(
            ignore_https_errors=True,
            http_credentials={"username": "clerk", "password": "clerk-password"},
        )
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        page.goto(f"https://127.0.0.1:{proxy.ports['right']}/?user=guest&tab=API%20Tokens")
        expect(page.get_by_role("tab", name="API Tokens")).to_be_visible(timeout=60_000)
        expect(page.get_by_role("cell", name="payroll-export-7", exact=True)).to_be_visible()
        assert "Clerk" in page.inner_text("body")
        assert "Ada Admin" not in page.inner_text("body")
        cookies = {cookie["name"]: cookie for cookie in context.cookies()}
        assert cookies["_xsrf"]["secure"]
        assert cookies["_xsrf"]["sameSite"] == "Strict"
        assert complaints == []
        # Closing the page ends its kernel.
        page.close(run_before_unload=True)
        end = time.monotonic() + 20
        while proxy.dashboard.children():
            assert time.monotonic() < end
            time.sleep(0.1)


def test_who_has_no_password_does_not_get_past_nginx(proxy: Proxy):
    assert proxy.get().status_code == 401


def test_a_header_of_the_browsers_own_is_replaced(proxy: Proxy):
    for headers in (
        [("X-Forwarded-User", "admin")],
        [("X-Forwarded-User", f"{PROXY_SECRET} admin")],
        [("X_Forwarded_User", "admin"), ("x-forwarded-user", "admin")],
    ):
        answer = proxy.get("stranger", headers=headers)
        assert answer.status_code == 403
        assert "stranger is not an application user" in answer.text


@pytest.mark.parametrize("mistake", list(VARIANTS)[1:])
def test_what_a_mistaken_proxy_lets_through_is_not_believed(proxy: Proxy, mistake: str):
    for value in ("admin", "guessed admin", f"{PROXY_SECRET[:-1]} admin", f"{PROXY_SECRET}"):
        answer = proxy.get("clerk", through=mistake, headers=[("X-Forwarded-User", value)])
        assert answer.status_code == 403
        assert "You are not signed in" in answer.text
        assert PROXY_SECRET not in answer.text


def test_answers_by_tls_say_that_it_has_to_stay_tls(proxy: Proxy):
    policy = proxy.get("stranger").headers["Strict-Transport-Security"]
    assert policy == "max-age=31536000; includeSubDomains"


def test_another_name_of_the_host_is_refused_behind_the_proxy_too(proxy: Proxy):
    with httpx.Client(verify=False) as client:
        answer = client.get(
            f"https://127.0.0.1:{proxy.ports['right']}/",
            auth=("clerk", "clerk-password"),
            headers={"Host": "attacker.example"},
        )
    assert answer.status_code == 421
