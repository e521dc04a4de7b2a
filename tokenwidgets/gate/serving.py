"""Run the gate on uvicorn."""

from __future__ import annotations

import uvicorn

from tokenwidgets.gate.settings import Gate

__all__ = ["run_gate"]


def run_gate(gate: Gate | None = None, database_url: str | None = None) -> None:
    """Serve until the process is told to end.

    Requests are not logged line by line: a secret that somebody put into an address would be
    in the log.

    Args:
        gate: the settings; the defaults if not given.
        database_url: the platform's database; the configured one if not given.

    Raises:
        ConfigurationError: a setting cannot be used.

    """
    gate = gate or Gate()
    uvicorn.run(
        gate.application(database_url),
        host=gate.ip,
        port=gate.port,
        access_log=False,
        # What a proxy says is read by the gate itself, from the headers of that proxy alone.
        proxy_headers=False,
        server_header=False,
        lifespan="on",
        log_level="info",
    )
