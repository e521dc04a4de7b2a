"""Fill a ``RecordForm``, so that nothing of what was on it before can be saved any more."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from tokenwidgets.language import t
from tokenwidgets.widgets.record_form import RecordForm

__all__ = ["fill_record"]


def fill_record(
    form: RecordForm,
    *,
    fields: Sequence[Mapping[str, Any]],
    values: Mapping[str, Any],
    entered: Mapping[str, Any] | None = None,
    keep: bool = False,
    save_label: str = "",
    notice: str = "",
    points: Sequence[str] = (),
) -> None:
    """Show other contents.

    Args:
        form: the form.
        fields: its fields; see ``RecordForm``.
        values: what is stored, by the fields' names.
        entered: what is shown instead, for a person to save or not.
        keep: leave what was entered into the other fields.
        save_label: the name of the button that saves; empty: "Save".
        notice: what to know before going on.
        points: the same in points, below it.

    """
    with form.hold_sync():
        form.fields = [dict(field) for field in fields]
        form.values = dict(values)
        form.entered = dict(entered or {})
        form.keep = keep
        form.save_label = save_label or t("Save")
        form.notice = notice
        form.points = list(points)
        form.errors = {}
        form.form = secrets.token_urlsafe(12)
