"""The tab API Tokens: a user's tokens, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tokenwidgets import errors
from tokenwidgets.directory import UserRow
from tokenwidgets.language import Phrase, t, tn
from tokenwidgets.paging import Cursor, Page
from tokenwidgets.screens.pager import Pager
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.token_form import TokenForm
from tokenwidgets.screens.token_questions import TokenQuestions
from tokenwidgets.screens.words import access_summary, iso
from tokenwidgets.tokens import TokenRow
from tokenwidgets.vocabulary import TokenStatus
from tokenwidgets.widgets.component import Component
from tokenwidgets.widgets.token_grid import (
    AddToken,
    EditToken,
    NextPage,
    PreviousPage,
    RegenerateToken,
    RevokeAll,
    RevokeToken,
    ShowEnded,
    TokenGrid,
)

__all__ = ["TokensTab"]


class TokensTab:
    """Fills a ``TokenGrid``; opens the form and the questions that its buttons ask for.

    Args:
        shell: where to ask and tell.
        show: puts a component into the tab's place.

    """

    def __init__(self, shell: Shell, show: Callable[..., None]) -> None:
        self._shell = shell
        self._show = show
        self._user: UserRow | None = None
        self._pager = Pager(self._fetch)
        self.grid = TokenGrid(panel=t("API Tokens"))
        self.form = TokenForm(shell, self._back)
        self.questions = TokenQuestions(shell, self._refresh)
        shell.listen(self.grid, self._do)
        shell.keep_fresh(self.grid, self._refresh)

    def open(self, user: UserRow) -> Component:
        """Fill it for a user."""
        self._user = user
        self.grid.show_ended = False
        self._fill(self._pager.first())
        return self.grid

    def _do(self, message: Any) -> None:
        try:
            self._carry_out(message)
        except (errors.TokenEnded, errors.UnknownToken):
            # What is on show is out of date.
            self._refresh()
            raise

    def _carry_out(self, message: Any) -> None:
        match message:
            case ShowEnded(shown=shown):
                self.grid.show_ended = shown
                self._fill(self._pager.first())
            case PreviousPage() | NextPage():
                self._fill(self._pager.turn(message))
            case AddToken():
                self._show(self.form.add(self._owner))
            case EditToken(id=token_id):
                self._show(self.form.edit(self._token(token_id)))
            case RegenerateToken(id=token_id):
                self.questions.regenerate(self._token(token_id))
            case RevokeToken(id=token_id):
                self.questions.revoke(self._token(token_id))
            case RevokeAll():
                self.questions.revoke_all(self._owner.user_id)

    @property
    def _owner(self) -> UserRow:
        if self._user is None:
            raise errors.UnknownUser(Phrase("No user is open."))
        return self._user

    def _token(self, token_id: int) -> TokenRow:
        """A token of the user who is open, and of nobody else."""
        row = self._shell.platform.tokens.get(token_id)
        if row.owner != self._owner.user_id:
            raise errors.UnknownToken(
                Phrase("{user} has no token {id}.", user=self._owner.user_id, id=str(token_id))
            )
        return row

    def _back(self) -> None:
        # The form is done with, whether the tokens can be read or not.
        self._show(self.grid)
        try:
            self._refresh()
        except errors.NotAllowed:
            self._show()
            raise

    def _refresh(self) -> None:
        self._fill(self._pager.refresh())

    def _fetch(self, cursor: Cursor | None) -> Page[TokenRow]:
        return self._shell.platform.tokens.page(
            self._owner.user_id, ended=self.grid.show_ended, cursor=cursor
        )

    def _fill(self, page: Page[TokenRow]) -> None:
        total = (
            tn("{count} token", "{count} tokens", page.total)
            if self.grid.show_ended
            else tn("{count} live token", "{count} live tokens", page.total)
        )
        with self.grid.hold_sync():
            self.grid.user = self._owner.user_id
            self.grid.can_add = self._owner.is_active
            self.grid.rows = [_row(token, self._owner.is_active) for token in page.rows]
            self.grid.total = total
            self._pager.mark(self.grid)


def _row(token: TokenRow, owner_active: bool) -> dict[str, Any]:
    old = token.old_secret
    return {
        "id": token.id,
        "name": token.name,
        "hint": token.hint,
        "access": access_summary(token.grants),
        "access_details": [
            {"api": api, "access": access.label} for api, access in token.grants.items()
        ],
        "created": iso(token.created_at),
        "expires": iso(token.expires_at),
        "last_used": iso(token.last_used_at),
        "last_used_api": token.last_used_api,
        "status": token.status.value,
        "still_presented": iso(token.still_presented_at),
        "old_secret": old
        and {"hint": old.hint, "ends": iso(old.ends_at), "last_used": iso(old.last_used_at)},
        "can": _can(token, owner_active),
    }


def _can(token: TokenRow, owner_active: bool) -> list[str]:
    """What can be done with a token in its state; an expired one can be brought back."""
    if token.status is TokenStatus.REVOKED:
        return []
    new_secret = ["regenerate"] if owner_active else []
    return ["edit", *new_secret, "revoke"] if token.status.is_live else new_secret
