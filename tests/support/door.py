"""The dashboard's server as a stranger meets it: a process, plain HTTP, and raw WebSockets."""

from __future__ import annotations

import contextlib
import html
import json
import os
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)
from websockets.sync.client import ClientConnection, connect

READY_WITHIN = 60
PROTOCOL = "v1.kernel.websocket.jupyter.org"
PROXY_SECRET = "only-the-proxy-knows-this"

_SERVE = """
import json, pathlib, sys
from traitlets.config import Config
from tokenwidgets.serving import serve
options = json.loads(sys.argv[1])
options["config"] = Config(options["config"])
if options["notebook"]:
    options["notebook"] = pathlib.Path(options["notebook"])
serve(**options, open_browser=False)
"""


@dataclass
class Server:
    """A running server: the URL that it printed, its process, and where its log goes."""

    url: str
    process: subprocess.Popen[str]
    log_file: Path

    @property
    def origin(self) -> str:
        """The URL without the path and the token."""
        found = re.match(r"https?://[^/]+", self.url)
        assert found
        return found[0]

    @property
    def log(self) -> str:
        """All that the server and its kernels have written to standard error."""
        return self.log_file.read_text("utf-8", "replace")

    def children(self) -> list[int]:
        """The process ids of its kernels."""
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True
        )
        return [int(line) for line in listed.stdout.split()]


@contextlib.contextmanager
def serving(
    folder: Path,
    database_url: str,
    *,
    identity: str,
    access_token: str | None = None,
    ip: str = "127.0.0.1",
    port: int = 0,
    config: Mapping[str, Any] | None = None,
    notebook: Path | None = None,
    log_level: int = 10,
    **environment: str,
) -> Iterator[Server]:
    """Run the server in a process of its own, until the end of the block."""
    options = {
        "database_url": database_url,
        "identity": identity,
        "access_token": access_token,
        "ip": ip,
        "port": port,
        "config": {"Application": {"log_level": log_level}, **(config or {})},
        "notebook": str(notebook) if notebook else None,
    }
    folder.mkdir(parents=True, exist_ok=True)
    log_file = folder / "server.log"
    with log_file.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _SERVE, json.dumps(options)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=folder,
            env={
                **os.environ,
                "JUPYTER_CONFIG_DIR": str(folder / "config"),
                "JUPYTER_DATA_DIR": str(folder / "data"),
                **environment,
            },
        )
    try:
        timer = threading.Timer(READY_WITHIN, process.kill)
        timer.start()
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        timer.cancel()
        server = Server(url, process, log_file)
        assert url, f"no URL on standard output; it said:\n{server.log}"
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Visit:
    """One client of the dashboard, which keeps its cookies and is no browser."""

    def __init__(
        self, origin: str, headers: Mapping[str, str] | list[tuple[str, str]] = ()
    ) -> None:
        self.origin = origin
        self.client = httpx.Client(base_url=origin, headers=headers, timeout=60)
        self.kernel_id = ""

    def open(self, path: str = "/") -> httpx.Response:
        """Get the page, and with it a kernel, whose id is then in ``kernel_id``."""
        answer = self.client.get(path, follow_redirects=True)
        found = re.search(r'"kernelId": "([\w-]+)"', answer.text)
        self.kernel_id = found[1] if found else ""
        return answer

    @property
    def cookies(self) -> str:
        """The cookies as a header."""
        return "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())

    @contextlib.contextmanager
    def socket(
        self, kernel_id: str | None = None, session_id: str = "", **headers: str
    ) -> Iterator[Socket]:
        """Connect to a kernel; by default to the one that this visit has."""
        address = (
            f"{self.origin.replace('http', 'ws', 1)}/api/kernels/{kernel_id or self.kernel_id}"
        )
        sent = [(k, v) for k, v in self.client.headers.multi_items() if k.startswith("x-")]
        with connect(
            f"{address}/channels?session_id={session_id or uuid.uuid4()}",
            additional_headers=[*sent, ("Cookie", self.cookies), *headers.items()],
            subprotocols=[PROTOCOL],
            max_size=None,
            open_timeout=60,
        ) as connection:
            yield Socket(connection)

    def shut_down(self, kernel_id: str) -> int:
        """Ask for the end of a kernel as a page that closes does; gives the status."""
        data = {"_xsrf": self.client.cookies.get("_xsrf", "")}
        return self.client.post(f"/voila/api/shutdown/{kernel_id}", data=data).status_code

    def close(self) -> None:
        """End the kernel, if there is one, and close the client."""
        if self.kernel_id:
            self.shut_down(self.kernel_id)
        self.client.close()


@dataclass
class Socket:
    """A WebSocket to a kernel, on which anything may be sent."""

    connection: ClientConnection
    states: dict[str, dict[str, Any]] = field(default_factory=dict)

    def send(
        self, kind: str, content: Any, *, channel: str = "shell", metadata: Any = None
    ) -> None:
        """Send a message as the front end would build it."""
        self.connection.send(self.build(kind, content, channel=channel, metadata=metadata))

    @staticmethod
    def build(
        kind: str,
        content: Any,
        *,
        channel: str = "shell",
        metadata: Any = None,
        header: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The bytes of a message; ``header`` is put over the usual one."""
        usual = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": kind,
            "username": "somebody",
            "session": uuid.uuid4().hex,
            "date": "2026-01-31T12:00:00Z",
            "version": "5.4",
        }
        parts = [{**usual, **(header or {})}, {}, metadata or {}, content]
        return serialize_msg_to_ws_v1([json.dumps(part).encode() for part in parts], channel)

    def custom(self, comm_id: str, content: Any) -> None:
        """Send a widget a custom message."""
        data = {"method": "custom", "content": content}
        self.send("comm_msg", {"comm_id": comm_id, "data": data})

    def messages(self, quiet: float = 1.0) -> Iterator[dict[str, Any]]:
        """What arrives, until nothing has for some seconds."""
        while True:
            try:
                raw = self.connection.recv(timeout=quiet)
            except TimeoutError:
                return
            assert isinstance(raw, bytes)
            _, parts = deserialize_msg_from_ws_v1(raw)
            header, parent, _, content = (json.loads(part) for part in parts[:4])
            yield {"header": header, "parent": parent, "content": content}

    def wait_for(self, kind: str, within: float = 20.0) -> dict[str, Any]:
        """The next message of a type."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            for message in self.messages(quiet=max(0.1, end - time.monotonic())):
                if message["header"]["msg_type"] == kind:
                    return message
        raise AssertionError(f"no {kind} within {within} seconds")

    def widgets(
        self, check: Callable[[dict[str, Any]], None] = lambda message: None
    ) -> dict[str, dict[str, Any]]:
        """The state of all widgets by their comm's id, as the front end asks for it.

        ``check`` is called with each message that arrives before the answer, and with the answer.
        """
        control = uuid.uuid4().hex
        opening = {"comm_id": control, "target_name": "jupyter.widget.control", "data": {}}
        self.send("comm_open", opening, metadata={"version": "1.0.0"})
        self.send("comm_msg", {"comm_id": control, "data": {"method": "request_states"}})
        for message in self.messages(quiet=60):
            check(message)
            content = message["content"]
            if content.get("comm_id") == control and "states" in content["data"]:
                self.states = content["data"]["states"]
                self.send("comm_close", {"comm_id": control, "data": {}})
                return self.states
        raise AssertionError("the kernel did not say which widgets it has")

    def widget(self, model: str) -> str:
        """The comm's id of a widget, by the class of its model or view as the browser has it."""
        found = [
            comm_id
            for comm_id, each in (self.states or self.widgets()).items()
            if model
            in (each["model_name"], each["state"].get("_anywidget_id", "").rpartition(".")[2])
        ]
        assert found, f"there is no {model}"
        return found[0]

    def is_alive(self) -> bool:
        """Whether the kernel still answers."""
        self.send("kernel_info_request", {})
        return bool(self.wait_for("kernel_info_reply"))


def named(user: str) -> dict[str, str]:
    """The header by which our proxy names a user."""
    return {"X-Forwarded-User": f"{PROXY_SECRET} {user}"}


def outputs(page: str) -> str:
    """A page's text, and what the cells have put into it, with all escapes undone."""
    kind = r"application/vnd\.voila\.cell-output\+json"
    found = re.findall(rf'<script type="{kind}">(.*?)</script>', page, re.DOTALL)
    parts = [json.dumps(json.loads(each), ensure_ascii=False) for each in found]
    return "\n".join([html.unescape(page), *parts])
