"""Requests that no honest client sends, none of which may be let through: for fuzzing the gate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

HOSTILE = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"\r\nX-Injected: 1",
    b"Bearer",
    b"Bearer ",
    b"bearer\t",
    b"Basic Og==",
    b"Bearer null",
    b"Bearer undefined",
    b"' OR 1=1 --",
    b"%00",
    b"x" * 70_000,
    b"Bearer " + b"9" * 8_000,
    "Bearer ünïcödé".encode(),
    "Bearer \u202egnp".encode(),
)
SCHEMES = (b"Bearer ", b"bearer ", b"BEARER  ", b"Bearer\t", b"Token ", b"Basic ", b"", b" Bearer ")
NAMES = (
    b"authorization",
    b"x-original-method",
    b"x-original-uri",
    b"x-original-host",
    b"x-forwarded-method",
    b"x-http-method-override",
    b"content-type",
    b"cookie",
    b"proxy-authorization",
)
TOLD = [
    (b"x-original-method", b"GET"),
    (b"x-original-uri", b"/orders"),
    (b"x-original-host", b"any"),
]
METHODS = ("GET", "POST", "HEAD", "PUT", "OPTIONS", "get", "", "G\0T", "TRACE", "x" * 5000)
PATHS = (
    "/",
    "/orders",
    "/auth",
    "/auth/orders",
    "/auth/\0",
    "/auth/%0d%0aX-Injected:%201",
    '/auth/"quoted"',
    "/introspect",
    "/auth/../orders",
)


class Strange(NamedTuple):
    """One request, as ASGI tells of it."""

    kind: str
    method: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @property
    def scope(self) -> dict[str, Any]:
        """The ASGI scope."""
        return {
            "type": self.kind,
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "root_path": "",
            "query_string": self.query,
            "headers": self.headers,
            "server": ("127.0.0.1", 80),
        }


def strange_requests(secrets: Sequence[str]) -> st.SearchStrategy[Strange]:
    """Random ones, and ones with a good secret that is no longer quite what it was."""
    good = [secret.encode() for secret in secrets]
    spoilt = st.tuples(st.sampled_from(good), _EDITS).map(_edited)
    spoilt = spoilt.filter(lambda text: text.strip(b" ") not in good)
    credentials = st.one_of(
        st.binary(max_size=80),
        st.sampled_from(HOSTILE),
        st.tuples(st.sampled_from(SCHEMES), spoilt).map(b"".join),
        st.tuples(st.sampled_from(SCHEMES), st.binary(max_size=60)).map(b"".join),
    )
    headers = st.lists(st.tuples(st.sampled_from(NAMES), credentials), max_size=5)
    return st.builds(
        Strange,
        st.sampled_from(("http", "http", "http", "websocket")),
        st.sampled_from(METHODS),
        st.sampled_from(PATHS),
        st.one_of(
            st.just(b""),
            st.binary(max_size=40),
            spoilt.map(b"access_token=".__add__),
            st.sampled_from(good).map(b"token=".__add__),
        ),
        st.one_of(headers, headers.map(TOLD.__add__)),
        st.one_of(st.just(b""), st.binary(max_size=60), spoilt.map(b"token=".__add__)),
    )


_EDITS = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from("rdis"), st.binary(min_size=1, max_size=3)),
    min_size=1,
    max_size=3,
)


def _edited(pair: tuple[bytes, list[tuple[int, str, bytes]]]) -> bytes:
    """The text with bytes replaced, deleted, inserted, or its case swapped at some places."""
    text, edits = pair
    for where, what, with_what in edits:
        at = where % (len(text) + 1)
        if what == "r":
            text = text[:at] + with_what + text[at + len(with_what) :]
        elif what == "d":
            text = text[:at] + text[at + 1 :]
        elif what == "i":
            text = text[:at] + with_what + text[at:]
        else:
            text = text[:at] + text[at : at + 1].swapcase() + text[at + 1 :]
    return text


class Answers:
    """Puts requests to gates and notes every answer that should not be.

    Args:
        applications: the gates.

    """

    EXPECTED = frozenset({400, 401, 403, 404, 405})

    def __init__(self, applications: Sequence[Any]) -> None:
        self._applications = applications
        self.count = 0

    async def ask(self, request: Strange) -> None:
        """Put the request to each gate.

        Raises:
            AssertionError: one let it through, failed, or gave no answer.

        """
        for application in self._applications:
            statuses: list[int] = []
            messages = iter(
                [{"type": "http.request", "body": request.body, "more_body": False}]
                if request.kind == "http"
                else [{"type": "websocket.connect"}]
            )

            async def receive(messages: Any = messages) -> Any:
                return next(messages, {"type": f"{request.kind}.disconnect"})

            async def send(message: Any, statuses: list[int] = statuses) -> None:
                if message["type"].endswith("response.start"):
                    statuses.append(message["status"])
                    headers = b"".join(name + value for name, value in message["headers"])
                    assert headers.decode("ascii").isprintable(), (request, headers)
                elif message["type"] == "websocket.close":
                    statuses.append(403)
                elif message["type"] == "websocket.accept":
                    statuses.append(200)

            await application(request.scope, receive, send)
            assert len(statuses) == 1, (request, statuses)
            assert statuses[0] in self.EXPECTED, (request, statuses)
            self.count += 1
