"""The tab General: a user's profile, and whether the user is active."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from tokenwidgets import errors
from tokenwidgets.directory import UserRow
from tokenwidgets.language import t, tn
from tokenwidgets.screens.refusals import newer_state, problem_of
from tokenwidgets.screens.shell import Shell
from tokenwidgets.widgets.component import Component
from tokenwidgets.widgets.profile_form import CancelProfile, ProfileForm, SaveProfile

__all__ = ["GeneralTab"]


class GeneralTab:
    """Fills a ``ProfileForm``; adds a user or saves a profile.

    Args:
        shell: where to ask and tell.
        reopen: shows a user again after a change.
        added: called with the User ID of a user who was just added.
        close: goes back to the summary.

    """

    def __init__(
        self,
        shell: Shell,
        reopen: Callable[[str], None],
        added: Callable[[str], None],
        close: Callable[[], None],
    ) -> None:
        self._shell = shell
        self._reopen = reopen
        self._added = added
        self._close = close
        self._user: UserRow | None = None
        self.form = ProfileForm(panel=t("General"), editable=True)
        shell.listen(self.form, self._do)

    def open(self, user: UserRow) -> Component:
        """Fill it for a user."""
        # A fresh row: it may have changed since the detail was opened.
        self._user = self._shell.platform.users.get(user.user_id)
        self._fill(self._user)
        return self.form

    def add(self) -> Component:
        """Empty it for a new user."""
        self._user = None
        self._fill(None)
        return self.form

    def _fill(self, user: UserRow | None, warning: str = "") -> None:
        with self.form.hold_sync():
            self.form.adding = user is None
            self.form.profile = {
                "user_id": user.user_id if user else "",
                "name": user.name if user else "",
                "email": user.email if user else "",
                "department": user.department if user else "",
                "active": user.is_active if user else True,
            }
            self.form.departments = list(self._shell.platform.users.departments())
            self.form.errors = {}
            self.form.warning = warning
            self.form.form = secrets.token_urlsafe(12)

    def _do(self, message: Any) -> None:
        user = self._user
        match message:
            case CancelProfile() if user is None:
                self._close()
            case CancelProfile():
                self._fill(user)
            case SaveProfile() if user is None:
                self._add(message)
            # One that was filled for somebody else says nothing about this user.
            case SaveProfile(user_id=user_id) if user is not None and user_id == user.user_id:
                self._ask_before_save(user, message)

    def _add(self, message: SaveProfile) -> None:
        try:
            user = self._shell.platform.users.add(
                message.user_id,
                message.name,
                email=message.email,
                department=message.department,
            )
        except errors.InvalidValue as error:
            self.form.errors = problem_of(error)
            return
        self._shell.say(t("{name} was added.", name=user.user_id))
        self._shell.catch_up(lambda: self._added(user.user_id))

    def _ask_before_save(self, user: UserRow, message: SaveProfile) -> None:
        stops = user.is_active and not message.active
        if not stops or not user.live_tokens:
            self._save(user, message)
            return
        self._shell.ask(
            t("Deactivate {name}?", name=user.user_id),
            lambda _: self._save(user, message),
            confirm=t("Deactivate"),
            lines=[
                tn(
                    "{count} live token will stop working at once,"
                    " and {user} can no longer sign in.",
                    "{count} live tokens will stop working at once,"
                    " and {user} can no longer sign in.",
                    user.live_tokens,
                    user=user.user_id,
                ),
                t("The tokens work again when the user is activated, unless they are revoked."),
            ],
            danger=True,
        )

    def _save(self, user: UserRow, message: SaveProfile) -> None:
        try:
            saved = self._shell.platform.users.edit(
                user.user_id,
                version=user.version,
                name=message.name,
                email=message.email,
                department=message.department,
                is_active=message.active,
            )
        except errors.InvalidValue as error:
            self.form.errors = problem_of(error)
            return
        except errors.StaleVersion as error:
            self._user = self._shell.platform.users.get(user.user_id)
            self._fill(self._user, newer_state(error))
            return
        self._shell.say(
            t("{name} was saved.", name=user.user_id),
            undo=lambda: self._undo(user, saved.version),
            undoable=saved.version != user.version,
        )
        self._shell.catch_up(lambda: self._reopen(user.user_id))

    def _undo(self, user: UserRow, version: int) -> None:
        try:
            self._shell.platform.users.edit(
                user.user_id,
                version=version,
                name=user.name,
                email=user.email,
                department=user.department,
                is_active=user.is_active,
            )
            self._shell.say(t("{name} is as before.", name=user.user_id))
        finally:
            self._shell.catch_up(lambda: self._reopen(user.user_id))
