"""One change of the tokens of several users: asked for, looked at, and then made or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tokenwidgets import errors
from tokenwidgets.screens.confirming import WHY, number_field, refuse_other_number
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import count_of
from tokenwidgets.tokens import TokenChange, TokenDifference, TokenRow
from tokenwidgets.vocabulary import (
    DEFAULT_MONTHS,
    EXPIRATION_MONTHS,
    Access,
    add_months,
)

__all__ = ["ACTIONS", "UserTokens"]

ACTIONS: list[dict[str, Any]] = [
    {"name": "access", "label": "Set access"},
    {"name": "extend", "label": "Extend tokens"},
    {"name": "revoke", "label": "Revoke tokens", "kind": "danger"},
]
"""What can be done with the tokens of the users who are ticked."""

_ALL = "*"
_LEVELS = {access.label: access for access in reversed(Access)}
_MOST_LISTED = 15


class UserTokens:
    """Asks what is to be done, shows what would change, and does what is confirmed.

    Args:
        shell: where to ask and tell.
        changed: called after each change, to bring the list of users up to date.

    """

    def __init__(self, shell: Shell, changed: Callable[[], None]) -> None:
        self._shell = shell
        self._changed = changed

    def ask(self, action: str, users: Sequence[str]) -> None:
        """Begin with one of ``ACTIONS`` for the live tokens of these users."""
        tokens = self._shell.platform.many_tokens.live_of(users)
        if not tokens:
            self._shell.say(f"{count_of(len(users), 'user has', 'users have')} no live tokens.")
            return
        match action:
            case "access":
                self._ask_access(tokens)
            case "extend":
                self._ask_months(tokens)
            case "revoke":
                self._review([TokenChange(token.id, revoke=True) for token in tokens])

    def _ask_access(self, tokens: Sequence[TokenRow]) -> None:
        apis = self._shell.platform.apis.list()
        choices = [(_ALL, "All APIs"), *((api.name, api.name) for api in apis)]
        self._shell.ask(
            f"Set the access of {_of_whom(tokens)}",
            lambda values: self._take_access(tokens, values),
            confirm="Review",
            lines=["You see what changes before anything is changed."],
            fields=[
                _select("api", "API", choices),
                _select("access", "Access", [(label, label) for label in _LEVELS], "Read Access"),
            ],
        )

    def _take_access(self, tokens: Sequence[TokenRow], values: Mapping[str, str]) -> None:
        access = _LEVELS.get(values.get("access", ""))
        if access is None:
            raise errors.InvalidValue("Access", "choose one of the list.")
        named = values.get("api", "")
        # Each API gets the highest level that it offers up to this one.
        wanted = {
            api.name: min(access, api.levels[-1])
            for api in self._shell.platform.apis.list()
            if named in (_ALL, api.name)
        }
        if not wanted:
            raise errors.InvalidValue("API", "choose one of the list.")
        self._review([TokenChange(token.id, wanted, version=token.version) for token in tokens])

    def _ask_months(self, tokens: Sequence[TokenRow]) -> None:
        months = [(str(number), str(number)) for number in EXPIRATION_MONTHS]
        self._shell.ask(
            f"Extend {_of_whom(tokens)}",
            lambda values: self._take_months(tokens, values),
            confirm="Review",
            lines=["Counted from now. A token that already lasts longer stays as it is."],
            fields=[_select("months", "Expiration (Months)", months, str(DEFAULT_MONTHS))],
        )

    def _take_months(self, tokens: Sequence[TokenRow], values: Mapping[str, str]) -> None:
        text = values.get("months", "")
        if text not in map(str, EXPIRATION_MONTHS):
            raise errors.InvalidValue("Expiration (Months)", "choose one of the list.")
        until = add_months(self._shell.platform.tokens.now(), int(text))
        self._review(
            [
                TokenChange(token.id, months=int(text), version=token.version)
                for token in tokens
                if token.expires_at < until
            ]
        )

    def _review(self, changes: Sequence[TokenChange]) -> None:
        """Show what would change, and ask whether it shall."""
        differences = self._shell.platform.many_tokens.preview(changes)
        if not differences:
            self._shell.say("All of it is so already, so there is nothing to change.")
            return
        tokens = len({each.token_id for each in differences})
        owners = len({each.owner for each in differences})
        revokes = any(change.revoke for change in changes)
        what = f"{count_of(tokens, 'token', 'tokens')} of {count_of(owners, 'user', 'users')}"
        items = [_words(each) for each in differences[:_MOST_LISTED]]
        more = len(differences) - len(items)
        self._shell.ask(
            f"{'Revoke' if revokes else 'Change'} {what}?",
            lambda values: self._apply(changes, tokens, values, revokes=revokes),
            confirm="Revoke" if revokes else "Apply",
            lines=["They stop working at once and for good:"] if revokes else ["This changes:"],
            items=[*items, f"and {more:,} more"] if more else items,
            fields=[
                *([number_field(tokens)] if revokes else []),
                WHY,
            ],
            danger=revokes,
        )

    def _apply(
        self,
        changes: Sequence[TokenChange],
        tokens: int,
        values: Mapping[str, str],
        *,
        revokes: bool,
    ) -> None:
        if revokes:
            refuse_other_number(values, tokens)
        try:
            done = self._shell.platform.many_tokens.apply(changes, why=values.get(WHY["name"], ""))
        finally:
            self._changed()
        count = count_of(len({each.token_id for each in done}), "token was", "tokens were")
        self._shell.say(f"{count} {'revoked' if revokes else 'changed'}.")


def _of_whom(tokens: Sequence[TokenRow]) -> str:
    owners = {token.owner for token in tokens}
    whose = next(iter(owners)) if len(owners) == 1 else f"{len(owners):,} users"
    return f"{count_of(len(tokens), 'token', 'tokens')} of {whose}"


def _words(each: TokenDifference) -> str:
    if each.what == "status":
        return f"{each.token} of {each.owner}"
    return f"{each.token} of {each.owner}: {each.what}: {each.before} → {each.after}"


def _select(
    name: str, label: str, choices: Sequence[tuple[str, str]], value: str = ""
) -> dict[str, Any]:
    options = [{"value": value, "label": words} for value, words in choices]
    return {
        "name": name,
        "label": label,
        "kind": "select",
        "options": options,
        "value": value or choices[0][0],
    }
