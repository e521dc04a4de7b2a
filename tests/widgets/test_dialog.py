"""A question is answered at most once, in time, and only the one that is on screen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from wire import Wire

from tokenwidgets.widgets.dialog import GOOD_FOR, Confirm, Dialog, Dismiss


@pytest.fixture
def dialog(clock: Any) -> Dialog:
    return Dialog(clock=clock)


@pytest.fixture
def heard(dialog: Dialog) -> list[Any]:
    """What a listener of the dialog hears."""
    heard: list[Any] = []
    dialog.listen(heard.append)
    return heard


def confirm(wire: Wire, dialog: Dialog, nonce: str | None = None, **values: str) -> None:
    wire.send(dialog, "confirm", values=values, nonce=dialog.nonce if nonce is None else nonce)


def test_it_is_closed_until_something_is_asked(dialog: Dialog):
    assert dialog.nonce == ""


def test_a_question_is_shown_with_all_that_belongs_to_it(dialog: Dialog):
    field = {"name": "months", "label": "Expiration (Months)", "kind": "select", "value": "6"}
    dialog.ask(
        "Revoke x", lines=("For good.",), items=("orders",), fields=(field,), confirm="Revoke"
    )
    assert (dialog.title, dialog.confirm, dialog.danger) == ("Revoke x", "Revoke", False)
    assert (dialog.lines, dialog.items, dialog.fields) == (["For good."], ["orders"], [field])
    assert dialog.nonce


def test_a_question_leaves_nothing_of_the_one_before(dialog: Dialog):
    dialog.ask("First", lines=["a"], items=["b"], fields=[{"name": "c"}], danger=True)
    dialog.refuse("no")
    dialog.ask("Second")
    assert (dialog.lines, dialog.items, dialog.fields) == ([], [], [])
    assert (dialog.danger, dialog.problem, dialog.confirm) == (False, "", "OK")


def test_listeners_hear_of_a_confirmation_with_the_values(
    dialog: Dialog, heard: list[Any], wire: Wire
):
    dialog.ask("Go on?")
    confirm(wire, dialog, months="3")
    assert heard == [Confirm(values={"months": "3"}, nonce=dialog.nonce)]


def test_a_repeated_confirmation_is_dropped(dialog: Dialog, heard: list[Any], wire: Wire):
    dialog.ask("Go on?")
    confirm(wire, dialog)
    confirm(wire, dialog)
    assert len(heard) == 1
    assert dialog.dropped == 1


def test_a_repetition_is_dropped_after_the_dialog_was_closed(
    dialog: Dialog, heard: list[Any], wire: Wire
):
    dialog.ask("Go on?")
    nonce = dialog.nonce
    confirm(wire, dialog)
    dialog.dismiss()
    confirm(wire, dialog, nonce)
    confirm(wire, dialog, "")
    wire.send(dialog, "dismiss", nonce="")
    assert len(heard) == 1


def test_a_confirmation_of_an_earlier_question_is_dropped(
    dialog: Dialog, heard: list[Any], wire: Wire
):
    dialog.ask("Revoke one token?")
    earlier = dialog.nonce
    dialog.ask("Revoke all tokens?")
    confirm(wire, dialog, earlier)
    wire.send(dialog, "dismiss", nonce=earlier)
    assert heard == []
    assert dialog.nonce


def test_a_late_confirmation_does_nothing_and_is_told(
    dialog: Dialog, heard: list[Any], wire: Wire, clock: Any
):
    dialog.ask("Revoke x", confirm="Revoke Token")
    late = dialog.nonce
    clock.advance(GOOD_FOR)
    confirm(wire, dialog, late)
    assert heard == []
    assert "more than 10 minutes ago" in dialog.problem
    assert "Revoke Token" in dialog.problem
    # What was sent while it was late stays void; what a person presses now is an answer.
    confirm(wire, dialog, late)
    assert heard == []
    confirm(wire, dialog)
    assert len(heard) == 1


def test_a_confirmation_just_in_time_counts(
    dialog: Dialog, heard: list[Any], wire: Wire, clock: Any
):
    dialog.ask("Go on?")
    clock.advance(GOOD_FOR - timedelta(microseconds=1))
    confirm(wire, dialog)
    assert len(heard) == 1


def test_a_clock_that_went_back_confirms_nothing(
    dialog: Dialog, heard: list[Any], wire: Wire, clock: Any
):
    dialog.ask("Go on?")
    clock.advance(timedelta(seconds=-1))
    confirm(wire, dialog)
    assert heard == []
    assert dialog.problem


def test_a_refused_answer_can_be_given_again(dialog: Dialog, heard: list[Any], wire: Wire):
    dialog.ask("Months?", fields=[{"name": "months", "value": "6"}])
    first = dialog.nonce
    confirm(wire, dialog, months="7")
    dialog.refuse("Expiration (Months): must be one of 3, 6, 12.")
    assert dialog.problem == "Expiration (Months): must be one of 3, 6, 12."
    confirm(wire, dialog, first, months="7")
    confirm(wire, dialog, months="3")
    assert [message.values for message in heard] == [{"months": "7"}, {"months": "3"}]


def test_nothing_is_refused_when_nothing_is_asked(dialog: Dialog):
    dialog.refuse("late")
    assert (dialog.nonce, dialog.problem) == ("", "")


def test_dismissing_closes_it_and_is_heard_of_once(dialog: Dialog, heard: list[Any], wire: Wire):
    dialog.ask("Go on?")
    nonce = dialog.nonce
    for _ in range(2):
        wire.send(dialog, "dismiss", nonce=nonce)
    confirm(wire, dialog, nonce)
    assert heard == [Dismiss(nonce=nonce)]
    assert dialog.nonce == ""


def test_every_question_has_a_nonce_of_its_own(dialog: Dialog):
    seen = set()
    for _ in range(100):
        dialog.ask("Again?")
        seen.add(dialog.nonce)
    assert len(seen) == 100
    assert min(map(len, seen)) >= 20


def test_a_question_goes_to_the_browser_in_one_message(dialog: Dialog, wire: Wire):
    before = len(wire.sent)
    dialog.ask("Go on?", lines=["a"], items=["b"], confirm="Yes", danger=True)
    (message,) = wire.sent[before:]
    assert message.data["state"]["nonce"] == dialog.nonce
    assert message.data["state"]["title"] == "Go on?"
