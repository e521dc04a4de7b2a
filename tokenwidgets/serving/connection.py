"""The WebSocket between a page and its kernel: only the messages of widgets get through."""

from __future__ import annotations

import json
from typing import Any

from jupyter_server.services.kernels.connection.base import (
    deserialize_binary_message,
    deserialize_msg_from_ws_v1,
)
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

__all__ = ["WidgetConnection"]

_ALLOWED = frozenset(
    {"comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request"}
)
# By its own comm the front end asks for the state of the widgets when the page has loaded. All
# others are opened by Python: a browser makes no widgets.
_OPENED_BY_BROWSER = "jupyter.widget.control"
_CHANNELS = frozenset({"shell", "control"})
_V1 = "v1.kernel.websocket.jupyter.org"


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
            # From bytes of a stranger's choosing anything may be raised: MemoryError of a
            # wrong length, RecursionError of a deep nesting.
            refused = type(error).__name__
        if refused:
            self._drop(refused)

    def _problem(self, raw: Any) -> str:
        """What is wrong with the message; empty when it may pass."""
        channel, header, content = self._parse(raw)
        kind = header["msg_type"]
        if channel not in _CHANNELS:
            return "channel"
        if kind not in _ALLOWED:
            return "message type"
        if kind == "comm_open" and content.get("target_name") != _OPENED_BY_BROWSER:
            return "comm target"
        if kind.startswith("comm_") and kind != "comm_info_request":
            if not isinstance(content.get("comm_id"), str):
                return "comm id"
            if not isinstance(content.get("data", {}), dict):
                return "comm data"
        return ""

    def _parse(self, raw: Any) -> tuple[Any, dict[str, Any], dict[str, Any]]:
        if self.subprotocol == _V1:
            channel, parts = deserialize_msg_from_ws_v1(raw)
            header, content = json.loads(bytes(parts[0])), json.loads(bytes(parts[3]))
            for part in (parts[1], parts[2]):
                _require_dict(json.loads(bytes(part)))
        else:
            message = deserialize_binary_message(raw) if isinstance(raw, bytes) else json.loads(raw)
            channel, header, content = message["channel"], message["header"], message["content"]
            for name in ("parent_header", "metadata"):
                _require_dict(message.get(name, {}))
        _require_dict(header)
        _require_dict(content)
        if not isinstance(header.get("msg_id"), str):
            raise ValueError("a message needs an id")
        return channel, header, content

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


def _require_dict(value: Any) -> None:
    if not isinstance(value, dict):
        raise ValueError("a part of a message has to be an object")
