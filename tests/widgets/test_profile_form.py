"""The profile form passes on what was typed, and never loses it."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from tokenwidgets.widgets.profile_form import CancelProfile, ProfileForm, SaveProfile

PROFILE = {
    "user_id": "jdoe",
    "name": "Jane Doe",
    "email": "jane@example.org",
    "department": "Finance",
    "active": True,
}
TYPED = {"form": "nonce", **PROFILE}


@pytest.fixture
def form() -> ProfileForm:
    return ProfileForm(editable=True, profile=PROFILE, form="nonce")


@pytest.fixture
def heard(form: ProfileForm) -> list[Any]:
    """What a listener of the form hears."""
    heard: list[Any] = []
    form.listen(heard.append)
    return heard


def test_listeners_hear_what_was_typed(form: ProfileForm, heard: list[Any], wire: Wire):
    wire.send(form, "save-profile", **TYPED)
    wire.send(form, "cancel-profile", form="nonce")
    assert heard == [SaveProfile(**TYPED), CancelProfile("nonce")]


@pytest.mark.parametrize("missing", list(TYPED))
def test_a_message_without_one_of_the_values_is_dropped(
    form: ProfileForm, heard: list[Any], wire: Wire, missing: str
):
    wire.send(form, "save-profile", **{key: TYPED[key] for key in TYPED if key != missing})
    assert heard == []
    assert form.dropped == 1


@pytest.mark.parametrize("wrong", [{"active": "yes"}, {"name": None}, {"email": 7}, {"admin": 1}])
def test_a_message_with_a_value_of_another_type_is_dropped(
    form: ProfileForm, heard: list[Any], wire: Wire, wrong: dict[str, Any]
):
    wire.send(form, "save-profile", **{**TYPED, **wrong})
    assert heard == []


def test_a_form_that_is_no_longer_on_screen_is_not_heard_of(
    form: ProfileForm, heard: list[Any], wire: Wire
):
    form.form = "another"
    wire.send(form, "save-profile", **TYPED)
    wire.send(form, "cancel-profile", form="nonce")
    assert heard == []
    assert form.dropped == 2


def test_the_same_error_found_again_is_shown_again(form: ProfileForm, wire: Wire):
    form.listen(lambda _: setattr(form, "errors", {"Email": "is not an e-mail address."}))
    wire.send(form, "save-profile", **TYPED)
    first = wire.last_update(form)
    wire.send(form, "save-profile", **TYPED)
    second = wire.last_update(form)
    assert first["errors"] == second["errors"] == {"Email": "is not an e-mail address."}
    assert second["answered"] > first["answered"]


def test_saving_does_not_change_what_the_form_shows_by_itself(form: ProfileForm, wire: Wire):
    wire.send(form, "save-profile", **{**TYPED, "name": "Somebody Else"})
    assert form.profile["name"] == "Jane Doe"
