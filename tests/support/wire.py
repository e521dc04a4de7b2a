"""The wire between a widget and a browser, without the browser.

What a widget sends is recorded as a browser would get it; what a browser would send goes into
the widget by the way that a kernel takes.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import comm
from comm.base_comm import BaseComm
from ipywidgets import Widget
from ipywidgets.widgets.widget import _instances


class _Comm(BaseComm):
    """A comm whose messages are kept in ``sent``, across all widgets and in order."""

    sent: list[_Sent]

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any
    ) -> None:
        # Through JSON, as on the wire: what is not JSON fails here, too.
        beside = [bytes(each) for each in buffers or ()]
        self.sent.append(_Sent(self.comm_id, msg_type, json.loads(json.dumps(data)), beside))


@dataclass
class _Sent:
    comm_id: str
    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    buffers: list[bytes] = field(default_factory=list)

    @property
    def custom(self) -> Any:
        """The content of a custom message; None for other kinds."""
        return self.data.get("content") if self.data.get("method") == "custom" else None


class Wire:
    """Everything that widgets have sent, and the way in."""

    def __init__(self) -> None:
        self.sent: list[_Sent] = []

    def send(self, widget: Widget, type: str, **content: Any) -> None:
        """Send a component one of its messages, as its view would."""
        self.send_custom(widget, {"type": type, **content})

    def send_custom(self, widget: Widget, content: Any) -> None:
        """Send any custom content."""
        self.send_raw(widget, {"method": "custom", "content": content})

    def send_state(self, widget: Widget, **state: Any) -> None:
        """Send state, as a model in a browser does when somebody sets it there."""
        self.send_raw(widget, {"method": "update", "state": state, "buffer_paths": []})

    def send_file(self, widget: Widget, content: Any, *buffers: bytes) -> None:
        """Send custom content with bytes beside it."""
        self.send_raw(widget, {"method": "custom", "content": content}, *buffers)

    def send_raw(self, widget: Widget, data: Any, *buffers: bytes) -> None:
        """Send anything at all."""
        widget.comm.handle_msg(
            {
                "content": {"comm_id": widget.model_id, "data": data},
                "buffers": [memoryview(each) for each in buffers],
            }
        )

    def customs(self, widget: Widget) -> list[Any]:
        """The custom messages that this widget has sent."""
        of_widget = [each for each in self.sent if each.comm_id == widget.model_id]
        return [each.custom for each in of_widget if each.custom is not None]

    def last_update(self, widget: Widget) -> dict[str, Any]:
        """The state in the last message that this widget has sent."""
        return [each.data for each in self.sent if each.comm_id == widget.model_id][-1]["state"]

    def widgets(self) -> list[Widget]:
        """The widgets that were made here and are still open."""
        made = [each.comm_id for each in self.sent if each.kind == "comm_open"]
        return [_instances[comm_id] for comm_id in made if comm_id in _instances]

    def buffers(self, widget: Widget) -> list[bytes]:
        """The bytes that this widget has sent beside its messages."""
        return [
            piece for each in self.sent if each.comm_id == widget.model_id for piece in each.buffers
        ]

    def states(self) -> str:
        """All state of all widgets that has gone out, or that they have now, as text."""
        out = [each.data.get("state", {}) for each in self.sent if each.custom is None]
        now = [widget.get_state() for widget in self.widgets()]
        return repr([_without_code(state) for state in out + now])


def _without_code(state: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name not in ("_esm", "_css")}


@contextlib.contextmanager
def recording() -> Iterator[Wire]:
    """Record what widgets send that are made in this block."""
    wire = Wire()
    kind = type("RecordingComm", (_Comm,), {"sent": wire.sent})
    with mock.patch.object(comm, "create_comm", kind):
        yield wire
        # Open widgets are held for ever, as a browser may still ask for them.
        for widget in wire.widgets():
            widget.close()
