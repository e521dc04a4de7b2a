"""A token as a dependency of FastAPI's routes, or a line in one of Starlette's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException, WebSocketException
from starlette.requests import HTTPConnection

from tokenwidgets.gate.asking import Asking
from tokenwidgets.gate.bearer import Refusal
from tokenwidgets.gate.metrics import GateMetrics
from tokenwidgets.verifier import AsyncVerifier, Verifier
from tokenwidgets.vocabulary import Decision

__all__ = ["require_token"]


def require_token(
    api: str,
    verifier: Verifier | AsyncVerifier,
    *,
    metrics: GateMetrics | None = None,
    websocket_method: str = "POST",
) -> Callable[[HTTPConnection], Awaitable[Decision]]:
    """What gives the decision for a request, or refuses it as ``TokenGate`` does.

    FastAPI: ``@app.get("/orders", dependencies=[Depends(require_token("orders", verifier))])``,
    or a parameter ``decision: Annotated[Decision, Depends(…)]``. Starlette: ``await`` it with
    the request.

    Args:
        api: the name of the API that the route belongs to.
        verifier: whom to ask. It stays the caller's to close.
        metrics: where to count decisions.
        websocket_method: the method that opening a WebSocket counts as.

    """
    asking = Asking(verifier, metrics)

    async def decision(connection: HTTPConnection) -> Decision:
        scope = connection.scope
        is_http = scope["type"] == "http"
        method = scope["method"] if is_http else websocket_method
        answer = await asking.ask(scope["headers"], scope.get("query_string", b""), api, method)
        if not isinstance(answer, Refusal):
            return answer
        if not is_http:
            raise WebSocketException(code=1008)
        headers = {name.decode(): value.decode() for name, value in answer.headers(api)}
        # The body is FastAPI's own, with its own type.
        del headers["content-type"]
        raise HTTPException(answer.status, answer.error, headers)

    return decision
