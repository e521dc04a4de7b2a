"""The message of a button whose name Python gave, wherever there are such buttons."""

from __future__ import annotations

from typing import Annotated

import msgspec

from tokenwidgets.widgets.component import Message

__all__ = ["Act"]

_Name = Annotated[str, msgspec.Meta(max_length=100)]


class Act(Message, tag="act", frozen=True):
    """A button was pressed: its ``name``; ``item`` is what was chosen, if it opens a menu."""

    name: _Name
    item: _Name = ""
