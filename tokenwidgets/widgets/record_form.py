"""RecordForm: a form whose fields Python names, for what has only a few of them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import traitlets

from tokenwidgets.language import t
from tokenwidgets.widgets.form import Form, FormMessage

__all__ = ["CancelRecord", "RecordForm", "SaveRecord"]

_Name = Annotated[str, msgspec.Meta(max_length=100)]
# Longer than any value that is stored, so that the service can say what is too long.
_Text = Annotated[str, msgspec.Meta(max_length=10_000)]
_Value = bool | _Text | Annotated[list[_Text], msgspec.Meta(max_length=5000)]


class SaveRecord(FormMessage, tag="save-record", frozen=True):
    """The button "Save" was pressed."""

    values: Annotated[dict[_Name, _Value], msgspec.Meta(max_length=50)]

    def text(self, name: str) -> str:
        """The text of a field; empty if it is not there, or not a text."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def flag(self, name: str) -> bool:
        """Whether a field is ticked."""
        return self.values.get(name) is True

    def texts(self, name: str) -> list[str]:
        """What is ticked of a field with several check boxes."""
        value = self.values.get(name)
        return value if isinstance(value, list) else []


class CancelRecord(FormMessage, tag="cancel-record", frozen=True):
    """The button "Cancel" was pressed."""


class RecordForm(Form, asset="record_form"):
    """A form with "Save" and "Cancel".

    A field has a ``name``, a ``label`` and a ``kind``: ``text``, ``switch`` (a check box) or
    ``many`` (a check box for each of its ``options``, which are ``{"value", "label"}``; of a text
    they are suggestions); perhaps a ``hint``, ``most`` (characters), and ``fixed``.
    """

    messages = (SaveRecord, CancelRecord)

    fields = traitlets.List(traitlets.Dict(), help="The fields, in their order.").tag(sync=True)
    values: traitlets.Dict[str, Any] = traitlets.Dict(help="What is stored, by name.").tag(
        sync=True
    )
    entered: traitlets.Dict[str, Any] = traitlets.Dict(
        help="What is shown in place of that, by name, and still to be saved."
    ).tag(sync=True)
    keep = traitlets.Bool(
        False, help="Whether what was entered into the other fields stays, at this filling."
    ).tag(sync=True)
    editable = traitlets.Bool(True, help="Whether anything can be changed.").tag(sync=True)
    save_label = traitlets.Unicode(help="The name of the button that saves.").tag(sync=True)
    notice = traitlets.Unicode("", help="What to know before going on; empty for none.").tag(
        sync=True
    )
    points = traitlets.List(traitlets.Unicode(), help="The same in points, below it.").tag(
        sync=True
    )

    @traitlets.default("save_label")
    def _default_save_label(self) -> str:
        return t("Save")
