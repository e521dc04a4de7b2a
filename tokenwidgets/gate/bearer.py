"""Bearer tokens in HTTP (RFC 6750): where the secret is in a request, and how one is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from tokenwidgets.vocabulary import Decision, Reason

__all__ = ["NO_API", "Headers", "Refusal", "presented_secret", "refusal_of"]

Headers = Iterable[tuple[bytes, bytes]]
"""As ASGI has them: names in lower case."""

_REALM = re.compile(r"[A-Za-z0-9 ._@+:/-]{1,200}", re.ASCII)
_OVERRIDES = frozenset({b"x-http-method-override", b"x-http-method", b"x-method-override"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that denies: the status, RFC 6750's error code if any, and why, for metrics.

    The caller is told the status and the code, never the reason.
    """

    status: int
    error: str | None
    why: str

    @property
    def body(self) -> bytes:
        """The answer's body, JSON."""
        return json.dumps({"error": self.error or _WORDS[self.status]}).encode()

    def headers(self, realm: str) -> list[tuple[bytes, bytes]]:
        """The answer's headers, the challenge among them."""
        headers = [
            (b"content-type", b"application/json"),
            (b"cache-control", b"no-store"),
        ]
        if self.status == 503:
            return [*headers, (b"retry-after", b"1")]
        # The name of an API may have come in a path, with whatever in it.
        challenge = f'Bearer realm="{realm if _REALM.fullmatch(realm) else "api"}"'
        if self.error is not None:
            challenge += f', error="{self.error}"'
        return [*headers, (b"www-authenticate", challenge.encode())]


_WORDS = {401: "unauthorized", 503: "unavailable"}

NO_CREDENTIALS = Refusal(401, None, "no credentials")
SENT_TWICE = Refusal(400, "invalid_request", "two credentials")
IN_QUERY = Refusal(400, "invalid_request", "secret in query")
METHOD_OVERRIDE = Refusal(400, "invalid_request", "method override")
NO_API = Refusal(403, "insufficient_scope", "no api")

_INVALID = frozenset(
    {
        Reason.MALFORMED,
        Reason.UNKNOWN,
        Reason.REVOKED,
        Reason.EXPIRED,
        Reason.REPLACED,
        Reason.USER_INACTIVE,
    }
)
_FAILED = frozenset({Reason.UNAVAILABLE, Reason.CLOCK})


def _refusal(reason: Reason) -> Refusal:
    if reason in _INVALID:
        return Refusal(401, "invalid_token", reason.value)
    if reason in _FAILED:
        return Refusal(503, None, reason.value)
    return Refusal(403, "insufficient_scope", reason.value)


_REFUSALS = {reason: _refusal(reason) for reason in Reason}


def refusal_of(decision: Decision) -> Refusal | None:
    """How a decision is told to the caller; None when it allows."""
    return None if decision.allowed else _REFUSALS[decision.reason]


def presented_secret(headers: Headers, query: bytes) -> str | Refusal:
    """The secret in a request's headers, well-formed or not; or why none is looked at.

    A secret in the query string is refused, since it is in the logs by now; so are two at
    once, and a header that makes some servers take the request for another method.
    """
    credentials = None
    for name, value in headers:
        if name == b"authorization":
            if credentials is not None:
                return SENT_TWICE
            credentials = value
        elif name in _OVERRIDES:
            return METHOD_OVERRIDE
    if query and _names_a_token(query):
        return IN_QUERY
    if credentials is None:
        return NO_CREDENTIALS
    scheme, _, rest = credentials.partition(b" ")
    if scheme.lower() != b"bearer":
        return NO_CREDENTIALS
    return rest.strip(b" ").decode("latin-1")


def _names_a_token(query: bytes) -> bool:
    """Whether the query string has a parameter ``access_token``, however it is written."""
    if b"%" in query:
        query = unquote_to_bytes(query)
    return any(
        part.partition(b"=")[0].strip().lower() == b"access_token"
        for part in query.replace(b";", b"&").split(b"&")
    )
