"""The access form passes on what was typed and chosen, and always lets "Save" be pressed again."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from tokenwidgets.widgets.access_form import AccessForm, CancelForm, SaveToken

SAVED: dict[str, Any] = {
    "form": "nonce",
    "name": "nightly-load",
    "expiration": "6",
    "separate": False,
    "grants": {"orders": "Full Access", "invoices": "Read Access", "payroll": "No Access"},
}
PROBLEM = {"Token name": "cannot be empty."}


@pytest.fixture
def form() -> AccessForm:
    return AccessForm(token_name="old", grants={"orders": "Read Access"}, form="nonce")


@pytest.fixture
def heard(form: AccessForm) -> list[Any]:
    """What a listener of the form hears."""
    heard: list[Any] = []
    form.listen(heard.append)
    return heard


def test_a_new_form_offers_3_6_and_12_months_and_begins_with_6():
    form = AccessForm()
    assert [choice["value"] for choice in form.expirations] == ["3", "6", "12"]
    assert form.expiration == "6"
    assert form.grants == {}


def test_listeners_hear_what_was_typed_and_chosen(form: AccessForm, heard: list[Any], wire: Wire):
    wire.send(form, "save-token", **SAVED)
    wire.send(form, "save-token", **{**SAVED, "expiration": "keep", "grants": {}})
    wire.send(form, "cancel-form", form="nonce")
    assert heard == [
        SaveToken(**SAVED),
        SaveToken(**{**SAVED, "expiration": "keep", "grants": {}}),
        CancelForm(form="nonce"),
    ]


def test_a_name_too_long_to_be_stored_still_reaches_whoever_can_say_so(
    form: AccessForm, heard: list[Any], wire: Wire
):
    wire.send(form, "save-token", **{**SAVED, "name": "x" * 1000})
    assert len(heard) == 1


@pytest.mark.parametrize("missing", list(SAVED))
def test_a_message_without_one_of_the_values_is_dropped(
    form: AccessForm, heard: list[Any], wire: Wire, missing: str
):
    wire.send(form, "save-token", **{key: SAVED[key] for key in SAVED if key != missing})
    assert heard == []
    assert form.dropped == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"expiration": 6},
        {"expiration": "5"},
        {"expiration": ""},
        {"separate": 1},
        {"name": None},
        {"name": "x" * 10_001},
        {"form": "x" * 101},
        {"grants": {"orders": "Administrator"}},
        {"grants": {"orders": 2}},
        {"grants": {"x" * 1001: "Read Access"}},
        {"grants": ["orders"]},
        {"grants": {f"api-{number}": "Read Access" for number in range(5001)}},
        {"owner": "somebody-else"},
    ],
    ids=lambda wrong: str(wrong)[:30],
)
def test_a_message_with_a_value_of_another_kind_is_dropped(
    form: AccessForm, heard: list[Any], wire: Wire, wrong: dict[str, Any]
):
    wire.send(form, "save-token", **{**SAVED, **wrong})
    assert heard == []
    assert form.dropped == 1


def test_saving_does_not_change_what_the_form_begins_with(form: AccessForm, wire: Wire):
    wire.send(form, "save-token", **SAVED)
    assert form.token_name == "old"
    assert form.grants == {"orders": "Read Access"}
    assert form.serial == 0


def test_the_same_problem_found_again_is_sent_again(form: AccessForm, wire: Wire):
    form.listen(lambda _: setattr(form, "errors", PROBLEM))
    wire.send(form, "save-token", **SAVED)
    first = wire.last_update(form)
    wire.send(form, "save-token", **SAVED)
    second = wire.last_update(form)
    assert first["errors"] == second["errors"] == PROBLEM
    assert second["answered"] > first["answered"]


def test_a_problem_that_was_mended_is_no_longer_shown(form: AccessForm, wire: Wire):
    form.errors = PROBLEM
    wire.send(form, "save-token", **SAVED)
    assert wire.last_update(form)["errors"] == {}


def fail(_message: Any) -> None:
    raise RuntimeError("nobody expected this")


@pytest.mark.parametrize("content", [SAVED, {**SAVED, "expiration": "5"}, {}])
def test_save_can_be_pressed_again_whatever_came_of_it(
    form: AccessForm, wire: Wire, content: dict[str, Any]
):
    form.listen(fail)
    before = form.answered
    wire.send(form, "save-token", **content)
    assert wire.last_update(form)["answered"] == before + 1
