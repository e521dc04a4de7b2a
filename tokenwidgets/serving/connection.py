"""The WebSocket between a page and its kernel: only the messages of widgets get through."""

from __future__ import annotations

import json
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from voila.tornado.kernel_websocket_handler import read_header_from_binary_message

__all__ = ["WidgetConnection", "may_leave"]

_ALLOWED = frozenset(
    {"comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request"}
)
# By its own comm the front end asks for the state of the widgets when the page has loaded. All
# others are opened by Python: a browser makes no widgets.
_OPENED_BY_BROWSER = "jupyter.widget.control"
_CHANNELS = frozenset({"shell", "control"})
_PROTOCOL = "v1.kernel.websocket.jupyter.org"
# The channel, the four parts of a message, where the last ends; and some buffers.
_FEWEST_OFFSETS, _MOST_OFFSETS = 6, 64

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
        header, _, _, content = (_object(part) for part in parts[:4])
        kind = header.get("msg_type")
        if channel not in _CHANNELS:
            return "channel"
        if kind not in _ALLOWED or not isinstance(header.get("msg_id"), str):
            return "message type"
        if kind == "comm_open" and content.get("target_name") != _OPENED_BY_BROWSER:
            return "comm target"
        if kind in ("comm_open", "comm_msg", "comm_close"):
            if not isinstance(content.get("comm_id"), str):
                return "comm id"
            if not isinstance(content.get("data", {}), dict):
                return "comm data"
        return ""

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
    return value
