"""The form in which a token is added or edited."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from tokenwidgets import errors
from tokenwidgets.directory import UserRow
from tokenwidgets.language import Phrase, t, tn
from tokenwidgets.screens.refusals import problem_of, words_of
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import iso
from tokenwidgets.tokens import TokenRow
from tokenwidgets.tokens.steps import refuse_ended
from tokenwidgets.vocabulary import (
    DEFAULT_MONTHS,
    EXPIRATION_MONTHS,
    Access,
    add_months,
    now,
)
from tokenwidgets.widgets.access_form import AccessForm, CancelForm, SaveToken
from tokenwidgets.widgets.component import Component

__all__ = ["TokenForm"]

_KEEP = "keep"
_LEVELS = {access.label: access for access in Access}


class TokenForm:
    """Fills an ``AccessForm``, and adds or edits the token when it is saved.

    Args:
        shell: where to tell, and to show the secret.
        close: takes the form away and shows the grid again.

    """

    def __init__(self, shell: Shell, close: Callable[[], None]) -> None:
        self._shell = shell
        self._close = close
        self._owner = ""
        self._token: TokenRow | None = None
        self.form = AccessForm(panel=t("API Tokens"))
        shell.listen(self.form, self._do)

    def add(self, owner: UserRow) -> Component:
        """Empty the form for a new token of this user."""
        self._owner, self._token = owner.user_id, None
        self._fill(t("Add token"))
        return self.form

    def edit(self, token: TokenRow) -> Component:
        """Fill the form with a token's present state.

        Raises:
            TokenEnded: it is revoked or expired.

        """
        refuse_ended(token)
        self._owner, self._token = token.owner, token
        self._fill(t("Edit token"))
        return self.form

    def _fill(self, title: str, notice: str = "") -> None:
        token = self._token
        # Those of no group come last; else the order of the service stands.
        apis = sorted(self._shell.platform.apis.list(), key=lambda api: not api.api_group)
        offered = {api.name for api in apis}
        with self.form.hold_sync():
            self.form.title = title
            self.form.adding = token is None
            self.form.token_name = token.name if token else ""
            self.form.apis = [
                {
                    "name": api.name,
                    "title": api.title,
                    "group": api.api_group,
                    "levels": [level.label for level in api.levels],
                }
                for api in apis
            ]
            grants = token.grants if token else {}
            self.form.grants = {
                api: access.label for api, access in grants.items() if api in offered
            }
            self.form.expirations = _expirations(token)
            self.form.expiration = _KEEP if token else str(DEFAULT_MONTHS)
            self.form.errors = {}
            self.form.notice = notice
            self.form.form = secrets.token_urlsafe(12)
            self.form.serial += 1

    def _do(self, message: CancelForm | SaveToken) -> None:
        match message:
            case CancelForm():
                self._close()
            case SaveToken():
                self._save(message)

    def _save(self, message: SaveToken) -> None:
        grants = {api: _LEVELS[label] for api, label in message.grants.items()}
        try:
            if self._token is None:
                self._add(message, grants)
            else:
                self._edit(self._token, message, grants)
        except errors.InvalidValue as error:
            self.form.errors = problem_of(error)
        except errors.UnknownAPI as error:
            self.form.errors = {t("Access"): words_of(error)}
        except errors.StaleVersion as error:
            self._token = error.current
            if error.current.status.is_live:
                below = t("Below is its newer state; your change was not saved.")
                self._fill(t("Edit token"), f"{words_of(error)} {below}")
            else:
                self._close()
                raise

    def _add(self, message: SaveToken, grants: dict[str, Access]) -> None:
        tokens = self._shell.platform.tokens
        if message.expiration == _KEEP:
            raise errors.InvalidValue("Expiration (Months)", Phrase("choose 3, 6 or 12."))
        months = int(message.expiration)
        if message.separate:
            made = tokens.add_separately(self._owner, message.name, grants, months=months)
        else:
            made = [tokens.add(self._owner, message.name, grants, months=months)]
        self._shell.reveal(made)
        self._shell.say(
            tn(
                "“{name}” was added.",
                "{count} tokens were added.",
                len(made),
                name=made[0].token.name,
            )
        )
        self._shell.catch_up(self._close)

    def _edit(self, token: TokenRow, message: SaveToken, grants: dict[str, Access]) -> None:
        saved = self._shell.platform.tokens.edit(
            token.id,
            version=token.version,
            name=message.name,
            months=None if message.expiration == _KEEP else int(message.expiration),
            grants=grants,
        )
        self._shell.say(
            t("“{name}” was saved.", name=saved.name),
            undo=lambda: self._undo(token, saved.version),
            undoable=saved.version != token.version,
        )
        self._shell.catch_up(self._close)

    def _undo(self, token: TokenRow, version: int) -> None:
        try:
            row = self._shell.platform.tokens.restore(token, version=version)
            self._shell.say(t("“{name}” is as before.", name=row.name))
        finally:
            self._shell.catch_up(self._close)


def _expirations(token: TokenRow | None) -> list[dict[str, Any]]:
    """The choices, each with the date that it leads to."""
    keep = (
        []
        if token is None
        else [{"value": _KEEP, "label": t("Keep"), "date": iso(token.expires_at)}]
    )
    start = now()
    months = [
        {"value": str(m), "label": str(m), "date": iso(add_months(start, m))}
        for m in EXPIRATION_MONTHS
    ]
    return [*keep, *months]
