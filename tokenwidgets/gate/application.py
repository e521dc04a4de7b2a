"""The gate as an application of its own, beside a proxy or for resource servers to ask."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tokenwidgets.gate.asking import Asking
from tokenwidgets.gate.forward import PREFIX, ForwardAuth
from tokenwidgets.gate.introspect import Introspection
from tokenwidgets.gate.metrics import GateMetrics
from tokenwidgets.gate.openapi import describe
from tokenwidgets.gate.routes import Routes
from tokenwidgets.verifier import AsyncVerifier

__all__ = ["GateApplication"]

log = logging.getLogger("tokenwidgets.gate")


class GateApplication:
    """``/auth`` for a proxy, ``/introspect``, ``/health``, ``/metrics`` and ``/openapi.json``.

    Args:
        verifier: whom to ask; the application closes it when it shuts down.
        apis: the API's name by path, or by host and path; see ``Routes``.
        proxy: nginx, traefik or envoy.
        introspection_api: the API that who introspects needs Full Access to.

    Raises:
        ConfigurationError: one of them cannot be used.

    """

    def __init__(
        self,
        verifier: AsyncVerifier,
        *,
        apis: Mapping[str, str] | None = None,
        proxy: str = "nginx",
        introspection_api: str = "introspection",
    ) -> None:
        self._verifier = verifier
        self._metrics = GateMetrics()
        self._metrics.watch(verifier)
        asking = Asking(verifier, self._metrics)
        self._forward = ForwardAuth(asking, Routes(apis or {}), proxy)
        self._description = describe(proxy)
        introspection = Introspection(asking, introspection_api)
        self._rest = Starlette(
            routes=[
                Route("/health", self._health),
                Route("/metrics", self._tell),
                Route("/openapi.json", self._describe),
                Route("/introspect", introspection.answer, methods=["POST"]),
            ],
            lifespan=self._lifespan,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; an ASGI application."""
        if scope["type"] == "http":
            path = scope["path"]
            if path == PREFIX or path.startswith(f"{PREFIX}/"):
                await self._forward(scope, receive, send)
                return
        await self._rest(scope, receive, send)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        if not await self._verifier.can_read():
            log.error("the database cannot be read, so tokens are denied until it can")
        yield
        await self._verifier.close()

    async def _health(self, _request: Request) -> Response:
        healthy = await self._verifier.can_read()
        return JSONResponse({"status": "ok" if healthy else "unavailable"}, 200 if healthy else 503)

    async def _tell(self, _request: Request) -> Response:
        return Response(
            generate_latest(self._metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    async def _describe(self, _request: Request) -> Response:
        return JSONResponse(self._description)
