"""GroupChooser: which groups a user is in."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import traitlets

from tokenwidgets.widgets.ticks import TickMessage, Ticks

__all__ = ["GroupChooser", "SetMembership"]


class SetMembership(TickMessage, tag="set-membership", frozen=True):
    """A group's check box was ticked (``member``) or cleared."""

    group: Annotated[str, msgspec.Meta(max_length=1000)]
    member: bool


class GroupChooser(Ticks, asset="group_chooser"):
    """A check box for each group, with what the group gives.

    A group: ``name``, ``description``, ``controls`` (names), ``member`` (bool) and ``locked``,
    why its check box cannot be changed; empty if it can.
    """

    messages = (SetMembership,)

    groups: traitlets.List[dict[str, Any]] = traitlets.List(
        traitlets.Dict(), help="The groups, in their order."
    ).tag(sync=True)
    can_change = traitlets.Bool(False, help="Whether check boxes can be changed.").tag(sync=True)
