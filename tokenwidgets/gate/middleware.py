"""ASGI middleware: an application behind a token."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from tokenwidgets import errors
from tokenwidgets.gate.asking import Asking
from tokenwidgets.gate.bearer import Refusal
from tokenwidgets.gate.metrics import GateMetrics
from tokenwidgets.verifier import AsyncVerifier, Verifier

__all__ = ["TokenGate", "answer_http"]

_POLICY_VIOLATION = 1008


class TokenGate:
    """Lets a request through to an ASGI application if its token may do it; else answers itself.

    The ``Decision`` is in ``scope["state"]["decision"]`` (Starlette: ``request.state.decision``).
    The secret is not passed on. Answers are those of RFC 6750: 401 without a token that works,
    403 for one that lacks the access, 400 for a token in the query string or two of them; and
    503 while the database cannot be asked.

    Args:
        app: what to protect; lifespan events reach it as they are.
        api: the name of the API that it is; or what finds the name from an ASGI scope, None
            for one that nobody may use. Never take the name from a header of the caller.
        verifier: whom to ask. It stays the caller's to close.
        metrics: where to count decisions.
        websocket_method: the method that opening a WebSocket counts as. What comes in through
            it cannot be told apart, so it takes Full Access; ``"GET"`` if it only sends.
        realm: the realm of the challenge; the API's name by default.

    Raises:
        ConfigurationError: ``api`` is neither a name nor something to call.

    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        api: str | Callable[[Scope], str | None],
        verifier: Verifier | AsyncVerifier,
        metrics: GateMetrics | None = None,
        websocket_method: str = "POST",
        realm: str | None = None,
    ) -> None:
        if not api or not (isinstance(api, str) or callable(api)):
            raise errors.ConfigurationError("TokenGate needs the name of an API.")
        self.app = app
        self._api = api
        self._asking = Asking(verifier, metrics)
        self._websocket_method = websocket_method
        self._realm = realm or (api if isinstance(api, str) else "api")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection; an ASGI application."""
        kind = scope["type"]
        if kind == "http":
            method = scope["method"]
        elif kind == "websocket":
            method = self._websocket_method
        elif kind == "lifespan":
            await self.app(scope, receive, send)
            return
        else:
            raise RuntimeError(f"TokenGate does not know the ASGI scope {kind!r}")
        api = self._api if isinstance(self._api, str) else self._api(scope)
        answer = await self._asking.ask(
            scope["headers"], scope.get("query_string", b""), api, method
        )
        if not isinstance(answer, Refusal):
            headers = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
            state = {**scope.get("state", {}), "decision": answer}
            await self.app({**scope, "headers": headers, "state": state}, receive, send)
        elif kind == "http":
            await answer_http(answer, self._realm, send, head=method == "HEAD")
        else:
            await self._refuse_websocket(answer, scope, receive, send)

    async def _refuse_websocket(
        self, refusal: Refusal, scope: Scope, receive: Receive, send: Send
    ) -> None:
        await receive()
        if "websocket.http.response" in scope.get("extensions", {}):
            await answer_http(refusal, self._realm, send, prefix="websocket.")
        else:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": ""})


async def answer_http(
    refusal: Refusal, realm: str, send: Send, *, head: bool = False, prefix: str = ""
) -> None:
    """Send a refusal as the whole response."""
    body = refusal.body
    headers = [*refusal.headers(realm), (b"content-length", str(len(body)).encode())]
    await send(
        {
            "type": f"{prefix}http.response.start",
            "status": refusal.status,
            "headers": headers,
        }
    )
    await send({"type": f"{prefix}http.response.body", "body": b"" if head else body})
