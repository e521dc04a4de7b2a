"""The questions before many tokens are revoked: their number is typed to confirm it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tokenwidgets.language import t, tn
from tokenwidgets.screens.confirming import WHY, note_field, number_field, refuse_other_number
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import and_more
from tokenwidgets.tokens import TokenFilter, TokenRow

__all__ = ["InventoryQuestions"]

_MOST_NAMED = 10


class InventoryQuestions:
    """Asks, and does what is confirmed.

    Args:
        shell: where to ask and tell.
        changed: called after each change, to bring the screen up to date.

    """

    def __init__(self, shell: Shell, changed: Callable[[], None]) -> None:
        self._shell = shell
        self._changed = changed

    def revoke_selected(self, tokens: Sequence[TokenRow]) -> None:
        """Ask before the live ones of these are revoked."""
        live = [token for token in tokens if token.status.is_live]
        if not live:
            self._shell.say(
                t("None of the selected tokens is live, so there is nothing to revoke.")
            )
            return
        names = [
            t("{token} of {owner}", token=token.name, owner=token.owner)
            for token in live[:_MOST_NAMED]
        ]
        self._ask(
            len(live),
            and_more(names, len(live) - len(names)),
            lambda why: self._shell.platform.inventory.revoke_selected(
                [token.id for token in live], why=why
            ),
        )

    def revoke_matching(self, filters: TokenFilter) -> None:
        """Ask before all live tokens that match are revoked."""
        count = self._shell.platform.inventory.revocable(filters)
        if not count:
            self._shell.say(t("No live token matches, so there is nothing to revoke."))
            return
        everything = [t("No filter is set: these are all live tokens that you may see.")]
        self._ask(
            count,
            [],
            lambda why: self._shell.platform.inventory.revoke_matching(
                filters, count=count, why=why
            ),
            everything if filters == TokenFilter() else [],
        )

    def _ask(
        self,
        count: int,
        items: Sequence[str],
        revoke: Callable[[str], int],
        warnings: Sequence[str] = (),
    ) -> None:
        line = (
            tn(
                "{count} live token will stop working at once and for good:",
                "{count} live tokens will stop working at once and for good:",
                count,
            )
            if items
            else tn(
                "{count} live token will stop working at once and for good.",
                "{count} live tokens will stop working at once and for good.",
                count,
            )
        )
        self._shell.ask(
            tn("Revoke {count} token?", "Revoke {count} tokens?", count),
            lambda values: self._revoke(count, values, revoke),
            confirm=t("Revoke"),
            lines=[*warnings, line],
            items=items,
            fields=[number_field(count), note_field()],
            danger=True,
        )

    def _revoke(self, count: int, values: Mapping[str, str], revoke: Callable[[str], int]) -> None:
        refuse_other_number(values, count)
        try:
            ended = revoke(values.get(WHY, ""))
            self._shell.say(tn("{count} token was revoked.", "{count} tokens were revoked.", ended))
        finally:
            self._shell.catch_up(self._changed)
