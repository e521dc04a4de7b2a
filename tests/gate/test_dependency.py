"""The dependency: routes of FastAPI and Starlette that ask for a token each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import Depends, FastAPI, WebSocket
from served import served
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tokenwidgets.gate import require_token
from tokenwidgets.verifier import AsyncVerifier
from tokenwidgets.vocabulary import Decision


def fastapi_application(verifier: AsyncVerifier) -> FastAPI:
    application = FastAPI()
    needs_orders = Depends(require_token("orders", verifier))

    def whose(decision: Decision) -> str:
        return f"{decision.user_id} {decision.token_id}"

    @application.api_route("/orders", methods=["GET", "POST", "PUT"])
    def orders(decision: Any = needs_orders) -> str:
        return whose(decision)

    @application.get("/open")
    def everybody() -> str:
        return "open"

    @application.websocket("/talk")
    async def talk(websocket: WebSocket, decision: Any = needs_orders) -> None:
        await websocket.accept()
        await websocket.send_text(whose(decision))
        await websocket.close()

    return application


@pytest.fixture
def client(live: Any) -> Iterator[httpx.Client]:
    with (
        served(fastapi_application(AsyncVerifier(live.url))) as url,
        httpx.Client(base_url=url) as client,
    ):
        yield client


def test_a_route_opens_as_its_api_does(client: httpx.Client, live: Any) -> None:
    expected = {"none": (403, 403, 403), "read": (200, 403, 403), "full": (200, 200, 403)}
    for access, statuses in expected.items():
        answers = [
            client.request(method, "/orders", headers=live.bearer(access))
            for method in ("GET", "POST", "PUT")
        ]
        assert tuple(answer.status_code for answer in answers) == statuses
        for answer in answers:
            if answer.status_code == 200:
                assert answer.json().startswith("jdoe ")
            else:
                assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


def test_a_route_without_the_dependency_stays_open(client: httpx.Client) -> None:
    assert client.get("/open").json() == "open"


def test_the_challenge_is_the_gates(client: httpx.Client, live: Any) -> None:
    answer = client.get("/orders")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="orders"'
    answer = client.get(f"/orders?access_token={live.full}", headers=live.bearer("full"))
    assert answer.status_code == 400
    assert live.full not in answer.text


def test_a_websocket_route_takes_full_access(client: httpx.Client, live: Any) -> None:
    url = f"{str(client.base_url).replace('http', 'ws').rstrip('/')}/talk"
    with connect(url, additional_headers=live.bearer("full")) as socket:
        assert str(socket.recv()).startswith("jdoe ")
    with pytest.raises(InvalidStatus) as refused:
        connect(url, additional_headers=live.bearer("read"))
    assert refused.value.response.status_code == 403


def test_a_starlette_route_asks_by_a_line_of_its_own(live: Any) -> None:
    needs_orders = require_token("orders", AsyncVerifier(live.url))

    async def orders(request: Request) -> PlainTextResponse:
        return PlainTextResponse((await needs_orders(request)).user_id)

    with served(Starlette(routes=[Route("/", orders)])) as url:
        assert httpx.get(url, headers=live.bearer("read")).text == "jdoe"
        assert httpx.get(url, headers=live.bearer("none")).status_code == 403
        assert httpx.get(url).status_code == 401
