"""The tab General of an API: what it is, by hand or from its OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tokenwidgets import errors
from tokenwidgets.directory import APIRow
from tokenwidgets.imports import APIDocument, read_openapi
from tokenwidgets.language import Phrase, t, tn
from tokenwidgets.screens.record import RecordTab, fill_record
from tokenwidgets.screens.refusals import words_of
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import plain_value
from tokenwidgets.widgets.component import Component
from tokenwidgets.widgets.file_picker import FilePicker, PickFile
from tokenwidgets.widgets.record_form import SaveRecord

__all__ = ["APIForm"]


class APIForm(RecordTab[APIRow]):
    """Adds an API or saves it; a document can fill the form."""

    def __init__(
        self, shell: Shell, saved: Callable[[str], None], close: Callable[[], None]
    ) -> None:
        super().__init__(shell, saved, close)
        self.picker = FilePicker(
            label=t("Fill from an OpenAPI document"),
            hint=t(
                "OpenAPI 2.0 to 3.2, JSON or YAML, at most 2 MB; you see what changes before"
                " anything is saved."
            ),
            accept=".json,.yaml,.yml",
        )
        shell.listen(self.picker, self._take)

    def open(self, api: APIRow) -> tuple[Component, ...]:
        """Fill it for an API; gives what is to be shown."""
        self._show(api)
        return self.picker, self.form

    def add(self) -> tuple[Component, ...]:
        """Empty it for a new API."""
        self._show(None)
        return self.picker, self.form

    def _fill(self, *, notice: str = "", **proposed: Any) -> None:
        adding = self._row is None
        groups = {api.api_group for api in self._shell.platform.apis.list(inactive=True)}
        fill_record(
            self.form,
            fields=_fields(sorted(groups - {""}), adding=adding),
            values=self._stored(),
            save_label=t("Add API") if adding else t("Save"),
            notice=notice,
            **proposed,
        )
        self.picker.problem = ""

    def _stored(self) -> dict[str, Any]:
        api = self._row or APIRow("", "", is_active=False)
        return {
            "name": api.name,
            "title": api.title,
            "group": api.api_group,
            "version": api.version_label,
            "description": api.description,
            "read_only": api.read_only,
            "active": api.is_active,
        }

    def _take(self, message: PickFile) -> None:
        """Propose what a document says; a person still has to save it."""
        try:
            document = read_openapi(
                self.picker.content, message.name, name=self._row.name if self._row else ""
            )
        except (errors.ImportRefused, errors.InvalidValue) as error:
            self.picker.problem = " ".join(words_of(error).split())
            return
        entered = {
            "name": document.name,
            "title": document.title,
            "version": document.version,
            "description": document.description,
            "read_only": document.read_only,
        }
        points = _points(self._stored(), entered)
        self._fill(
            entered=entered,
            keep=True,
            notice=(
                t("{name} would change this. Nothing is saved yet:", name=message.name)
                if points
                else t("{name} says what is stored already.", name=message.name)
            ),
            points=[*points, *_methods(document)],
        )

    def _add(self, message: SaveRecord) -> None:
        api = self._shell.platform.apis.add(
            message.text("name"),
            title=message.text("title"),
            description=message.text("description"),
            api_group=message.text("group"),
            version_label=message.text("version"),
            read_only=message.flag("read_only"),
        )
        self._shell.say(t("The API {name} was added.", name=api.name))
        self._shell.catch_up(lambda: self._saved(api.name))

    def _ask_before_save(self, api: APIRow, message: SaveRecord) -> None:
        if not api.is_active or message.flag("active"):
            self._attempt(lambda: self._save(api, message))
            return
        use = self._shell.platform.apis.use(api.name)
        tokens = tn(
            "{count} live token opens {name}, and will not any more, at once.",
            "{count} live tokens open {name}, and will not any more, at once.",
            use.live_tokens,
            name=api.name,
        )
        last = (
            t("It is not known to have been used.")
            if use.last_used_at is None
            else t("It was last used on {when}.", when=use.last_used_at.isoformat())
        )
        self._shell.ask(
            t("Deactivate {name}?", name=api.name),
            lambda _: self._attempt(lambda: self._save(api, message)),
            confirm=t("Deactivate"),
            lines=[
                f"{tokens} {last}",
                t("What the tokens were granted stays, and comes back when the API is activated."),
            ],
            danger=True,
        )

    def _save(self, api: APIRow, message: SaveRecord) -> None:
        saved = self._shell.platform.apis.edit(
            api.name,
            version=api.version,
            title=message.text("title"),
            description=message.text("description"),
            api_group=message.text("group"),
            version_label=message.text("version"),
            read_only=message.flag("read_only"),
            is_active=message.flag("active"),
        )
        self._shell.say(
            t("The API {name} was saved.", name=api.name),
            undo=lambda: self._undo(api, saved.version),
            undoable=saved.version != api.version,
        )
        self._shell.catch_up(lambda: self._saved(api.name))

    def _undo(self, api: APIRow, version: int) -> None:
        try:
            self._shell.platform.apis.edit(
                api.name,
                version=version,
                title=api.title,
                description=api.description,
                api_group=api.api_group,
                version_label=api.version_label,
                read_only=api.read_only,
                is_active=api.is_active,
            )
            self._shell.say(t("The API {name} is as before.", name=api.name))
        finally:
            self._shell.catch_up(lambda: self._saved(api.name))


_LABELS = {
    "name": Phrase("API name"),
    "title": Phrase("Title"),
    "version": Phrase("Version"),
    "description": Phrase("Description"),
    "read_only": Phrase("Read only"),
}


def _points(stored: dict[str, Any], entered: dict[str, Any]) -> list[str]:
    """What a document would change, line by line."""
    return [
        f"{t(label)}: {plain_value(stored[key])} → {plain_value(entered[key])}"
        for key, label in _LABELS.items()
        if stored[key] != entered[key]
    ]


def _methods(document: APIDocument) -> list[str]:
    closed = ", ".join(document.closed_methods)
    return [t("It also has {methods}, which no token opens.", methods=closed)] if closed else []


def _fields(groups: list[str], *, adding: bool) -> list[dict[str, Any]]:
    name = {"name": "name", "label": t("API name"), "kind": "text", "most": 100}
    fields: list[dict[str, Any]] = [
        name | {"hint": t("What API servers ask about; it cannot be changed later.")}
        if adding
        else name | {"fixed": True},
        {"name": "title", "label": t("Title"), "kind": "text", "most": 200},
        {
            "name": "group",
            "label": t("Group"),
            "kind": "text",
            "most": 100,
            "options": [{"value": group, "label": group} for group in groups],
        },
        {"name": "version", "label": t("Version"), "kind": "text", "most": 100},
        {"name": "description", "label": t("Description"), "kind": "text", "most": 2000},
        {
            "name": "read_only",
            "label": t("Read only"),
            "kind": "switch",
            "hint": t("It answers GET alone, so tokens can have Read Access and no Full Access."),
        },
    ]
    if not adding:
        fields.append(
            {
                "name": "active",
                "label": t("Active"),
                "kind": "switch",
                "hint": t("No token opens an API that is not active."),
            }
        )
    return fields
