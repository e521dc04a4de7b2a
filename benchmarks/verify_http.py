"""The gate through HTTP: ``wrk`` against the same uvicorn application with and without it."""

from __future__ import annotations

import contextlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tokenwidgets.gate import TokenGate
from tokenwidgets.verifier import AsyncVerifier

__all__ = ["measure_http"]

SECONDS = 3
CONNECTIONS = 32
WAYS = {
    "bare": "**without it**",
    "gated": "`TokenGate`, `AsyncVerifier` as it comes",
    "stale": "`TokenGate`, `max_stale_seconds=30`",
    "no-cache": "`TokenGate`, nothing remembered",
}


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """About the least that an ASGI application can do."""
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})


def measure_http(url: str, sample: list[list[str]], rounds: int) -> str:
    """The table: requests a second with a thousand tokens of one API in turn.

    Raises:
        SystemExit: there is no ``wrk`` on the path.

    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("HTTP is measured with wrk (apt-get install wrk); or leave it: --no-http")
    api = sample[0][1]
    secrets = [secret for secret, its_api in sample if its_api == api]
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        script = folder / "tokens.lua"
        script.write_text(_script(secrets))
        addresses = {
            way: stack.enter_context(_server(way, url, api, 8850 + number))
            for number, way in enumerate(WAYS)
        }
        for number in range(rounds):
            print(f"  round {number + 1} of {rounds}", file=sys.stderr)
            for way, address in addresses.items():
                rates[way].append(_rate(wrk, script, address))
    medians = {way: statistics.median(some) for way, some in rates.items()}
    lines = ["| uvicorn application | requests a second | of it without |", "| --- | ---: | ---: |"]
    for way, rate in medians.items():
        lines.append(f"| {WAYS[way]} | {rate:,.0f} | {rate / medians['bare']:.2f} |")
    return "\n".join(lines)


def _script(secrets: list[str]) -> str:
    """What makes wrk send the tokens in turn."""
    listed = ",".join(f'"{secret}"' for secret in secrets)
    return (
        f"local secrets = {{{listed}}}\nlocal number = 0\n"
        "request = function()\n"
        "  number = number % #secrets + 1\n"
        '  return wrk.format("GET", "/", {["Authorization"] = "Bearer " .. secrets[number]})\n'
        "end\n"
    )


def _rate(wrk: str, script: Path, address: str) -> float:
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script), address]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said:
        raise AssertionError(said)
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None:
        raise AssertionError(said)
    return float(found[1])


@contextlib.contextmanager
def _server(way: str, url: str, api: str, port: int) -> Iterator[str]:
    command = [sys.executable, __file__, way, url, api, str(port)]
    with subprocess.Popen(command) as process:
        address = f"http://127.0.0.1:{port}/"
        for _ in range(200):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}"):
                break
            time.sleep(0.05)
        try:
            yield address
        finally:
            process.terminate()
            process.wait()


def _serve(way: str, url: str, api: str, port: int) -> None:
    import uvicorn

    settings: dict[str, dict[str, Any]] = {
        "gated": {},
        "stale": {"max_stale_seconds": 30},
        "no-cache": {"cache_size": 0},
    }
    application: Any = hello
    if way != "bare":
        application = TokenGate(hello, api=api, verifier=AsyncVerifier(url, **settings[way]))
    uvicorn.run(application, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    _serve(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
