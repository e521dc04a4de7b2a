"""The questions before a token is regenerated or revoked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tokenwidgets import errors
from tokenwidgets.language import Phrase, t, tn
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import and_more
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
        lines = [t("“{name}” gets a new secret and a new expiration.", name=token.name)]
        fields = [
            {
                "name": _MONTHS,
                "label": t("Expiration (Months)"),
                "kind": "select",
                "options": [{"value": str(m), "label": str(m)} for m in EXPIRATION_MONTHS],
                "value": str(DEFAULT_MONTHS),
            }
        ]
        if token.status.is_live:
            lines.append(t("Whatever uses the old secret has to be given the new one."))
            fields.append(
                {
                    "name": _OVERLAP,
                    "label": t("Keep the old secret working for"),
                    "kind": "select",
                    "options": [{"value": words, "label": t(words)} for words in OVERLAPS],
                    "value": next(iter(OVERLAPS)),
                    "help": t("Time to change it where it is used; never past its own expiration."),
                }
            )
        self._shell.ask(
            t("Regenerate {name}", name=token.name),
            lambda values: self._regenerate(token, values),
            confirm=t("Regenerate"),
            lines=lines,
            fields=fields,
        )

    def revoke(self, token: TokenRow) -> None:
        """Ask, saying what will stop working."""
        if token.last_used_at is None:
            used = t("It was never used.")
        elif token.last_used_api:
            used = t(
                "It was last used on {when} for {api}.",
                when=token.last_used_at.isoformat(),
                api=token.last_used_api,
            )
        else:
            used = t("It was last used on {when}.", when=token.last_used_at.isoformat())
        self._shell.ask(
            t("Revoke {name}", name=token.name),
            lambda _: self._revoke(token),
            confirm=t("Revoke Token"),
            lines=[
                t(
                    "“{token}” of {owner} stops working at once and for good.",
                    token=token.name,
                    owner=token.owner,
                ),
                used,
                t("It opens:") if token.grants else t("It opens no API."),
            ],
            items=[f"{api}: {t(access.label)}" for api, access in token.grants.items()],
            danger=True,
        )

    def revoke_all(self, user_id: str) -> None:
        """Ask, saying how many there are."""
        live = self._shell.platform.tokens.page(user_id, rows=10)
        if not live.total:
            self._shell.say(t("{user} has no live tokens.", user=user_id))
            return
        self._shell.ask(
            t("Revoke all tokens of {user}", user=user_id),
            lambda _: self._revoke_all(user_id),
            confirm=t("Revoke All Tokens"),
            lines=[
                tn(
                    "{count} live token of {user} will stop working at once and for good:",
                    "{count} live tokens of {user} will stop working at once and for good:",
                    live.total,
                    user=user_id,
                )
            ],
            items=and_more([token.name for token in live.rows], live.total - len(live.rows)),
            danger=True,
        )

    def _regenerate(self, token: TokenRow, values: Mapping[str, str]) -> None:
        months, overlap = values.get(_MONTHS, ""), values.get(_OVERLAP, next(iter(OVERLAPS)))
        if overlap not in OVERLAPS:
            raise errors.InvalidValue(
                "Keep the old secret working for", Phrase("choose one of the list.")
            )
        try:
            new = self._shell.platform.tokens.regenerate(
                token.id,
                months=int(months) if months.isascii() and months.isdigit() else 0,
                overlap=OVERLAPS[overlap],
                version=token.version,
            )
            self._shell.say(t("“{name}” has a new secret.", name=token.name))
            self._shell.reveal([new])
        finally:
            self._shell.catch_up(self._changed)

    def _revoke(self, token: TokenRow) -> None:
        self._shell.platform.tokens.revoke(token.id)
        self._shell.say(t("“{name}” was revoked.", name=token.name))
        self._shell.catch_up(self._changed)

    def _revoke_all(self, user_id: str) -> None:
        count = self._shell.platform.tokens.revoke_all(user_id)
        self._shell.say(tn("{count} token was revoked.", "{count} tokens were revoked.", count))
        self._shell.catch_up(self._changed)
