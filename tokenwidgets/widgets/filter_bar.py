"""FilterBar: the top of a screen: its heading, what can be done there, and its filters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import traitlets

from tokenwidgets.widgets.acting import Act
from tokenwidgets.widgets.component import Component, Message, Turn

__all__ = ["Act", "ClearFilters", "Filter", "FilterBar"]


class Filter(Message, tag="filter", frozen=True):
    """Filters were set; ``values`` has those of all, by their names.

    ``zone`` is the viewer's time zone, such as ``Europe/Stockholm``: the zone of days. ``turn``
    is the sender's number for it, greater each time; ``FilterBar.answered`` gives it back.
    """

    values: Annotated[
        dict[
            Annotated[str, msgspec.Meta(max_length=100)],
            Annotated[str, msgspec.Meta(max_length=10_000)],
        ],
        msgspec.Meta(max_length=50),
    ]
    zone: Annotated[str, msgspec.Meta(max_length=100)] = ""
    turn: Turn = 0


class ClearFilters(Message, tag="clear-filters", frozen=True):
    """The button "Clear filters" was pressed; ``turn`` as in ``Filter``."""

    turn: Turn = 0


class FilterBar(Component, asset="filter_bar"):
    """A heading, buttons, and filters for whatever is below.

    A filter has a ``name``, a ``label`` and a ``kind``: ``search`` or ``text`` (sent when nothing
    was typed for a moment, or on Enter), ``date`` (likewise; ``2026-07-31`` or empty), or
    ``select`` with ``options``, a list of ``{"value", "label"}`` whose empty value is no filter.
    An action has a ``name``, a ``label``, and perhaps a ``kind`` (primary, danger), ``items`` of
    a menu, and ``disabled``.
    """

    messages = (Filter, ClearFilters, Act)

    heading = traitlets.Unicode("", help="The screen's heading.").tag(sync=True)
    actions = traitlets.List(traitlets.Dict(), help="The buttons beside the heading.").tag(
        sync=True
    )
    filters = traitlets.List(traitlets.Dict(), help="The filters, in their order.").tag(sync=True)
    values: traitlets.Dict[str, str] = traitlets.Dict(
        help="The filters' values by name; empty where there is none."
    ).tag(sync=True)
    answered = traitlets.Int(
        0, help="Number of the message that values answer: what was set since is on its way."
    ).tag(sync=True)
    problems: traitlets.Dict[str, str] = traitlets.Dict(
        help="Why a filter's value cannot be taken, by the filter's name."
    ).tag(sync=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.zone: tzinfo = UTC

    def known(self, message: Filter) -> dict[str, str]:
        """The message's values of the filters that there are, without those that are empty."""
        names = {each["name"] for each in self.filters}
        return {name: text for name, text in message.values.items() if name in names and text}

    def fill(self, values: Mapping[Any, Any], zone: str = "") -> None:
        """Show these values of the filters; ``zone`` as in ``Filter``."""
        self.zone = _zone(zone)
        self.values = {str(name): text for name, text in values.items() if isinstance(text, str)}

    def take(self, message: Filter | ClearFilters) -> None:
        """Show what was set; who tries again what has failed does this anew."""
        if isinstance(message, Filter):
            self.fill(self.known(message), message.zone)
        else:
            self.values = {}

    def handle(self, message: Any) -> None:
        """Show what was set; who listens may change it again."""
        if isinstance(message, Filter | ClearFilters):
            with self.hold_sync():
                self.take(message)
                self.answered = max(self.answered, message.turn)


def _zone(name: str) -> tzinfo:
    """The zone of this name, or UTC; what a browser says is no reason to fail."""
    try:
        return ZoneInfo(name) if name else UTC
    except (OSError, ValueError, LookupError):
        return UTC
