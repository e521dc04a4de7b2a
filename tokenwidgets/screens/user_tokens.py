"""One change of the tokens of several users: asked for, looked at, and then made or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tokenwidgets import errors
from tokenwidgets.language import Phrase, t, tn
from tokenwidgets.screens.confirming import WHY, note_field, number_field, refuse_other_number
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import and_more
from tokenwidgets.tokens import TokenChange, TokenDifference, TokenRow
from tokenwidgets.vocabulary import (
    DEFAULT_MONTHS,
    EXPIRATION_MONTHS,
    Access,
    add_months,
)

__all__ = ["UserTokens", "actions"]

_ALL = "*"
_ACCESS_TO = "access to "
_LEVELS = {access.label: access for access in reversed(Access)}
_MOST_LISTED = 15


def actions() -> list[dict[str, Any]]:
    """What can be done with the tokens of the users who are ticked."""
    return [
        {"name": "access", "label": t("Set access")},
        {"name": "extend", "label": t("Extend tokens")},
        {"name": "revoke", "label": t("Revoke tokens"), "kind": "danger"},
    ]


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
        """Begin with one of the actions for the live tokens of these users."""
        tokens = self._shell.platform.many_tokens.live_of(users)
        if not tokens:
            self._shell.say(
                tn(
                    "{count} user has no live tokens.",
                    "{count} users have no live tokens.",
                    len(users),
                )
            )
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
        choices = [(_ALL, t("All APIs")), *((api.name, api.name) for api in apis)]
        self._shell.ask(
            t("Set the access of {tokens}", tokens=_of_whom(tokens)),
            lambda values: self._take_access(tokens, values),
            confirm=t("Review"),
            lines=[t("You see what changes before anything is changed.")],
            fields=[
                _select("api", t("API"), choices),
                _select(
                    "access", t("Access"), [(label, t(label)) for label in _LEVELS], "Read Access"
                ),
            ],
        )

    def _take_access(self, tokens: Sequence[TokenRow], values: Mapping[str, str]) -> None:
        access = _LEVELS.get(values.get("access", ""))
        if access is None:
            raise errors.InvalidValue("Access", Phrase("choose one of the list."))
        named = values.get("api", "")
        # Each API gets the highest level that it offers up to this one.
        wanted = {
            api.name: min(access, api.levels[-1])
            for api in self._shell.platform.apis.list()
            if named in (_ALL, api.name)
        }
        if not wanted:
            raise errors.InvalidValue("API", Phrase("choose one of the list."))
        self._review([TokenChange(token.id, wanted, version=token.version) for token in tokens])

    def _ask_months(self, tokens: Sequence[TokenRow]) -> None:
        months = [(str(number), str(number)) for number in EXPIRATION_MONTHS]
        self._shell.ask(
            t("Extend {tokens}", tokens=_of_whom(tokens)),
            lambda values: self._take_months(tokens, values),
            confirm=t("Review"),
            lines=[t("Counted from now. A token that already lasts longer stays as it is.")],
            fields=[_select("months", t("Expiration (Months)"), months, str(DEFAULT_MONTHS))],
        )

    def _take_months(self, tokens: Sequence[TokenRow], values: Mapping[str, str]) -> None:
        text = values.get("months", "")
        if text not in map(str, EXPIRATION_MONTHS):
            raise errors.InvalidValue("Expiration (Months)", Phrase("choose one of the list."))
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
            self._shell.say(t("All of it is so already, so there is nothing to change."))
            return
        tokens = len({each.token_id for each in differences})
        owners = len({each.owner for each in differences})
        revokes = any(change.revoke for change in changes)
        what = _tokens_of(tokens, tn("one user", "{count} users", owners))
        items = [_words(each) for each in differences[:_MOST_LISTED]]
        self._shell.ask(
            t("Revoke {tokens}?", tokens=what) if revokes else t("Change {tokens}?", tokens=what),
            lambda values: self._apply(changes, tokens, values, revokes=revokes),
            confirm=t("Revoke") if revokes else t("Apply"),
            lines=[t("They stop working at once and for good:") if revokes else t("This changes:")],
            items=and_more(items, len(differences) - len(items)),
            fields=[
                *([number_field(tokens)] if revokes else []),
                note_field(),
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
            done = self._shell.platform.many_tokens.apply(changes, why=values.get(WHY, ""))
            count = len({each.token_id for each in done})
            self._shell.say(
                tn("{count} token was revoked.", "{count} tokens were revoked.", count)
                if revokes
                else tn("{count} token was changed.", "{count} tokens were changed.", count)
            )
        finally:
            self._shell.catch_up(self._changed)


def _of_whom(tokens: Sequence[TokenRow]) -> str:
    owners = {token.owner for token in tokens}
    alone = next(iter(owners))
    whose = alone if len(owners) == 1 else tn("one user", "{count} users", len(owners))
    return _tokens_of(len(tokens), whose)


def _tokens_of(count: int, whose: str) -> str:
    return tn("{count} token of {owner}", "{count} tokens of {owner}", count, owner=whose)


def _words(each: TokenDifference) -> str:
    whose = t("{token} of {owner}", token=each.token, owner=each.owner)
    if each.what == "status":
        return whose
    about, _, api = each.what.partition(_ACCESS_TO)
    if api and not about:
        what = t("access to {api}", api=api)
        return f"{whose}: {what}: {t(each.before)} → {t(each.after)}"
    return f"{whose}: {t(each.what)}: {each.before} → {each.after}"


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
