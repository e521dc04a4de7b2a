"""Imports as changes of the platform: authorised, audited, and all of a file or none of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tokenwidgets import errors
from tokenwidgets.audit import Entry
from tokenwidgets.imports.api_write import write_api
from tokenwidgets.imports.openapi import APIDocument
from tokenwidgets.imports.user_file import read_users
from tokenwidgets.imports.user_plan import UserChange, plan_users
from tokenwidgets.imports.user_write import write_users
from tokenwidgets.language import Phrase
from tokenwidgets.progress import Progress, no_progress
from tokenwidgets.service import Service, retried
from tokenwidgets.text import plain
from tokenwidgets.vocabulary import Control

__all__ = ["ImportReport", "ImportService"]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do: ``changes`` says it line by line, for people."""

    source: str
    added: int
    changed: int
    unchanged: int
    changes: tuple[str, ...]


class _DryRun(Exception):
    """Everything went well, and is to be undone."""


class ImportService(Service):
    """Imports of users, for an actor with ``Application Users``, and of APIs, with ``APIs``."""

    @retried
    def users(
        self,
        content: bytes,
        source: str,
        *,
        dry_run: bool = False,
        progress: Progress = no_progress,
    ) -> ImportReport:
        """Make users as a CSV file has them: new ones are added, known ones changed.

        A column that is there says how it shall be, an empty cell, too (but for ``active``); what
        has no column stays as it is, and so do users without a line. Nobody is removed.

        Args:
            content: the file, as ``read_users`` takes it.
            source: its name, for messages and the audit trail.
            dry_run: only say what would be changed.
            progress: called with the lines that are done and how many there are.

        Raises:
            ImportRefused: lines are bad, and nothing was changed; it names them all.
            LastAdministrator: nobody would be left who can give one of the controls.
            NotAllowed: the actor lacks the control, or one that a group gives.

        """
        lines, problems = read_users(content, source)
        progress(0, len(lines))
        action = "import users"
        try:
            with self.changing(Control.APPLICATION_USERS, action, plain(source, 200)) as change:
                changes, refused = plan_users(change.session, change.authority, lines)
                problems = sorted([*problems, *refused], key=lambda problem: problem.line)
                if problems:
                    raise errors.ImportRefused(source, problems)
                report = _report(source, len(lines), changes)
                if changes:
                    change.record(_headline(action, report))
                    write_users(
                        change, changes, lambda n: progress(report.unchanged + n, len(lines))
                    )
                else:
                    change.nothing_to_do()
                if dry_run:
                    raise _DryRun
        except _DryRun:
            pass
        progress(len(lines), len(lines))
        return report

    @retried
    def apis(
        self,
        documents: Sequence[APIDocument],
        *,
        api_group: str | None = None,
        dry_run: bool = False,
    ) -> ImportReport:
        """Make APIs as their OpenAPI documents have them: new ones are added, known ones changed.

        Args:
            documents: as ``read_openapi`` gives them.
            api_group: the group to put them into; None leaves known ones where they are.
            dry_run: only say what would be changed.

        Raises:
            InvalidValue: a value cannot be taken.
            NameInUse: two documents have one name, or another API's differs in case alone.
            NotAllowed: the actor lacks the control.

        """
        source = ", ".join(document.source for document in documents)
        try:
            with self.changing(Control.APIS, "import APIs", plain(source, 200)) as change:
                _refuse_one_name_twice(documents)
                told = [text for each in documents if (text := write_api(change, each, api_group))]
                change.nothing_to_do()
                if dry_run:
                    raise _DryRun
        except _DryRun:
            pass
        added = sum(text.startswith("add") for text in told)
        return ImportReport(
            source, added, len(told) - added, len(documents) - len(told), tuple(told)
        )


def _refuse_one_name_twice(documents: Sequence[APIDocument]) -> None:
    """Refuse documents of which one would be written over another."""
    sources: dict[str, str] = {}
    for document in documents:
        key = document.name.strip().lower()
        if key in sources:
            problem = Phrase(
                "{first} and {second} would both be the API {name}: import them one by one, and"
                " give one another name.",
                first=sources[key],
                second=document.source,
                name=document.name,
            )
            raise errors.NameInUse("API name", problem)
        sources[key] = document.source


def _report(source: str, read: int, changes: Sequence[UserChange]) -> ImportReport:
    added = sum(change.row_id is None for change in changes)
    return ImportReport(
        source, added, len(changes) - added, read - len(changes), tuple(map(str, changes))
    )


def _headline(action: str, report: ImportReport) -> Entry:
    """The event under which those of the single users stand."""
    counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
    return Entry(action, plain(report.source, 200), detail=counts)
