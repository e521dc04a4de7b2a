"""Downloads: hands a file from Python to the browser, which saves it.

The file goes to the one view that claimed it first, piece by piece, each when the view asks for
it: never as state, which would be saved into a notebook, and never more at a time than the
connection can take.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from tokenwidgets.widgets.component import Component, Message

__all__ = ["MOST_BYTES", "Downloads", "TakePiece"]

MOST_BYTES = 50_000_000
"""The largest file that is handed over, in bytes."""

PIECE = 1_000_000
_MOST_WAITING = 3

_Id = Annotated[str, msgspec.Meta(max_length=100)]


class TakePiece(Message, tag="take-piece", frozen=True):
    """A view asks for the piece of a file that begins at ``offset``."""

    nonce: _Id
    view: _Id
    offset: Annotated[int, msgspec.Meta(ge=0, le=MOST_BYTES)]


@dataclass(slots=True, repr=False)
class _File:
    """A file that is waiting to be taken, or being taken by ``view``."""

    data: bytes
    view: str | None = None


class Downloads(Component, asset="downloads"):
    """Has nothing to see. Its messages are its own affair: listeners hear of none."""

    messages = (TakePiece,)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._files: OrderedDict[str, _File] = OrderedDict()

    def hand_over(self, name: str, media_type: str, data: bytes) -> None:
        """Let the browser save a file. Call it in answer to what a person did just now.

        Raises:
            ValueError: it is larger than ``MOST_BYTES``.

        """
        if len(data) > MOST_BYTES:
            raise ValueError(f"{name} is larger than {MOST_BYTES:,} bytes")
        nonce = secrets.token_urlsafe(18)
        self._files[nonce] = _File(data)
        # Those that nobody came for.
        while len(self._files) > _MOST_WAITING:
            self._files.popitem(last=False)
        offer = {"type": "offer", "nonce": nonce, "name": name, "media": media_type}
        self.send({**offer, "size": len(data)})

    def handle(self, message: Any) -> bool:
        """Send the piece that was asked for, to the view that asked first."""
        file = self._files.get(message.nonce)
        if file is not None and message.view == (file.view or message.view):
            file.view = message.view
            piece = file.data[message.offset : message.offset + PIECE]
            if message.offset + len(piece) >= len(file.data):
                del self._files[message.nonce]
            head = {"type": "piece", "nonce": message.nonce, "view": message.view}
            self.send({**head, "offset": message.offset}, buffers=[piece])
        return False
