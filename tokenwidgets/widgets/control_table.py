"""ControlTable: which controls a user group gives to its members."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import traitlets

from tokenwidgets.widgets.ticks import TickMessage, Ticks

__all__ = ["ControlTable", "GrantAll", "RevokeAll", "SetControl"]


class SetControl(TickMessage, tag="set-control", frozen=True):
    """A control's check box was ticked (``given``) or cleared."""

    control: Annotated[str, msgspec.Meta(max_length=1000)]
    given: bool


class GrantAll(TickMessage, tag="grant-all", frozen=True):
    """The button "Grant All" was pressed."""


class RevokeAll(TickMessage, tag="revoke-all", frozen=True):
    """The button "Revoke All" was pressed."""


class ControlTable(Ticks, asset="control_table"):
    """A table of controls by screen, with a check box a row in the column "Access".

    A control: ``name``, perhaps a ``label`` to show in its place, ``screen``, ``about`` (what it
    is good for), ``given`` (bool), ``locked`` (why its check box cannot be changed; empty if it
    can) and ``lacks`` (what it still needs to have any effect; empty if nothing).
    """

    messages = (SetControl, GrantAll, RevokeAll)

    controls: traitlets.List[dict[str, Any]] = traitlets.List(
        traitlets.Dict(), help="The controls, in their order; those of a screen together."
    ).tag(sync=True)
    notice = traitlets.Unicode("", help="What to know; empty for none.").tag(sync=True)
    can_change = traitlets.Bool(True, help="Whether check boxes can be changed.").tag(sync=True)
