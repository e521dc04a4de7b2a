"""Token introspection (RFC 7662), for resource servers that ask over HTTP."""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tokenwidgets import errors
from tokenwidgets.gate.asking import Asking
from tokenwidgets.gate.bearer import Headers, Refusal
from tokenwidgets.verifier.introspection import OpenedBy

__all__ = ["Introspection"]

_MOST_BYTES = 16_384
_FORM = "application/x-www-form-urlencoded"


class Introspection:
    """The endpoint. Who asks needs a token with Full Access to an API of its own.

    That token comes as ``Authorization: Bearer``, or as the password of ``Basic``, which is
    what OAuth clients call their secret; the user name may be anything.

    The answer's ``scope`` lists what the token opens, such as ``orders:full reports:read``.
    A token that does not work, for whatever reason, is ``{"active": false}``; 503 while the
    database or the clock is of no use.
    """

    def __init__(self, asking: Asking, api: str) -> None:
        self._asking = asking
        self._api = api

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        headers = _as_bearer(request.scope["headers"])
        query = request.scope.get("query_string", b"")
        answer = await self._asking.ask(headers, query, self._api, "POST")
        if isinstance(answer, Refusal):
            plain = {name.decode(): value.decode() for name, value in answer.headers(self._api)}
            return Response(answer.body, answer.status, plain)
        secret = await _asked_about(request)
        if secret is None:
            return _json({"error": "invalid_request"}, 400)
        try:
            found = await asyncio.to_thread(self._asking.verifier.opened_by, secret)
        except (errors.DatabaseError, errors.ClockError):
            return _json({"error": "unavailable"}, 503)
        return _json(_claims(found))


def _as_bearer(headers: Headers) -> Headers:
    """The headers with Basic credentials made into Bearer ones of the same secret."""
    return [
        (name, _password(value) if name == b"authorization" else value) for name, value in headers
    ]


def _password(credentials: bytes) -> bytes:
    scheme, _, rest = credentials.partition(b" ")
    if scheme.lower() != b"basic":
        return credentials
    try:
        pair = base64.b64decode(rest.strip(b" "), validate=True)
    except binascii.Error:
        return credentials
    return b"Bearer " + pair.partition(b":")[2]


async def _asked_about(request: Request) -> str | None:
    """The ``token`` of the form, if that is what was sent, once, within bounds."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return None
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            return None
    try:
        tokens = parse_qs(body.decode("ascii"), max_num_fields=20).get("token", [])
    except ValueError:
        return None
    return tokens[0] if len(tokens) == 1 else None


def _claims(found: OpenedBy | None) -> dict[str, Any]:
    if found is None:
        return {"active": False}
    return {
        "active": True,
        "scope": " ".join(f"{api}:{access.name.lower()}" for api, access in found.access.items()),
        "username": found.user_id,
        "sub": found.user_id,
        "jti": str(found.token_id),
        "token_type": "Bearer",
        "iat": int(found.issued_at.timestamp()),
        "exp": int(found.expires_at.timestamp()),
    }


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(content, status, {"Cache-Control": "no-store"})
