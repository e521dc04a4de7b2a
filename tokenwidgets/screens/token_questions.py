"""The questions before a token is regenerated or revoked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tokenwidgets import errors
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import count_of
from tokenwidgets.tokens import TokenRow
from tokenwidgets.vocabulary import DEFAULT_MONTHS, EXPIRATION_MONTHS, OVERLAPS

__all__ = ["TokenQuestions"]

_MONTHS = "months"
_OVERLAP = "overlap"


class TokenQuestions:
    """Asks, and does what is confirmed.

    Args:
        shell: where to ask and tell.
        changed: called after each change, to bring the grid up to date.

    """

    def __init__(self, shell: Shell, changed: Callable[[], None]) -> None:
        self._shell = shell
        self._changed = changed

    def regenerate(self, token: TokenRow) -> None:
        """Ask for the expiration and the overlap of a new secret."""
        lines = [f"“{token.name}” gets a new secret and a new expiration."]
        fields = [
            {
                "name": _MONTHS,
                "label": "Expiration (Months)",
                "kind": "select",
                "options": [{"value": str(m), "label": str(m)} for m in EXPIRATION_MONTHS],
                "value": str(DEFAULT_MONTHS),
            }
        ]
        if token.status.is_live:
            lines.append("Whatever uses the old secret has to be given the new one.")
            fields.append(
                {
                    "name": _OVERLAP,
                    "label": "Keep the old secret working for",
                    "kind": "select",
                    "options": [{"value": words, "label": words} for words in OVERLAPS],
                    "value": next(iter(OVERLAPS)),
                    "help": "Time to change it where it is used; never past its own expiration.",
                }
            )
        self._shell.ask(
            f"Regenerate {token.name}",
            lambda values: self._regenerate(token, values),
            confirm="Regenerate",
            lines=lines,
            fields=fields,
        )

    def revoke(self, token: TokenRow) -> None:
        """Ask, saying what will stop working."""
        if token.last_used_at is None:
            used = "It was never used."
        else:
            where = f" for {token.last_used_api}" if token.last_used_api else ""
            used = f"It was last used on {token.last_used_at:%d %B %Y at %H:%M} UTC{where}."
        self._shell.ask(
            f"Revoke {token.name}",
            lambda _: self._revoke(token),
            confirm="Revoke Token",
            lines=[
                f"“{token.name}” of {token.owner} stops working at once and for good.",
                used,
                "It opens:" if token.grants else "It opens no API.",
            ],
            items=[f"{api}: {access.label}" for api, access in token.grants.items()],
            danger=True,
        )

    def revoke_all(self, user_id: str) -> None:
        """Ask, saying how many there are."""
        live = self._shell.platform.tokens.page(user_id, rows=10)
        if not live.total:
            self._shell.say(f"{user_id} has no live tokens.")
            return
        tokens = count_of(live.total, "live token", "live tokens")
        self._shell.ask(
            f"Revoke all tokens of {user_id}",
            lambda _: self._revoke_all(user_id),
            confirm="Revoke All Tokens",
            lines=[f"{tokens} of {user_id} will stop working at once and for good:"],
            items=_some_names(live.rows, live.total),
            danger=True,
        )

    def _regenerate(self, token: TokenRow, values: Mapping[str, str]) -> None:
        months, overlap = values.get(_MONTHS, ""), values.get(_OVERLAP, next(iter(OVERLAPS)))
        if overlap not in OVERLAPS:
            raise errors.InvalidValue("Keep the old secret working for", "choose one of the list.")
        try:
            new = self._shell.platform.tokens.regenerate(
                token.id,
                months=int(months) if months.isascii() and months.isdigit() else 0,
                overlap=OVERLAPS[overlap],
                version=token.version,
            )
        finally:
            self._changed()
        self._shell.say(f"“{token.name}” has a new secret.")
        self._shell.reveal([new])

    def _revoke(self, token: TokenRow) -> None:
        self._shell.platform.tokens.revoke(token.id)
        self._changed()
        self._shell.say(f"“{token.name}” was revoked.")

    def _revoke_all(self, user_id: str) -> None:
        count = self._shell.platform.tokens.revoke_all(user_id)
        self._changed()
        words = count_of(count, "token was", "tokens were")
        self._shell.say(f"{words} revoked.")


def _some_names(tokens: Sequence[TokenRow], total: int) -> list[str]:
    names = [token.name for token in tokens]
    more = total - len(names)
    return [*names, f"and {more:,} more"] if more > 0 else names
