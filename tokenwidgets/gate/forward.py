"""Forward authentication: nginx's auth_request, Traefik's ForwardAuth, Envoy's ext_authz."""

from __future__ import annotations

import dataclasses
import logging
import time
from typing import NamedTuple
from urllib.parse import unquote

from starlette.types import Receive, Scope, Send

from tokenwidgets import errors
from tokenwidgets.gate.asking import Asking
from tokenwidgets.gate.bearer import Refusal
from tokenwidgets.gate.middleware import answer_http
from tokenwidgets.gate.routes import Routes
from tokenwidgets.vocabulary import Decision

__all__ = ["PREFIX", "PROXIES", "ForwardAuth"]

log = logging.getLogger("tokenwidgets.gate")

PREFIX = "/auth"
"""Where the proxy asks; nginx and Traefik may add the API's name: ``/auth/orders``."""

_NOT_TOLD = Refusal(403, "insufficient_scope", "proxy told no request")
_COMPLAIN_ONCE_IN = 10.0

# Proxies keep the first to themselves, but pass the others on, without which no server opens one.
_WEBSOCKET = (b"upgrade", b"sec-websocket-")


class _Told(NamedTuple):
    """Which headers a proxy tells the original request in; it overwrites what a client sent."""

    method: bytes
    target: bytes
    host: bytes


PROXIES: dict[str, _Told | None] = {
    "nginx": _Told(b"x-original-method", b"x-original-uri", b"x-original-host"),
    "traefik": _Told(b"x-forwarded-method", b"x-forwarded-uri", b"x-forwarded-host"),
    # Envoy asks with the original method, host and path themselves.
    "envoy": None,
}


class ForwardAuth:
    """Answers a proxy that asks about a request: 200, 401, 403, or 503 when it cannot be known.

    To open a WebSocket counts as POST, since nobody can tell what comes through it.
    Only the headers of the one proxy that is configured are believed. What it does not say, or
    says twice, is refused: that header may have come from the client. 200 has the headers
    ``X-Token-User`` and ``X-Token-Id`` for the proxy to pass on.

    Raises:
        ConfigurationError: there is no such proxy.

    """

    def __init__(self, asking: Asking, routes: Routes, proxy: str) -> None:
        if proxy not in PROXIES:
            raise errors.ConfigurationError(f"The proxy must be one of {', '.join(PROXIES)}.")
        self._asking = asking
        self._routes = routes
        self._told = PROXIES[proxy]
        self._proxy = proxy
        self._complained_at = -_COMPLAIN_ONCE_IN

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of the proxy."""
        answer, realm = await self._answer(scope)
        if isinstance(answer, Refusal):
            if answer.status == 400:
                # A proxy takes any answer but 401 and 403 for a failure of ours.
                answer = dataclasses.replace(answer, status=401)
            await answer_http(answer, realm, send, head=scope["method"] == "HEAD")
            return
        headers = [
            (b"x-token-user", (answer.user_id or "").encode("ascii", "replace")),
            (b"x-token-id", str(answer.token_id).encode()),
            (b"cache-control", b"no-store"),
            (b"content-length", b"0"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _answer(self, scope: Scope) -> tuple[Decision | Refusal, str]:
        method, host, target, api = self._original(scope)
        if method is None or target is None:
            self._complain()
            return self._asking.refuse(_NOT_TOLD, time.perf_counter()), "api"
        path, _, query = target.partition("?")
        if api is None:
            api = None if host is None else self._routes.find(host, path)
        headers = scope["headers"]
        if method == "GET" and any(name.startswith(_WEBSOCKET) for name, _ in headers):
            method = "POST"
        answer = await self._asking.ask(headers, query.encode("latin-1"), api, method)
        return answer, api or "api"

    def _original(self, scope: Scope) -> tuple[str | None, str | None, str | None, str | None]:
        """Method, host and target of the request, and the API if the proxy names it."""
        raw_path = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
        rest = raw_path.decode("latin-1")[len(PREFIX) :]
        headers = scope["headers"]
        if self._told is None:
            query = scope.get("query_string", b"").decode("latin-1")
            target = f"{rest}?{query}" if query else rest
            return scope["method"], _only(headers, b"host"), target or "/", None
        told = self._told
        return (
            _only(headers, told.method),
            _only(headers, told.host),
            _only(headers, told.target),
            unquote(rest[1:]) or None,
        )

    def _complain(self) -> None:
        ticks = time.monotonic()
        if ticks - self._complained_at >= _COMPLAIN_ONCE_IN:
            self._complained_at = ticks
            log.error(
                "a request to %s was refused, since the proxy (%s) does not tell, or tells twice,"
                " the original method and path",
                PREFIX,
                self._proxy,
            )


def _only(headers: list[tuple[bytes, bytes]], wanted: bytes) -> str | None:
    """The value of a header that is there exactly once."""
    values = [value for name, value in headers if name == wanted]
    return values[0].decode("latin-1") if len(values) == 1 else None
