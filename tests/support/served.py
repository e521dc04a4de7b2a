"""Servers that tests start: an ASGI application, the gate's own command, nginx."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn

READY_WITHIN = 60
"""How long a server may take to answer, in seconds; a cold start on a busy machine is slow."""

_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
# Below those that the system itself gives away; in an order that another process does not have,
# which it would by the usual chance: Hypothesis begins that anew.
_PORTS = random.SystemRandom().sample(
    range(20_000, max(int(_RANGE.read_text().split()[0]), 30_000)), 1_000
)


@contextlib.contextmanager
def served(application: Any) -> Iterator[str]:
    """Serve an ASGI application in a thread, and give its address."""
    server = uvicorn.Server(
        uvicorn.Config(application, port=0, log_level="warning", access_log=False)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + READY_WITHIN
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@contextlib.contextmanager
def gate(database_url: str, *options: str, log: list[str] | None = None) -> Iterator[str]:
    """Run ``tokenwidgets gate`` as an operator does, and give its address."""
    command = [sys.executable, "-m", "tokenwidgets", "gate", "--port", "0", *options]
    environment = {**os.environ, "TOKENWIDGETS_DATABASE_URL": database_url}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        lines = [] if log is None else log
        address = None
        for line in process.stdout:
            lines.append(line)
            if found := re.search(r"http://[0-9.]+:\d+", line):
                address = found[0]
                break
        assert address is not None, "".join(lines)
        reader = threading.Thread(target=lines.extend, args=(process.stdout,))
        reader.start()
        try:
            yield address
        finally:
            process.terminate()
            reader.join()
            process.wait()


@contextlib.contextmanager
def nginx(folder: Path, http: str) -> Iterator[str]:
    """Run the system's nginx with these lines in its ``http`` block, and give its address.

    ``LISTEN`` in the lines stands for the address to listen on.
    """
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    assert program is not None, "the tests need nginx: `make tools`"
    port = free_port()
    configuration = folder / "nginx.conf"
    places = "".join(
        f"{kind}_temp_path {folder};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log stderr;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{places}"
        f"{http.replace('LISTEN', f'127.0.0.1:{port}')}\n}}\n"
    )
    with subprocess.Popen([program, "-p", str(folder), "-c", str(configuration)]) as process:
        deadline = time.monotonic() + READY_WITHIN
        while True:
            assert process.poll() is None, "nginx ended at once"
            assert time.monotonic() < deadline
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def free_port() -> int:
    """A port that nobody listens on, for who can listen only where they are told to.

    Each is given once, and none that the system could give to somebody else in the meantime.
    """
    while True:
        port = _PORTS.pop()
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
