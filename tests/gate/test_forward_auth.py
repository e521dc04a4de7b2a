"""Forward authentication: which headers are believed, and what a proxy is answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from served import served

from tokenwidgets import errors
from tokenwidgets.gate import Gate

APIS = {"/orders": "orders", "billing.example.org/": "billing"}


def told(proxy: str, method: str, uri: str, host: str = "any") -> dict[str, str]:
    """What the proxy says of the request that it asks about."""
    start, uri_name = {"nginx": ("X-Original", "URI"), "traefik": ("X-Forwarded", "Uri")}[proxy]
    return {f"{start}-Method": method, f"{start}-{uri_name}": uri, f"{start}-Host": host}


@pytest.fixture(scope="module")
def gates(shared: Any) -> Iterator[dict[str, httpx.Client]]:
    """A client of a gate for each kind of proxy."""
    with (
        served(Gate(proxy="nginx", apis=APIS).application(shared.url)) as nginx,
        served(Gate(proxy="traefik", apis=APIS).application(shared.url)) as traefik,
        served(Gate(proxy="envoy", apis=APIS).application(shared.url)) as envoy,
    ):
        urls = {"nginx": nginx, "traefik": traefik, "envoy": envoy}
        yield {proxy: httpx.Client(base_url=url) for proxy, url in urls.items()}


@pytest.mark.parametrize("proxy", ["nginx", "traefik"])
def test_the_original_method_and_path_decide(
    gates: dict[str, httpx.Client], shared: Any, proxy: str
) -> None:
    def status(access: str, method: str, uri: str, host: str = "any") -> int:
        headers = {**shared.bearer(access), **told(proxy, method, uri, host)}
        return gates[proxy].get("/auth", headers=headers).status_code

    assert status("read", "GET", "/orders/1?x=1") == 200
    assert status("read", "POST", "/orders/1") == 403
    assert status("full", "POST", "/orders/1") == 200
    assert status("full", "PUT", "/orders/1") == 403
    assert status("none", "GET", "/orders") == 403
    assert status("none", "POST", "/anything", "billing.example.org:443") == 200
    assert status("full", "GET", "/unknown") == 403
    assert status("full", "GET", "/orders/../unknown") == 403


@pytest.mark.parametrize("proxy", ["nginx", "traefik"])
def test_the_proxy_may_name_the_api_itself(
    gates: dict[str, httpx.Client], shared: Any, proxy: str
) -> None:
    headers = {**shared.bearer("none"), **told(proxy, "POST", "/wherever/it/is")}
    assert gates[proxy].get("/auth/billing", headers=headers).status_code == 200
    assert gates[proxy].get("/auth/orders", headers=headers).status_code == 403
    assert gates[proxy].get("/auth/nothing", headers=headers).status_code == 403


def test_envoy_asks_with_the_request_itself(gates: dict[str, httpx.Client], shared: Any) -> None:
    def status(access: str, method: str, path: str) -> int:
        answer = gates["envoy"].request(method, f"/auth{path}", headers=shared.bearer(access))
        return answer.status_code

    assert status("read", "GET", "/orders/1") == 200
    assert status("read", "POST", "/orders/1") == 403
    assert status("full", "POST", "/orders/1") == 200
    assert status("full", "DELETE", "/orders/1") == 403
    assert status("full", "GET", "/orders/1?access_token=x") == 401
    assert status("full", "GET", "/unknown") == 403
    assert status("full", "GET", "") == 403


@pytest.mark.parametrize("name", ["Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version"])
def test_to_open_a_websocket_takes_full_access(
    gates: dict[str, httpx.Client], shared: Any, name: str
) -> None:
    for access, status in (("read", 403), ("full", 200)):
        for proxy in ("nginx", "traefik"):
            headers = {**shared.bearer(access), **told(proxy, "GET", "/orders"), name: "x"}
            assert gates[proxy].get("/auth", headers=headers).status_code == status
            assert gates[proxy].get("/auth/orders", headers=headers).status_code == status
        headers = {**shared.bearer(access), name: "x"}
        assert gates["envoy"].get("/auth/orders", headers=headers).status_code == status


def test_only_the_headers_of_the_configured_proxy_are_believed(
    gates: dict[str, httpx.Client], shared: Any
) -> None:
    for proxy, other in (("nginx", "traefik"), ("traefik", "nginx")):
        others = {**shared.bearer("full"), **told(other, "GET", "/orders")}
        assert gates[proxy].get("/auth", headers=others).status_code == 403
        both = {**shared.bearer("read"), **told(other, "GET", "/orders")}
        both |= told(proxy, "POST", "/orders")
        assert gates[proxy].get("/auth", headers=both).status_code == 403
    # With Envoy the request's own method counts, whatever its headers say.
    spoofed = {**shared.bearer("read"), **told("nginx", "GET", "/orders")}
    assert gates["envoy"].post("/auth/orders", headers=spoofed).status_code == 403


@pytest.mark.parametrize("missing", ["X-Original-Method", "X-Original-URI"])
def test_what_the_proxy_does_not_say_is_refused(
    gates: dict[str, httpx.Client], shared: Any, missing: str
) -> None:
    headers = {**shared.bearer("full"), **told("nginx", "GET", "/orders")}
    del headers[missing]
    assert gates["nginx"].get("/auth", headers=headers).status_code == 403
    assert gates["nginx"].get("/auth/orders", headers=headers).status_code == 403


@pytest.mark.parametrize("name", ["X-Original-Method", "X-Original-URI", "X-Original-Host"])
def test_what_is_said_twice_is_refused(
    gates: dict[str, httpx.Client], shared: Any, name: str
) -> None:
    headers = {**shared.bearer("full"), **told("nginx", "GET", "/orders")}
    twice = [*headers.items(), (name, headers[name])]
    assert gates["nginx"].get("/auth", headers=twice).status_code == 403


def test_an_allowed_request_says_whose_token_it_was(
    gates: dict[str, httpx.Client], shared: Any
) -> None:
    headers = {**shared.bearer("read"), **told("nginx", "GET", "/orders")}
    answer = gates["nginx"].get("/auth", headers=headers)
    assert answer.headers["x-token-user"] == "jdoe"
    names = {row.id: row.name for row in shared.platform.tokens.page("jdoe").rows}
    assert names[int(answer.headers["x-token-id"])] == "read"
    assert answer.content == b""


def test_a_proxy_gets_401_where_an_application_would_get_400(
    gates: dict[str, httpx.Client], shared: Any
) -> None:
    # nginx makes a 500 of every answer but 2xx, 401 and 403.
    pairs = [*told("nginx", "GET", "/orders").items()]
    pairs += [("Authorization", f"Bearer {shared.read}")] * 2
    answer = gates["nginx"].get("/auth", headers=pairs)
    assert answer.status_code == 401
    assert 'error="invalid_request"' in answer.headers["www-authenticate"]


def test_a_path_beside_auth_is_not_auth(gates: dict[str, httpx.Client], shared: Any) -> None:
    headers = {**shared.bearer("full"), **told("nginx", "GET", "/orders")}
    for path in ("/authority", "/", "/auth2/orders", "/x/auth"):
        assert gates["nginx"].get(path, headers=headers).status_code == 404


def test_an_unknown_proxy_is_refused() -> None:
    with pytest.raises(Exception, match="proxy"):
        Gate(proxy="apache")


def test_a_mapping_that_is_no_path_is_refused(shared: Any) -> None:
    with pytest.raises(errors.ConfigurationError, match="cannot be mapped"):
        Gate(apis={"orders": "orders"}).application(shared.url)
