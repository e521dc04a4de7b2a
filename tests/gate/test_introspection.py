"""Introspection (RFC 7662), asked by Authlib's client and by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from served import served

from tokenwidgets.gate import Gate
from tokenwidgets.platform import open_platform
from tokenwidgets.secret import mint
from tokenwidgets.vocabulary import Access, now

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def address(shared: Any) -> Iterator[str]:
    with served(Gate().application(shared.url)) as url:
        yield f"{url}/introspect"


@pytest.fixture
def authlib(shared: Any) -> Iterator[OAuth2Client]:
    """Authlib's client of a resource server, whose secret is its own token."""
    with OAuth2Client("resource-server", shared.introspector) as client:
        yield client


def test_authlib_learns_what_a_token_opens(
    authlib: OAuth2Client, address: str, shared: Any
) -> None:
    answer = authlib.introspect_token(address, token=shared.read)
    assert answer.status_code == 200
    claims = answer.json()
    row = next(r for r in shared.platform.tokens.page("jdoe").rows if r.name == "read")
    assert claims == {
        "active": True,
        "scope": "orders:read",
        "username": "jdoe",
        "sub": "jdoe",
        "jti": str(row.id),
        "token_type": "Bearer",
        "iat": int(row.created_at.timestamp()),
        "exp": int(row.expires_at.timestamp()),
    }


def test_authlib_learns_of_a_revocation_at_the_very_next_question(
    authlib: OAuth2Client, address: str, shared: Any
) -> None:
    header, token_id = shared.revocable()
    secret = header["Authorization"].removeprefix("Bearer ")
    assert authlib.introspect_token(address, token=secret).json()["active"] is True
    shared.platform.tokens.revoke(token_id)
    assert authlib.introspect_token(address, token=secret).json() == {"active": False}


@pytest.mark.parametrize(
    "token",
    ["noise", "", "\0", "x" * 1000, mint().reveal(), "ü"],
    ids=["noise", "empty", "nul", "long", "minted", "no ASCII"],
)
def test_what_is_no_token_is_just_not_active(
    authlib: OAuth2Client, address: str, token: str
) -> None:
    answer = authlib.introspect_token(address, token=token or " ")
    assert (answer.status_code, answer.json()) == (200, {"active": False})


def test_a_token_of_several_apis_lists_them_all(
    authlib: OAuth2Client, address: str, shared: Any
) -> None:
    grants = {"orders": Access.FULL, "billing": Access.READ}
    made = shared.platform.tokens.add("jdoe", "several", grants)
    answer = authlib.introspect_token(address, token=made.secret.reveal())
    assert sorted(answer.json()["scope"].split()) == ["billing:read", "orders:full"]


def test_a_bearer_token_may_ask_too(address: str, shared: Any) -> None:
    answer = httpx.post(address, data={"token": shared.full}, headers=shared.bearer("introspector"))
    assert answer.json()["active"] is True
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("credentials", "status"),
    [
        ({}, 401),
        ({"Authorization": "Basic !!!"}, 401),
        ({"Authorization": "Basic eDp5"}, 401),
        ({"Authorization": "Basic eA=="}, 401),
        ({"Authorization": "Bearer noise"}, 401),
    ],
)
def test_who_asks_needs_a_token_that_works(
    address: str, shared: Any, credentials: dict[str, str], status: int
) -> None:
    answer = httpx.post(address, data={"token": shared.full}, headers=credentials)
    assert answer.status_code == status
    assert "jdoe" not in answer.text


def test_who_asks_needs_full_access_to_introspection(address: str, shared: Any) -> None:
    for access in ("none", "read", "full"):
        answer = httpx.post(address, data={"token": shared.full}, headers=shared.bearer(access))
        assert (answer.status_code, answer.json()) == (403, {"error": "insufficient_scope"})


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"other": "x"}},
        {"content": b""},
        {"json": {"token": "x"}},
        {"files": {"token": b"x"}},
        {
            "content": b"token=a&token=b",
            "headers": FORM,
        },
        {
            "content": b"token=\xff",
            "headers": FORM,
        },
        {"data": {"token": "x" * 20_000}},
        {"data": {str(number): "x" for number in range(50)} | {"token": "x"}},
    ],
)
def test_what_is_not_a_form_with_one_token_is_a_bad_request(
    address: str, shared: Any, body: dict[str, Any]
) -> None:
    headers = {**shared.bearer("introspector"), **body.pop("headers", {})}
    answer = httpx.post(address, headers=headers, **body)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


def test_a_token_in_the_query_string_is_not_looked_at(address: str, shared: Any) -> None:
    headers = shared.bearer("introspector")
    answer = httpx.post(f"{address}?token={shared.full}", headers=headers)
    assert answer.status_code == 400


def test_a_token_that_the_clock_says_is_yet_to_come_cannot_be_told_of(
    live: Any, caplog: pytest.LogCaptureFixture
) -> None:
    ahead = open_platform(
        live.platform.database, "admin", clock=lambda: now() + timedelta(minutes=10)
    )
    made = ahead.tokens.add("jdoe", "ahead", {"orders": Access.FULL})
    with served(Gate().application(live.url)) as url:
        for secret, status in ((made.secret.reveal(), 503), (live.full, 200)):
            answer = httpx.post(
                f"{url}/introspect", data={"token": secret}, headers=live.bearer("introspector")
            )
            assert answer.status_code == status
            assert ("jdoe" in answer.text) is (status == 200)
    assert caplog.text.count("set it right") == 1


def test_only_post_can_ask(address: str, shared: Any) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = httpx.request(method, address, headers=shared.bearer("introspector"))
        assert answer.status_code == 405
