"""One record, such as a user group or an API, in a ``RecordForm``: filled, added or saved."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from tokenwidgets import errors
from tokenwidgets.language import t
from tokenwidgets.screens.refusals import newer_state, problem_of
from tokenwidgets.screens.shell import Shell
from tokenwidgets.widgets.record_form import CancelRecord, RecordForm, SaveRecord

__all__ = ["RecordTab", "fill_record"]

R = TypeVar("R")


class RecordTab(ABC, Generic[R]):
    """The tab General of a record: has its form, and adds or saves what is entered.

    Args:
        shell: where to ask and tell.
        saved: called with the name of what was added or changed.
        close: goes back to the list.

    """

    def __init__(
        self, shell: Shell, saved: Callable[[str], None], close: Callable[[], None]
    ) -> None:
        self._shell = shell
        self._saved = saved
        self._close = close
        self._row: R | None = None
        self.form = RecordForm(panel=t("General"))
        shell.listen(self.form, self._do)

    def _show(self, row: R | None) -> None:
        """Fill the form for a row; empty it for a new one."""
        self._row = row
        self._fill()

    @abstractmethod
    def _fill(self, *, notice: str = "") -> None:
        """Show what is stored, with what to know before going on."""

    @abstractmethod
    def _add(self, message: SaveRecord) -> None:
        """Add what was entered."""

    @abstractmethod
    def _ask_before_save(self, row: R, message: SaveRecord) -> None:
        """Save what was entered, after a question if much would stop working."""

    def _do(self, message: Any) -> None:
        match message:
            case CancelRecord() if self._row is None:
                self._close()
            case CancelRecord():
                self._fill()
            case SaveRecord() if self._row is not None:
                self._ask_before_save(self._row, message)
            case SaveRecord():
                self._attempt(lambda: self._add(message))

    def _attempt(self, save: Callable[[], None]) -> None:
        """Save; what is wrong with a value is shown beside its field."""
        try:
            save()
        except errors.InvalidValue as error:
            self.form.errors = problem_of(error)
        except errors.StaleVersion as error:
            self._row = error.current
            self._fill(notice=newer_state(error))


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
    """Show other contents, so that nothing of what was there before can be saved any more.

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
