"""ProfileForm: who a user is, and whether the user is active."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import traitlets

from tokenwidgets.widgets.form import Form, FormMessage

__all__ = ["CancelProfile", "ProfileForm", "SaveProfile"]

# Longer than any value that is stored, so that the service can say what is too long.
_Text = Annotated[str, msgspec.Meta(max_length=10_000)]


class SaveProfile(FormMessage, tag="save-profile", frozen=True):
    """The button "Save" was pressed; ``user_id`` says whose form it was."""

    user_id: _Text
    name: _Text
    email: _Text
    department: _Text
    active: bool


class CancelProfile(FormMessage, tag="cancel-profile", frozen=True):
    """The button "Cancel" was pressed."""


class ProfileForm(Form, asset="profile_form"):
    """The tab "General": a user's profile, or an empty one for a user to be added."""

    messages = (SaveProfile, CancelProfile)

    editable = traitlets.Bool(False, help="Whether anything can be changed.").tag(sync=True)
    adding = traitlets.Bool(False, help="Whether it is for a new user.").tag(sync=True)
    profile: traitlets.Dict[str, Any] = traitlets.Dict(
        {"user_id": "", "name": "", "email": "", "department": "", "active": True},
        help="What is stored: user_id, name, email, department, active.",
    ).tag(sync=True)
    departments = traitlets.List(
        traitlets.Unicode(), help="The departments to choose from; others can be typed."
    ).tag(sync=True)
    warning = traitlets.Unicode("", help="Shown above the form.").tag(sync=True)
