"""Whatever the headers are: no failure, and nothing is let through."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from served import served
from strange_requests import Answers, Strange, strange_requests

from tokenwidgets.gate import Gate, TokenGate
from tokenwidgets.verifier import AsyncVerifier


async def must_not_be_reached(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("the application behind the gate was reached")


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def answers(shared: Any) -> Answers:
    """A TokenGate, and the gate's own application beside nginx and Envoy."""
    verifier = AsyncVerifier(shared.url)
    return Answers(
        [
            TokenGate(must_not_be_reached, api="orders", verifier=verifier),
            Gate(apis={"/orders": "orders"}).application(shared.url),
            Gate(apis={"/orders": "orders"}, proxy="envoy").application(shared.url),
        ]
    )


def test_no_strange_request_is_let_through_or_fails(
    shared: Any, answers: Answers, runner: asyncio.Runner
) -> None:
    @settings(max_examples=400)
    @given(strange_requests([shared.read, shared.full, shared.introspector]))
    def ask(request: Strange) -> None:
        runner.run(answers.ask(request))

    ask()
    assert answers.count >= 1000


def test_the_same_questions_with_the_good_secret_are_let_through(
    shared: Any, answers: Answers, runner: asyncio.Runner
) -> None:
    # Else the test above could pass because nothing ever is.
    headers = [(b"authorization", f"Bearer {shared.read}".encode())]
    request = Strange("http", "GET", "/auth/orders", b"", headers, b"")
    with pytest.raises(AssertionError, match="was reached"):
        runner.run(answers.ask(request))


def test_bytes_that_are_no_http_end_the_connection_and_not_the_gate(shared: Any) -> None:
    with served(Gate().application(shared.url)) as url:
        address = urlsplit(url)
        for start in (b"\0" * 100, b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01" * 50, b"x" * 100_000):
            with (
                # It may end before all of that was read.
                contextlib.suppress(ConnectionError),
                socket.create_connection((address.hostname, address.port)) as connection,
            ):
                connection.sendall(start)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
