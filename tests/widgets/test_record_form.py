"""A form whose fields Python names: only the one on screen is saved, and it says what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from tokenwidgets.screens.record import fill_record
from tokenwidgets.widgets.record_form import CancelRecord, RecordForm, SaveRecord

FIELDS = [
    {"name": "title", "label": "Title", "kind": "text"},
    {"name": "active", "label": "Active", "kind": "switch"},
    {"name": "departments", "label": "Departments", "kind": "many", "options": []},
]


@pytest.fixture
def form() -> RecordForm:
    form = RecordForm()
    fill_record(form, fields=FIELDS, values={"title": "Orders"})
    return form


@pytest.fixture
def heard(form: RecordForm) -> list[Any]:
    heard: list[Any] = []
    form.listen(heard.append)
    return heard


def test_what_was_entered_is_heard_of_by_its_kinds(form: RecordForm, heard: list[Any], wire: Wire):
    values = {"title": "New", "active": True, "departments": ["Sales"]}
    wire.send(form, "save-record", form=form.form, values=values)
    (saved,) = heard
    assert isinstance(saved, SaveRecord)
    assert (saved.text("title"), saved.flag("active")) == ("New", True)
    assert saved.texts("departments") == ["Sales"]


def test_a_value_of_another_kind_counts_as_none(form: RecordForm, heard: list[Any], wire: Wire):
    values = {"title": True, "active": "yes", "departments": "Sales"}
    wire.send(form, "save-record", form=form.form, values=values)
    (saved,) = heard
    assert (saved.text("title"), saved.text("name")) == ("", "")
    assert (saved.flag("active"), saved.texts("departments")) == (False, [])


def test_a_form_that_is_no_longer_on_screen_is_not_heard_of(
    form: RecordForm, heard: list[Any], wire: Wire
):
    old = form.form
    fill_record(form, fields=FIELDS, values={"title": "Billing"})
    for nonce in (old, "", "x"):
        wire.send(form, "save-record", form=nonce, values={})
        wire.send(form, "cancel-record", form=nonce)
    assert heard == []
    assert form.dropped == 6
    wire.send(form, "cancel-record", form=form.form)
    assert [type(message) for message in heard] == [CancelRecord]


def test_before_it_is_filled_nothing_can_be_saved(wire: Wire):
    form = RecordForm()
    heard: list[Any] = []
    form.listen(heard.append)
    wire.send(form, "save-record", form="", values={})
    assert heard == []


def test_the_old_problems_are_forgotten_and_the_same_ones_are_news(form: RecordForm, wire: Wire):
    form.listen(lambda _: setattr(form, "errors", {"Title": "cannot be empty."}))
    before = form.answered
    for _ in range(2):
        wire.send(form, "save-record", form=form.form, values={"title": ""})
        assert form.errors == {"Title": "cannot be empty."}
    assert form.answered == before + 2


def test_a_value_that_is_none_of_the_kinds_is_dropped(
    form: RecordForm, heard: list[Any], wire: Wire
):
    for value in (None, 1, {"a": "b"}, [1], [["x"]], "x" * 10_001, ["x"] * 5001):
        wire.send(form, "save-record", form=form.form, values={"title": value})
    assert heard == []
    assert form.dropped == 7


def test_filling_takes_away_what_was_there_before(form: RecordForm):
    form.errors = {"Title": "is wrong"}
    fill_record(form, fields=FIELDS, values={}, notice="Read this.", points=["one"])
    assert (form.errors, form.notice, form.points) == ({}, "Read this.", ["one"])
    fill_record(form, fields=FIELDS, values={})
    assert (form.notice, form.points, form.keep) == ("", [], False)
