"""A strip of tabs takes what can be chosen, and says which choice it has heard of."""

from __future__ import annotations

import pytest
from wire import Wire

from tokenwidgets.widgets.tab_strip import TabStrip


@pytest.fixture
def strip() -> TabStrip:
    return TabStrip(tabs=["General", "Activity"], selected="General")


def test_what_is_chosen_and_which_choice_it_answers_arrive_together(strip: TabStrip, wire: Wire):
    wire.send(strip, "select-tab", name="Activity", turn=1)
    assert wire.last_update(strip) == {"selected": "Activity", "answered": 1}
    wire.send(strip, "show-tabs", visible=["General"], turn=2)
    assert wire.last_update(strip) == {"hidden": ["Activity"], "selected": "General", "answered": 2}


@pytest.mark.parametrize(
    ("type", "choice"), [("select-tab", {"name": "Nonsense"}), ("show-tabs", {"visible": []})]
)
def test_what_cannot_be_chosen_changes_nothing_and_is_answered(
    strip: TabStrip, wire: Wire, type: str, choice: dict[str, object]
):
    wire.send(strip, type, **choice, turn=1)
    assert (strip.selected, strip.hidden, strip.answered) == ("General", [], 1)
