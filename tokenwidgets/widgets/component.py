"""What every component shares: state goes to the browser, only typed messages come back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Annotated, Any, ClassVar

import anywidget
import msgspec
import traitlets

from tokenwidgets.language import ENGLISH, spoken
from tokenwidgets.widgets import assets

__all__ = ["Component", "Message", "Turn"]

log = logging.getLogger("tokenwidgets.widgets")


Turn = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""A view's number for a message, greater each time: a component gives back the greatest that it
has taken, so that the view knows whether its state is an answer to what was sent last. Views of one
component count for themselves: the number of one that is behind takes nothing back from another."""


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """Something that a person did in the browser, parsed and of known type.

    It is still only a claim: whoever acts on it must ask the service, which authorises.
    """


class Component(anywidget.AnyWidget):
    """A widget whose traits only Python can change.

    A browser is hostile: it can send any state for any synced trait. So a component takes no
    state from it at all; it takes custom messages, each parsed into one of ``messages``.
    What does not parse is dropped, counted in ``dropped`` and logged; it never raises.
    """

    messages: ClassVar[tuple[type[Message], ...]] = ()
    """The messages that this component understands."""

    panel = traitlets.Unicode(
        "", help="Name of the tab whose panel this is; empty outside tabs."
    ).tag(sync=True)
    dropped = traitlets.Int(0, help="How many messages from the browser were refused.")

    _asset: ClassVar[str] = ""

    def __init_subclass__(cls, asset: str = "", **kwargs: Any) -> None:
        if asset:
            cls._asset = asset
            cls._esm = assets.script(asset)
        super().__init_subclass__(**kwargs)

    def __init__(self, **kwargs: Any) -> None:
        if self._asset and spoken() != ENGLISH:
            kwargs.setdefault("_esm", assets.script(self._asset, spoken()))
        super().__init__(**kwargs)
        self._listeners: list[Callable[[Any], None]] = []
        self._decoder = msgspec.json.Decoder(_union(self.messages)) if self.messages else None
        self.on_msg(self._receive)

    def listen(self, listener: Callable[[Any], None]) -> None:
        """Call ``listener(message)`` with each message that parses, in the order of arrival."""
        self._listeners.append(listener)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Refuse state from the browser: whatever it says it is, nobody here asked for it."""
        self._drop("state")

    def handle(self, message: Any) -> bool | None:
        """Take one parsed message: what the component itself does with it. Override freely.

        Returns:
            False if the listeners are not to hear of it; anything else lets them.

        """

    def _handle_msg(self, msg: dict[str, Any]) -> None:
        """Take what came over the wire, if it is a widget's message at all."""
        match msg:
            case {"content": {"data": {"method": "request_state" | "custom"}}}:
                super()._handle_msg(msg)
            case {"content": {"data": {"method": "update"}}}:
                # Not even its buffers are looked at.
                self._drop("state")
            case _:
                self._drop("message")

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        try:
            if self._decoder is None:
                raise msgspec.ValidationError("this component takes no messages")
            message = self._decoder.decode(msgspec.json.encode(content))
        except (msgspec.MsgspecError, TypeError, ValueError, RecursionError):
            self._drop("message")
            return
        try:
            if self.handle(message) is False:
                return
            for listener in tuple(self._listeners):
                listener(message)
        except Exception:
            # An exception here would be sent down the socket with its traceback.
            log.exception("%s failed on a %s", type(self).__name__, type(message).__name__)

    def _drop(self, kind: str) -> None:
        self.dropped += 1
        log.warning(
            "%s dropped a %s from the browser that it cannot take", type(self).__name__, kind
        )

    def __repr__(self) -> str:
        """Stable, so that notebooks can be compared; the browser shows the view instead."""
        return f"{type(self).__name__}()"


def _union(types: tuple[type[Message], ...]) -> Any:
    union: Any = types[0]
    for kind in types[1:]:
        union = union | kind
    return union
