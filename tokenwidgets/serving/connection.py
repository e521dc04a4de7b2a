"""The WebSocket between a page and its kernel: only the messages of widgets get through."""

from __future__ import annotations

import json
import re
from typing import Any

from jupyter_client.jsonutil import extract_dates
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from voila.tornado.kernel_websocket_handler import read_header_from_binary_message

__all__ = ["PLAIN_ID", "WidgetConnection", "may_leave"]

PLAIN_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
"""What an id may look like that a browser makes up: it gets into logs."""

_ALLOWED = frozenset(
    {"comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request"}
)
# By comms of this kind the front end asks for the state of the widgets when the page has loaded.
# All others are opened, and closed, by Python: a browser makes no widgets, and ends none.
_OPENED_BY_BROWSER = "jupyter.widget.control"
_CHANNELS = frozenset({"shell", "control"})
_PROTOCOL = "v1.kernel.websocket.jupyter.org"
# The channel, the four parts of a message, where the last ends; and some buffers.
_FEWEST_OFFSETS, _MOST_OFFSETS = 6, 64
_MOST_COMMS = 100
_OF_OWN = frozenset({"request_states"})
_OF_WIDGETS = frozenset({"custom", "request_state"})

# What was printed, logged, run or raised in the kernel, and requests for input.
_KEPT_BACK = frozenset({"stream", "error", "execute_input", "input_request"})


def may_leave(message: Any) -> bool:
    """Whether a message from the kernel is for the page; others are for the log at most."""
    header = read_header_from_binary_message(message) if isinstance(message, bytes) else None
    return header is not None and header.get("msg_type") not in _KEPT_BACK


class WidgetConnection(ZMQChannelsWebsocketConnection):
    """Drops, counts and logs what is no message of a widget; nothing of it raises.

    Whatever gets through is still hostile: each component parses it, each service authorises it.
    """

    dropped = 0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._opened: set[str] = set()

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Pass a message on to the kernel, or drop it."""
        try:
            refused = self._problem(incoming_msg)
            if not refused:
                super().handle_incoming_message(incoming_msg)
        except Exception as error:
            # From bytes of a stranger's choosing anything may be raised, such as RecursionError.
            refused = type(error).__name__
        if refused:
            self._drop(refused)

    def _problem(self, raw: Any) -> str:
        """What is wrong with the message; empty when it may pass."""
        if self.subprotocol != _PROTOCOL or not isinstance(raw, bytes):
            return "protocol"
        # Jupyter's own reader believes the count, and would not return from a large one.
        if not _FEWEST_OFFSETS <= int.from_bytes(raw[:8], "little") <= _MOST_OFFSETS:
            return "number of parts"
        channel, parts = deserialize_msg_from_ws_v1(raw)
        header, parent, metadata, content = (_object(part) for part in parts[:4])
        # The kernel reads them, too, and raises on what only looks like a date.
        extract_dates([header, parent])
        kind = header.get("msg_type")
        if channel not in _CHANNELS:
            return "channel"
        if kind not in _ALLOWED or not isinstance(header.get("msg_id"), str):
            return "message type"
        if not _is_plain(header):
            return "header"
        if kind in ("comm_open", "comm_msg", "comm_close"):
            return self._problem_of_comm(kind, content, metadata)
        return ""

    def _problem_of_comm(self, kind: str, content: dict[str, Any], metadata: dict[str, Any]) -> str:
        comm_id, data = content.get("comm_id"), content.get("data", {})
        if not isinstance(comm_id, str) or not PLAIN_ID.fullmatch(comm_id):
            return "comm"
        if not isinstance(data, dict):
            return "data"
        own = comm_id in self._opened
        if kind == "comm_msg":
            method = data.get("method")
            if method == "update" and not own:
                return "" if self._accepts(data) else "state"
            return "" if method in (_OF_OWN if own else _OF_WIDGETS) else "method"
        if kind == "comm_close":
            self._opened.discard(comm_id)
            return "" if own else "comm of a widget"
        if content.get("target_name") != _OPENED_BY_BROWSER or len(self._opened) >= _MOST_COMMS:
            return "comm target"
        if not str(metadata.get("version")).startswith("1."):
            return "protocol of the comm"
        self._opened.add(comm_id)
        return ""

    def _accepts(self, data: dict[str, Any]) -> bool:
        """Whether state from the browser may pass: our components take none."""
        paths = data.get("buffer_paths", [])
        return (
            self.websocket_handler.settings["tokenwidgets_accept_state"]
            and isinstance(data.get("state"), dict)
            and isinstance(paths, list)
            and all(isinstance(path, list) for path in paths)
        )

    def _drop(self, why: str) -> None:
        self.dropped += 1
        # Every power of two, so that a flood of them does not become a flood in the log.
        if self.dropped & (self.dropped - 1) == 0:
            user = getattr(self.websocket_handler.current_user, "username", "?")
            self.log.warning(
                "dropped a message of %s for kernel %s (%s); %s in all on this connection",
                user,
                self.kernel_id,
                why,
                self.dropped,
            )


def _object(part: bytes) -> dict[str, Any]:
    value = json.loads(part)
    if not isinstance(value, dict):
        raise ValueError("a part of a message has to be an object")
    if b"\\u" in part:
        # Half a character, which JSON can name and no text can have, raises here and not later.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def _is_plain(header: dict[str, Any]) -> bool:
    """Whether a header has only what a page puts there: texts, this protocol, no subshell."""
    known = {name: value for name, value in header.items() if name != "subshell_id"}
    return (
        header.get("subshell_id") is None
        and re.fullmatch(r"5\.\d{1,2}", str(header.get("version"))) is not None
        and all(isinstance(value, str) for value in known.values())
    )
