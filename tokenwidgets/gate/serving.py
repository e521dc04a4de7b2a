"""Run the gate on uvicorn."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket

import uvicorn

from tokenwidgets import errors
from tokenwidgets.gate.settings import Gate

__all__ = ["run_gate"]

# It is set up by uvicorn, and has what people are told of how the server is doing.
_LOG = logging.getLogger("uvicorn.error")


def run_gate(gate: Gate | None = None, database_url: str | None = None) -> None:
    """Serve until the process is told to end.

    Requests are not logged line by line: a secret that somebody put into an address would be
    in the log.

    Args:
        gate: the settings; the defaults if not given.
        database_url: the platform's database; the configured one if not given.

    Raises:
        ConfigurationError: a setting cannot be used, or the port is in use.

    """
    gate = gate or Gate()
    application = gate.application(database_url)
    sockets = _bind(gate.ip, gate.port)
    config = uvicorn.Config(
        application,
        access_log=False,
        # What a proxy says is read by the gate itself, from the headers of that proxy alone.
        proxy_headers=False,
        server_header=False,
        lifespan="on",
        log_level="info",
    )
    for each in sockets:
        host, port = each.getsockname()[:2]
        _LOG.info("The gate is at http://%s:%d", f"[{host}]" if ":" in host else host, port)
    server = uvicorn.Server(config)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets)
    if not server.started:
        raise errors.ConfigurationError("The gate could not start; what it wrote says why.")


def _bind(ip: str, port: int) -> list[socket.socket]:
    """The sockets to listen on: one for each address that the name has."""
    sockets, trouble = [], None
    try:
        found = socket.getaddrinfo(
            ip or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, address in dict.fromkeys((each[0], each[4][:2]) for each in found):
            try:
                sockets.append(socket.create_server(address, family=family))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    raise
                trouble = error  # such as localhost's ::1, where there is no IPv6
        if trouble is not None and not sockets:
            raise trouble
    except (OSError, ValueError) as error:
        # What create_server says has the address in it once more.
        number = getattr(error, "errno", None) or 0
        why = os.strerror(number) if number > 0 else getattr(error, "strerror", error)
        raise errors.ConfigurationError(
            f"The gate cannot listen on {ip or 'all addresses'}, port {port}: {why}."
        ) from None
    return sockets
