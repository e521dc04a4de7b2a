"""What the server answers, and to whom: a stranger gets nothing, however they ask."""

from __future__ import annotations

import socket
from collections.abc import Callable

import httpx
import pytest
from door import PROXY_SECRET, Server, Visit, named, outputs

Visits = Callable[..., Visit]


# Names of the host --------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1.attacker.example", "localhost.x"])
def test_a_name_that_is_not_ours_is_refused_whatever_is_asked(server: Server, host: str):
    # What a foreign page's name points to after DNS rebinding; its Origin then agrees with it.
    headers = {**named("admin"), "Host": host, "Origin": f"http://{host}"}
    for path in ("/", "/voila/static/voila.js", "/api/kernels/x", "/?theme=dark"):
        answer = httpx.get(server.origin + path, headers=headers)
        assert answer.status_code == 421
        assert "DashboardSettings.allowed_hosts" in answer.text


def test_the_names_of_this_machine_are_ours(server: Server):
    port = server.origin.rpartition(":")[2]
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}", "LOCALHOST"):
        answer = httpx.get(f"{server.origin}/voila/static/voila.js", headers={"Host": host})
        assert answer.status_code == 200


# Everything else ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/voila/files/dashboard.ipynb",
        "/voila/files/platform.db",
        "/voila/files/logo.png",
        "/files/dashboard.ipynb",
        "/dashboard.ipynb",
        "/voila/render/dashboard.ipynb",
        "/voila/tree",
        "/voila/tree/",
        "/tree",
        "/voila/api/contents",
        "/api/contents",
        "/api/contents/dashboard.ipynb",
        "/api/kernels",
        "/api/kernelspecs",
        "/api/sessions",
        "/api/terminals",
        "/api/status",
        "/api",
        "/api/me",
        "/api/events/subscribe",
        "/metrics",
        "/login",
        "/lab",
        "/voila/query/00000000-0000-0000-0000-000000000000",
        "/voila/execution/00000000-0000-0000-0000-000000000000",
        "/voila/templates/lab/static/../../../../etc/passwd",
        "/voila/templates/lab/static/%2e%2e/%2e%2e/index.html.j2",
        "/voila/templates/reveal/static/x.js",
        "/voila/templates/..%2f..%2f/static/x",
        "/voila/static/../app.py",
        "/voila/static/%2e%2e/app.py",
        "/voila/labextensions/../../etc/jupyter/x",
        "/%2e%2e/platform.db",
    ],
)
def test_there_is_nothing_but_the_page_and_what_it_needs(server: Server, path: str):
    for headers in ({}, named("admin")):
        with socket.create_connection(("127.0.0.1", int(server.origin.rpartition(":")[2]))) as raw:
            lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            raw.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            answer = b"".join(iter(lambda: raw.recv(65536), b""))
        assert answer.split(b" ", 2)[1] in (b"400", b"403", b"404"), answer[:500]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_the_page_can_only_be_got(server: Server, method: str):
    answer = httpx.request(method, server.origin, headers=named("admin"))
    assert answer.status_code in (403, 405)


PAGES = {
    "?theme=dark": "dark",
    "?theme=%22%3E%3Cscript%3E": "auto",
    "?theme=light&template=reveal": "light",
    "?" + "&".join(f"user={number}" for number in range(90)): "auto",
}
"""What is asked for, and the theme that the page then has."""


@pytest.fixture(scope="module")
def pages(server: Server) -> dict[str, httpx.Response]:
    """The page, as it is for each of ``PAGES``."""
    visit = Visit(server.origin, named("admin"))
    answers = {}
    for query in PAGES:
        answers[query] = visit.open("/" + query)
        visit.shut_down(visit.kernel_id)
    return answers


@pytest.mark.parametrize("query", list(PAGES))
def test_the_page_may_choose_a_theme_of_two_and_no_template(
    query: str, pages: dict[str, httpx.Response]
):
    assert pages[query].status_code == 200
    assert f'"{PAGES[query]}" === "auto"' in pages[query].text
    assert "reveal.js" not in pages[query].text
    assert "went wrong" not in outputs(pages[query].text)


def test_the_policy_allows_only_our_own_scripts(pages: dict[str, httpx.Response]):
    nonces = set()
    for answer in pages.values():
        policy = answer.headers["Content-Security-Policy"]
        directives = dict(each.strip().partition(" ")[::2] for each in policy.split(";"))
        assert directives["default-src"] == "'none'"
        assert directives["frame-ancestors"] == "'none'"
        assert "unsafe" not in directives["script-src"]
        nonce = directives["script-src"].split("'nonce-")[1].partition("'")[0]
        assert len(nonce) >= 20
        assert f'nonce="{nonce}"' in answer.text
        nonces.add(nonce)
        assert "no-store" in answer.headers["Cache-Control"]
    assert len(nonces) == len(pages)


def test_the_page_needs_no_other_site(pages: dict[str, httpx.Response]):
    for answer in pages.values():
        assert "cdn." not in answer.text
        assert "https://" not in answer.text


def test_the_source_of_the_notebook_is_not_in_the_page(pages: dict[str, httpx.Response]):
    for answer in pages.values():
        assert "tokenwidgets.show" not in answer.text


@pytest.mark.parametrize(
    "path", ["/voila/static/voila.js", "/missing", "/api/kernels/0-0-0-0-0", "/"]
)
def test_every_answer_says_what_it_is_and_who_may_use_it(server: Server, path: str):
    headers = httpx.get(server.origin + path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Content-Type" in headers
    assert "Access-Control-Allow-Origin" not in headers


# Who is visiting ----------------------------------------------------------------------------


def test_an_unknown_and_an_inactive_user_get_a_page_that_says_so(visit: Visits):
    unknown = visit("stranger", open_page=False)
    answer = unknown.open()
    assert answer.status_code == 403
    assert "stranger is not an application user of this platform" in answer.text
    inactive = visit("gone", open_page=False)
    answer = inactive.open()
    assert answer.status_code == 403
    assert "The user gone is not active" in answer.text
    assert unknown.kernel_id == inactive.kernel_id == ""


def test_a_header_sent_straight_to_the_server_is_not_believed(server: Server):
    for headers in (
        {"X-Forwarded-User": "admin"},
        {"X-Forwarded-User": "guessed-by-the-attacker admin"},
        {"X-Forwarded-User": "admin", "X-Forwarded-For": "127.0.0.1"},
        {"Remote-User": "admin"},
        {"Authorization": "token admin"},
        [*named("admin").items(), *named("clerk").items()],
        [("X-Forwarded-User", "admin"), *named("clerk").items()],
    ):
        visit = Visit(server.origin, headers)
        answer = visit.open()
        assert answer.status_code == 403, headers
        assert "You are not signed in" in answer.text
        assert PROXY_SECRET not in answer.text
        assert visit.kernel_id == ""
