"""The real nginx with auth_request, in front of a plain HTTP server that knows no tokens."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from served import gate, nginx, served
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

DOCUMENTED = Path(__file__).parents[2] / "docs" / "verifying.md"


async def plain(request: Request) -> PlainTextResponse:
    user = request.headers.get("x-token-user", "nobody")
    secret = "a secret" if "authorization" in request.headers else "no secret"
    # Read to its end: nginx answers 502 if the server hangs up on the body.
    sent = len(await request.body())
    answer = f"{request.method} by {user} with {secret}"
    return PlainTextResponse(answer, headers={"X-Received": str(sent)})


@pytest.fixture(scope="module")
def proxied(shared: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of nginx, set up as the documentation says."""
    (documented,) = re.findall(r"```nginx\n(.*?)```", DOCUMENTED.read_text(), re.DOTALL)
    server = Starlette(routes=[Route("/{rest:path}", plain, methods=["GET", "POST", "PUT"])])
    with served(server) as upstream, gate(shared.url) as gate_url:
        http = (
            documented.replace("http://127.0.0.1:8890", gate_url)
            .replace("http://127.0.0.1:9000", upstream)
            .replace("listen 80;", "listen LISTEN;")
        )
        folder = tmp_path_factory.mktemp("nginx")
        with nginx(folder, http) as url, httpx.Client(base_url=url) as client:
            yield client


@pytest.mark.parametrize(
    ("access", "statuses"),
    [("none", (403, 403, 403)), ("read", (200, 403, 403)), ("full", (200, 200, 403))],
)
def test_each_level_of_access_opens_what_it_says(
    proxied: httpx.Client, shared: Any, access: str, statuses: tuple[int, ...]
) -> None:
    answers = [
        proxied.request(method, "/orders/1", headers=shared.bearer(access))
        for method in ("GET", "POST", "PUT")
    ]
    assert tuple(answer.status_code for answer in answers) == statuses
    for answer in answers:
        if answer.status_code == 200:
            assert answer.text.endswith("by jdoe with no secret")
        else:
            assert "by" not in answer.text


def test_without_a_token_nginx_answers_with_the_challenge(proxied: httpx.Client) -> None:
    answer = proxied.get("/orders/1")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_body_goes_to_the_server_and_not_to_the_gate(proxied: httpx.Client, shared: Any) -> None:
    answer = proxied.post("/orders", headers=shared.bearer("full"), content=b"x" * 500_000)
    assert answer.status_code == 200
    assert answer.headers["X-Received"] == "500000"


@pytest.mark.parametrize(
    "told",
    [
        {"X-Original-Method": "GET"},
        {"X-Forwarded-Method": "GET"},
        {"X-HTTP-Method-Override": "GET"},
        {"X-Original-URI": "/elsewhere", "X-Original-Method": "GET"},
    ],
)
def test_a_client_cannot_pass_its_post_for_a_get(
    proxied: httpx.Client, shared: Any, told: dict[str, str]
) -> None:
    answer = proxied.post("/orders", headers={**shared.bearer("read"), **told})
    assert answer.status_code in (401, 403)


def test_to_open_a_websocket_through_nginx_takes_full_access(
    proxied: httpx.Client, shared: Any
) -> None:
    handshake = {"Connection": "Upgrade", "Upgrade": "websocket"}
    handshake |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    for access, status in (("read", 403), ("full", 200)):
        answer = proxied.get("/orders", headers={**shared.bearer(access), **handshake})
        assert answer.status_code == status


def test_a_client_cannot_name_itself(proxied: httpx.Client, shared: Any) -> None:
    headers = {**shared.bearer("read"), "X-Token-User": "admin"}
    assert proxied.get("/orders", headers=headers).text == "GET by jdoe with no secret"


def test_the_gate_is_not_reached_through_nginx(proxied: httpx.Client, shared: Any) -> None:
    for path in ("/_token", "/auth", "/auth/orders", "/introspect", "/metrics"):
        answer = proxied.get(path, headers=shared.bearer("none"))
        assert answer.status_code in (403, 404)


def test_a_token_in_the_query_string_is_refused(proxied: httpx.Client, shared: Any) -> None:
    answer = proxied.get(f"/orders?access_token={shared.full}", headers=shared.bearer("full"))
    assert answer.status_code == 401


def test_requests_that_no_client_library_would_send_are_refused(
    proxied: httpx.Client, shared: Any
) -> None:
    address = urlsplit(str(proxied.base_url))
    good = b"Authorization: Bearer " + shared.read.encode()
    for lines in (
        [b"Authorization: Bearer \xff\xfe\x80"],
        [b"Authorization: Bearer " + b"x" * 5000],
        [b"Authorization:\tBearer\t" + shared.read.encode()],
        [good, b"Authorization: Bearer none"],
        [good + b"\x01"],
    ):
        head = [b"GET /orders HTTP/1.1", b"Host: x", b"Connection: close", *lines, b"", b""]
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(b"\r\n".join(head))
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        assert re.match(rb"HTTP/1.1 4\d\d ", answer), answer


def test_a_revocation_counts_at_the_very_next_request(proxied: httpx.Client, shared: Any) -> None:
    header, token_id = shared.revocable()
    for _ in range(3):
        assert proxied.get("/orders", headers=header).status_code == 200
    shared.platform.tokens.revoke(token_id)
    assert proxied.get("/orders", headers=header).status_code == 401


def test_when_the_gate_is_down_nothing_passes(shared: Any, tmp_path: Path) -> None:
    server = Starlette(routes=[Route("/{rest:path}", plain)])
    (documented,) = re.findall(r"```nginx\n(.*?)```", DOCUMENTED.read_text(), re.DOTALL)
    with served(server) as upstream:
        http = (
            documented.replace("http://127.0.0.1:8890", "http://127.0.0.1:9")
            .replace("http://127.0.0.1:9000", upstream)
            .replace("listen 80;", "listen LISTEN;")
        )
        with nginx(tmp_path, http) as url:
            answer = httpx.get(f"{url}/orders", headers=shared.bearer("full"))
    assert answer.status_code == 500
    assert "by" not in answer.text
