"""The middleware: RFC 6750, what reaches the application, WebSocket and lifespan."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from served import served
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tokenwidgets import errors
from tokenwidgets.gate import GateMetrics, TokenGate
from tokenwidgets.secret import mint
from tokenwidgets.verifier import AsyncVerifier, Verifier
from tokenwidgets.vocabulary import Reason

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


async def echo(request: Request) -> JSONResponse:
    decision = request.state.decision
    return JSONResponse(
        {
            "method": request.method,
            "user": decision.user_id,
            "allowed": decision.allowed,
            "headers": list(request.headers),
        }
    )


async def talk(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(websocket.state.decision.user_id)
    await websocket.close()


class Application:
    """An application like any other, which notes its lifespan."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.starlette = Starlette(
            routes=[
                WebSocketRoute("/talk", talk),
                Route("/{rest:path}", echo, methods=list(METHODS)),
            ],
            lifespan=self._lifespan,
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Any) -> AsyncIterator[None]:
        self.events.append("startup")
        yield
        self.events.append("shutdown")


@pytest.fixture(params=[AsyncVerifier, Verifier])
def gated(request: pytest.FixtureRequest, live: Any) -> Iterator[httpx.Client]:
    """A client of the application behind the gate, with either kind of verifier."""
    verifier = request.param(live.url)
    gate = TokenGate(Application().starlette, api="orders", verifier=verifier)
    with served(gate) as url, httpx.Client(base_url=url) as client:
        yield client
    closing = verifier.close()
    if closing is not None:
        asyncio.run(closing)


@pytest.mark.parametrize(
    ("access", "open_methods"),
    [("none", []), ("read", ["GET", "HEAD"]), ("full", ["GET", "HEAD", "POST"])],
)
def test_a_token_opens_what_its_access_says(
    gated: httpx.Client, live: Any, access: str, open_methods: list[str]
) -> None:
    headers = live.bearer(access)
    answers = {method: gated.request(method, "/x", headers=headers) for method in METHODS}
    assert [m for m in METHODS if answers[m].status_code == 200] == open_methods
    for method in set(METHODS) - set(open_methods):
        assert answers[method].status_code == 403
        assert 'error="insufficient_scope"' in answers[method].headers["www-authenticate"]


def test_without_a_token_the_answer_says_only_which_kind_is_wanted(gated: httpx.Client) -> None:
    answer = gated.get("/x")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="orders"'


def test_other_schemes_are_no_token(gated: httpx.Client) -> None:
    for credentials in ("Basic amRvZTp4", "Digest x", "Token x", "", "Bearer2 x"):
        answer = gated.get("/x", headers={"Authorization": credentials})
        assert answer.status_code == 401
        assert "error" not in answer.headers["www-authenticate"]


def test_the_schemes_case_does_not_matter(gated: httpx.Client, live: Any) -> None:
    for scheme in ("Bearer", "bearer", "BEARER", "bEaReR", "Bearer "):
        headers = {"Authorization": f"{scheme} {live.read}"}
        assert gated.get("/x", headers=headers).status_code == 200


def test_every_token_that_does_not_work_gets_the_same_answer(
    gated: httpx.Client, live: Any
) -> None:
    tokens = live.platform.tokens
    rows = {row.name: row.id for row in tokens.page("jdoe").rows}
    tokens.revoke(rows["full"])
    tokens.regenerate(rows["none"])
    answers = [
        gated.get("/x", headers={"Authorization": f"Bearer {secret}".strip()})
        for secret in (live.full, live.none, mint().reveal(), "noise", "", "a b", "x" * 10_000)
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["www-authenticate"] for answer in answers} == {
        'Bearer realm="orders", error="invalid_token"'
    }
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("also_in_the_header", [False, True])
def test_a_token_in_the_query_string_is_refused(
    gated: httpx.Client, live: Any, also_in_the_header: bool
) -> None:
    headers = live.bearer("full") if also_in_the_header else {}
    for name in ("access_token", "a=1&access_token", "access%5Ftoken", "x;Access_Token"):
        answer = gated.get(f"/x?{name}={live.full}", headers=headers)
        assert answer.status_code == 400
        assert 'error="invalid_request"' in answer.headers["www-authenticate"]
        assert live.full not in answer.text


def test_two_credentials_are_refused_even_if_each_is_good(gated: httpx.Client, live: Any) -> None:
    pair = ("Authorization", f"Bearer {live.full}")
    for pairs in ([pair, pair], [pair, ("Authorization", "Basic eDp5")]):
        assert gated.get("/x", headers=pairs).status_code == 400
    joined = {"Authorization": f"Bearer {live.full}, Bearer {live.full}"}
    assert gated.get("/x", headers=joined).status_code == 401


def test_a_header_that_stands_for_another_method_is_refused(gated: httpx.Client, live: Any) -> None:
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        answer = gated.get("/x", headers={**live.bearer("read"), name: "POST"})
        assert answer.status_code == 400


def test_the_application_gets_the_decision_and_not_the_secret(
    gated: httpx.Client, live: Any
) -> None:
    answer = gated.get("/x", headers={**live.bearer("read"), "X-Other": "kept"}).json()
    assert answer["user"] == "jdoe"
    assert answer["allowed"] is True
    assert "authorization" not in answer["headers"]
    assert "x-other" in answer["headers"]


def test_a_revocation_counts_at_the_very_next_request(gated: httpx.Client, live: Any) -> None:
    for _ in range(3):
        assert gated.get("/x", headers=live.bearer("full")).status_code == 200
    (token_id,) = [r.id for r in live.platform.tokens.page("jdoe").rows if r.name == "full"]
    live.platform.tokens.revoke(token_id)
    assert gated.get("/x", headers=live.bearer("full")).status_code == 401


def test_answers_to_head_have_no_body(gated: httpx.Client) -> None:
    answer = gated.head("/x")
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_websocket_takes_full_access(gated: httpx.Client, live: Any) -> None:
    with talking(gated, live.bearer("full")) as socket:
        assert socket.recv() == "jdoe"


@pytest.mark.parametrize(("access", "status"), [("read", 403), ("none", 403), (None, 401)])
def test_a_websocket_does_not_open_to_who_lacks_it(
    gated: httpx.Client, live: Any, access: str | None, status: int
) -> None:
    headers = live.bearer(access) if access else {}
    with pytest.raises(InvalidStatus) as refused:
        talking(gated, headers)
    assert refused.value.response.status_code == status


def test_a_websocket_that_only_sends_may_be_opened_with_read_access(live: Any) -> None:
    gate = TokenGate(
        Application().starlette,
        api="orders",
        verifier=Verifier(live.url),
        websocket_method="GET",
    )
    with served(gate) as url, talking(httpx.Client(base_url=url), live.bearer("read")) as socket:
        assert socket.recv() == "jdoe"


def test_a_server_without_denial_responses_closes_the_websocket(live: Any) -> None:
    gate = TokenGate(Application().starlette, api="orders", verifier=AsyncVerifier(live.url))
    assert sent_by(gate, {"type": "websocket", "headers": []}) == [
        {"type": "websocket.close", "code": 1008, "reason": ""}
    ]


def test_the_lifespan_reaches_the_application(live: Any) -> None:
    application = Application()
    gate = TokenGate(application.starlette, api="orders", verifier=Verifier(live.url))
    with served(gate):
        assert application.events == ["startup"]
    assert application.events == ["startup", "shutdown"]


def test_an_unknown_kind_of_connection_never_reaches_the_application(live: Any) -> None:
    gate = TokenGate(Application().starlette, api="orders", verifier=Verifier(live.url))
    with pytest.raises(RuntimeError, match="carrier pigeon"):
        sent_by(gate, {"type": "carrier pigeon", "headers": []})


def test_one_gate_can_stand_before_several_apis(live: Any) -> None:
    apis = {"/orders": "orders", "/billing": "billing"}
    gate = TokenGate(
        Application().starlette,
        api=lambda scope: apis.get(scope["path"]),
        verifier=AsyncVerifier(live.url),
    )
    with served(gate) as url, httpx.Client(base_url=url, headers=live.bearer("read")) as client:
        statuses = [client.get(path).status_code for path in ("/orders", "/billing", "/other")]
    assert statuses == [200, 403, 403]


def test_a_database_that_fails_is_no_fault_of_the_token(live: Any, tmp_path: Any) -> None:
    gate = TokenGate(
        Application().starlette, api="orders", verifier=Verifier(f"sqlite:///{tmp_path}/none.db")
    )
    with served(gate) as url:
        answer = httpx.get(url, headers=live.bearer("full"))
    assert answer.status_code == 503
    assert "www-authenticate" not in answer.headers
    assert answer.json() == {"error": "unavailable"}


def test_decisions_are_counted_by_reason_and_timed(live: Any) -> None:
    metrics = GateMetrics()
    gate = TokenGate(
        Application().starlette, api="orders", verifier=Verifier(live.url), metrics=metrics
    )
    with served(gate) as url, httpx.Client(base_url=url) as client:
        for headers in (live.bearer("read"), live.bearer("read"), live.bearer("none"), {}):
            client.get("/x", headers=headers)
    value = metrics.registry.get_sample_value
    for reason, count in (("allowed", 2), (Reason.NO_ACCESS.value, 1), ("no credentials", 1)):
        assert value("tokenwidgets_decisions_total", {"reason": reason}) == count
    assert value("tokenwidgets_decision_seconds_count") == 4


@pytest.mark.parametrize("api", ["", None, 7])
def test_a_gate_needs_an_api(live: Any, api: Any) -> None:
    with pytest.raises(errors.ConfigurationError):
        TokenGate(Application().starlette, api=api, verifier=Verifier(live.url))


def talking(client: httpx.Client, headers: dict[str, str]) -> ClientConnection:
    """A WebSocket to the application."""
    url = str(client.base_url).replace("http", "ws")
    return connect(f"{url.rstrip('/')}/talk", additional_headers=headers, compression=None)


def sent_by(gate: TokenGate, scope: dict[str, Any]) -> list[Any]:
    """What the gate answers to a connection, without a server between."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": f"{scope['type']}.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(gate(scope, receive, send))
    return sent
