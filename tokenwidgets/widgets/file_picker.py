"""FilePicker: a small file from the person's own machine."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import traitlets

from tokenwidgets.language import t
from tokenwidgets.widgets.component import Component, Message

__all__ = ["MOST_BYTES", "FilePicker", "PickFile"]

MOST_BYTES = 2_000_000
"""The largest file that is taken, in bytes."""


class PickFile(Message, tag="pick-file", frozen=True):
    """A file was picked: its name, as the browser tells it. Its bytes come beside the message."""

    name: Annotated[str, msgspec.Meta(max_length=1000)]


class FilePicker(Component, asset="file_picker"):
    """A button that picks a file of at most 2 MB, on which one can be dropped, too.

    Who hears of a ``PickFile`` finds the file in ``content``, and sets ``problem`` if it cannot
    be used.
    """

    messages = (PickFile,)

    label = traitlets.Unicode(help="The name of the button.").tag(sync=True)
    hint = traitlets.Unicode("", help="What the file is good for.").tag(sync=True)
    accept = traitlets.Unicode("", help="The endings to choose from, such as .json,.yaml.").tag(
        sync=True
    )
    most = traitlets.Int(MOST_BYTES, help="The largest file, in bytes.").tag(sync=True)
    problem = traitlets.Unicode("", help="Why the file cannot be used.").tag(sync=True)

    @traitlets.default("label")
    def _default_label(self) -> str:
        return t("Choose a file")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.content = b""
        self._sent: list[Any] = []

    def handle(self, message: Any) -> bool:
        """Take the file, unless it is too large, whatever the browser let through."""
        sent, self._sent = self._sent, []
        if len(sent) != 1:
            self._drop("file")
            return False
        if sent[0].nbytes > MOST_BYTES:
            self.problem = t(
                "{name} is larger than {most} MB.",
                name=message.name[:100],
                most=MOST_BYTES // 1_000_000,
            )
            return False
        self.problem = ""
        self.content = bytes(sent[0])
        return True

    def _receive(self, widget: Any, content: Any, buffers: Any) -> None:
        self._sent = [memoryview(each) for each in buffers or ()]
        super()._receive(widget, content, buffers)
